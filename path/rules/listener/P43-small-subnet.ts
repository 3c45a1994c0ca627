import type { Balancer, Subnet, Topology } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { prefixOf, SMALLEST_PREFIX } from "../../analysis/network/ipv4";
import { mayBeApplication } from "../../analysis/requests/balancer-types";
import { fix, setting } from "../../fixes/fix";
import { freeRange } from "../../fixes/free-ranges";
import { replacing, shareOf } from "../../fixes/shared-wording";
import type { PathCheck, Reporter, Rule } from "../rule";

/** Free addresses that AWS requires in each subnet of a load balancer; AWS reserves five addresses of each subnet. */
const FREE_ADDRESSES = 8;
const KEPT_BY_AWS = 5;

/** A subnet with fewer than 32 addresses, or one that the file's own resources fill. */
const sizes: PathCheck = ({ balancer, topology }, report) => {
  if (balancer === undefined || !mayBeApplication(balancer)) return;
  for (const id of balancer.subnetIds.items) {
    const subnet = topology.byId.subnet(id);
    const prefix = prefixOf(subnet?.cidr);
    if (subnet !== undefined && prefix !== undefined) sizeOf(topology, balancer, subnet, prefix, report);
    else if (subnet !== undefined && isUnknown(subnet.cidr))
      report.assume({ hop: "listener", address: subnet.address, text: `${subnet.address} is a /27 or larger` });
  }
};

function sizeOf(topology: Topology, { subnetIds }: Balancer, subnet: Subnet, prefix: number, report: Reporter): void {
  const members = analyse(topology).network.membersOf(subnet.id);
  const free = 2 ** (32 - prefix) - KEPT_BY_AWS - members;
  const isTooSmall = prefix > SMALLEST_PREFIX;
  if (!isTooSmall && free >= FREE_ADDRESSES) return;
  const vpc = topology.byId.vpc(subnet.vpcId);
  const larger =
    vpc === undefined
      ? undefined
      : freeRange(topology, vpc, Math.min(SMALLEST_PREFIX, prefix) - (isTooSmall ? 0 : 1), subnet);
  report.finding({
    address: subnet.address,
    attribute: "cidr_block",
    severity: isTooSmall ? "error" : "warning",
    observed: isTooSmall
      ? `${known(subnet.cidr)}, a /${prefix}`
      : `${known(subnet.cidr)}: this file uses ${members} addresses, and ${Math.max(free, 0)} are free`,
    required: isTooSmall ? `a /${SMALLEST_PREFIX} or larger` : `${FREE_ADDRESSES} free addresses`,
    symptom: isTooSmall
      ? "InvalidSubnet at apply: not enough IP space available"
      : "the load balancer cannot scale; InvalidSubnet if it is created",
    ...shareOf(1, subnetIds.items.length, "subnets"),
    fix: fix(
      `Use a larger CIDR block for ${subnet.address}. ${replacing(subnet.address)}`,
      "`network: { cidr }` accepts /16 to /23, so every subnet is large enough; remove the override",
      larger === undefined ? [] : [setting(subnet.address, "cidr_block", larger)],
    ),
  });
}

export const P43: Rule = {
  id: "P43",
  hop: "listener",
  title: "a subnet of the load balancer is too small",
  certainty: ["apply", "likely"],
  severity: { usual: "error", otherIf: "the subnet is a /27 or larger and other resources use its addresses" },
  why:
    "An Application Load Balancer uses addresses of its subnets for its nodes, and more of them as traffic grows. " +
    "AWS requires each subnet to be a /27 or larger with eight free addresses. It refuses a smaller subnet. If " +
    "other resources use the addresses, the load balancer cannot be created or cannot scale.",
  symptom: "InvalidSubnet at apply: not enough IP space available; or the load balancer cannot scale",
  symptoms: ["apply", "later"],
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html" +
    "#subnets-load-balancer",
  needs: [],
  review: { effect: "fails" },
  check: { path: sizes },
};
