import type { Balancer, Subnet, Topology } from "../../../topology/model";
import { isSymbolic, plain } from "../../../topology/symbols";
import { known, Unknown } from "../../../topology/value";
import { prefixOf, SMALLEST_PREFIX } from "../../analysis/network/ipv4";
import { mayBeApplication } from "../../analysis/requests/balancer-types";
import { freeZone, subnetsInOtherZones } from "../../fixes/balancer-subnets";
import { fix, setting } from "../../fixes/fix";
import { freeRange, nameFrom } from "../../fixes/free-ranges";
import type { Edit } from "../../report";
import type { PathCheck, Rule } from "../rule";

/** Fewer than two subnets, and no unknown ones. */
const tooFew: PathCheck = ({ balancer, topology }, report) => {
  if (balancer === undefined || !mayBeApplication(balancer)) return;
  const { items, open } = balancer.subnetIds;
  if (balancer.isData && items.length === 0)
    report.open("listener", new Unknown(balancer.address, "subnets", "read by a data source"));
  const [id] = items;
  const only = topology.byId.subnet(id);
  // An expression that is not a subnet in the file may be a list of subnets.
  const mayBeMore = open !== undefined || balancer.isData || (id !== undefined && only === undefined && isSymbolic(id));
  if (items.length > 1 || mayBeMore) return;
  report.finding({
    address: balancer.address,
    attribute: "subnets",
    observed: id === undefined ? "no subnet" : `one subnet, ${only?.address ?? plain(id)}`,
    required: "at least two subnets, each in a different Availability Zone",
    symptom: P41.symptom,
    fix: fix(
      "Add a second subnet in a different Availability Zone to the load balancer.",
      "`network: { zones: 2 }` creates two, and no prop removes one; remove the override",
      only === undefined ? [] : secondSubnet(topology, balancer, only),
    ),
  });
};

/** An existing subnet of the VPC, or a new one like the first. */
function secondSubnet(topology: Topology, balancer: Balancer, only: Subnet): readonly Edit[] {
  const ids = balancer.subnetIds.items;
  const [other] = subnetsInOtherZones(topology, balancer, only);
  const id = known(other?.id);
  if (id !== undefined) return [setting(balancer.address, "subnets", [...ids, id])];
  const vpc = topology.byId.vpc(only.vpcId);
  const cidr =
    vpc === undefined ? undefined : freeRange(topology, vpc, Math.min(prefixOf(only.cidr) ?? 24, SMALLEST_PREFIX));
  const zone = freeZone(topology, balancer, only);
  if (cidr === undefined || zone === undefined) return [];
  const name = `${nameFrom(only.address)}_second`;
  const table = known(only.routeTable);
  return [
    {
      add: "aws_subnet",
      name,
      body: { vpc_id: known(only.vpcId), cidr_block: cidr, availability_zone: zone },
      like: only.address,
    },
    ...(only.isAssociated && table !== undefined
      ? [
          {
            add: "aws_route_table_association",
            name,
            body: { subnet_id: `\${aws_subnet.${name}.id}`, route_table_id: known(table.id) },
            like: only.address,
          },
        ]
      : []),
    setting(balancer.address, "subnets", [...ids, `\${aws_subnet.${name}.id}`]),
  ];
}

export const P41: Rule = {
  id: "P41",
  hop: "listener",
  title: "the load balancer has fewer than two subnets",
  certainty: ["apply"],
  why:
    "An Application Load Balancer runs in at least two Availability Zones, so that it keeps answering when one " +
    "of them fails. AWS refuses to create one with fewer. Terraform does not count the subnets, so only the " +
    "apply fails.",
  symptom: "ValidationError at apply: at least two subnets in two different Availability Zones must be specified",
  symptoms: ["apply"],
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html" +
    "#subnets-load-balancer",
  needs: [],
  review: { effect: "fails" },
  check: { path: tooFew },
};
