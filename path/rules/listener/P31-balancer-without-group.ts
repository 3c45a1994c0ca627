import type { Balancer } from "../../../topology/model";
import { known } from "../../../topology/value";
import { balancerGroups } from "../../analysis/network/balancer-groups";
import { vpcIdOf } from "../../analysis/network/places";
import { askedPorts } from "../../analysis/requests/asked-ports";
import { mayBeApplication } from "../../analysis/requests/balancer-types";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { Edit } from "../../report";
import type { PathCheck, Rule } from "../rule";

const checkOwnGroup: PathCheck = (path, report) => {
  const { balancer, topology } = path;
  if (balancer === undefined || !mayBeApplication(balancer)) return;
  const { ids, isMissing } = balancerGroups(path, balancer);
  if (!isMissing) return;
  const vpcId = known(vpcIdOf(topology, balancer.subnetIds));
  const ports = askedPorts(path);
  const standard = known(topology.byId.vpc(vpcId)?.defaultSecurityGroupId);
  const kept = standard === undefined ? [] : [standard];
  const edits =
    ids.items.length > 0
      ? [setting(balancer.address, "security_groups", ids.items)]
      : [
          newGroup(balancer, vpcId, ports),
          setting(balancer.address, "security_groups", [...kept, "${aws_security_group.balancer.id}"]),
        ];
  report.finding({
    address: balancer.address,
    attribute: "security_groups",
    observed:
      "no security group, so the load balancer has the VPC's default security group, which allows no inbound " +
      "traffic from outside the group",
    required: `a security group that allows inbound traffic from clients on port ${ports.join(" and ")}`,
    symptom: P31.symptom,
    fix: fix("Add a security group that allows traffic from clients to the load balancer.", BY_NO_PROP, edits),
  });
};

function newGroup(balancer: Balancer, vpcId: string | undefined, ports: readonly number[]): Edit {
  const isIpv6Only = known(balancer.ipAddressType) === "dualstack-without-public-ipv4";
  const clients = isIpv6Only ? { ipv6_cidr_blocks: ["::/0"] } : { cidr_blocks: ["0.0.0.0/0"] };
  return {
    add: "aws_security_group",
    name: "balancer",
    like: balancer.address,
    body: {
      vpc_id: vpcId,
      ingress: ports.map((it) => ({ from_port: it, to_port: it, protocol: "tcp", ...clients })),
      egress: [{ from_port: 0, to_port: 0, protocol: "-1", cidr_blocks: ["0.0.0.0/0"] }],
    },
  };
}

export const P31: Rule = {
  id: "P31",
  hop: "listener",
  title: "the load balancer has no security group of its own",
  certainty: ["certain"],
  why:
    "An Application Load Balancer that is created without security groups gets the default security group of its " +
    "VPC. By default, that group allows inbound traffic only from its own members, so no other client can connect.",
  symptom: "ERR_CONNECTION_TIMED_OUT on every port",
  symptoms: ["timeout"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
  needs: [],
  review: { effect: "outage", blames: "security groups" },
  check: { path: checkOwnGroup },
};
