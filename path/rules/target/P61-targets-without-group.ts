import type { Balancer, SecurityGroup, Server, Topology } from "../../../topology/model";
import { isUnknown, known, type Listed, Unknown } from "../../../topology/value";
import { balancerGroups } from "../../analysis/network/balancer-groups";
import { passage } from "../../analysis/network/passage";
import { type Peer, placesOf, vpcIdOf } from "../../analysis/network/places";
import { rulesInWords } from "../../analysis/network/rule-words";
import { ruleSet } from "../../analysis/network/security-rules";
import type { Target, TracedPath } from "../../analysis/requests/traced-path";
import { targetsByServer } from "../../analysis/targets/targets-by-server";
import { fix, setting } from "../../fixes/fix";
import { shareOf } from "../../fixes/shared-wording";
import type { Edit } from "../../report";
import type { PathCheck, Reporter, Rule } from "../rule";

const checkOwnGroups: PathCheck = (path, report) => {
  const { balancer, targets } = path;
  const servers = targetsByServer(targets);
  const without = [...servers].filter(([server]) => server.hasSecurityGroups === false);
  for (const server of servers.keys())
    if (isUnknown(server.hasSecurityGroups)) report.open("target", server.hasSecurityGroups);
  if (balancer === undefined || without.length === 0) return;
  const peer = peerOf(path, balancer);
  const fixes = new Map<string, readonly Edit[]>();
  for (const [server, [target]] of without) {
    const share = shareOf(without.length, servers.size, "servers");
    checkDefaultGroup(path.topology, { server, port: target?.port, peer, share, fixes }, report);
  }
};

interface WithoutGroup {
  readonly server: Server;
  readonly port: Target["port"];
  /** The load balancer. */
  readonly peer: Peer;
  readonly share: { readonly share?: string };
  /** A fix for one server of a VPC also fixes the others with the same port. */
  readonly fixes: Map<string, readonly Edit[]>;
}

function peerOf(path: TracedPath, balancer: Balancer): Peer {
  const { address, subnetIds } = balancer;
  return {
    groupIds: balancerGroups(path, balancer).ids,
    places: placesOf(path.topology, subnetIds, { address, attribute: "subnets" }),
  };
}

function checkDefaultGroup(topology: Topology, it: WithoutGroup, report: Reporter): void {
  const { server, port, peer, share } = it;
  const { settingsAddress: address } = server;
  const attribute = argumentOf(server);
  const set = ruleSet(topology, defaultGroupOf(topology, server), "ingress", { address, attribute });
  if (set.groups.length === 0) {
    const why = "it has the default security group of its VPC, whose rules are not in the file";
    report.open("target", new Unknown(address, attribute, why));
    return;
  }
  const through = passage(topology, set, port, peer);
  if (through.answer === "open")
    report.open(
      "target",
      new Unknown(address, attribute, `it has the default security group of its VPC: ${through.why.why}`),
    );
  if (through.answer !== "no" && through.answer !== "partly") return;
  report.finding({
    address,
    attribute,
    observed:
      "no security group, so the default security group of the VPC applies: " +
      `${isUntouched(set.groups) ? "it allows traffic only from its own members" : rulesInWords(topology, set)}`,
    required:
      "a security group that allows inbound traffic from the load balancer on " +
      `${isUnknown(port) ? "the target's port" : `port ${port}`}`,
    symptom: "504 Gateway Timeout; Target.Timeout in the target's health",
    ...share,
    fix: fix(
      "Assign the servers a security group that allows traffic from the load balancer.",
      "every server has its security group, so no prop causes this; remove the override",
      editsFor(topology, it).map((edit) => ("set" in edit ? setting(address, attribute, edit.value) : edit)),
    ),
  });
}

function argumentOf({ settingsAddress }: Server): string {
  return /(^|\.)aws_launch_configuration\./.test(settingsAddress) ? "security_groups" : "vpc_security_group_ids";
}

function defaultGroupOf(topology: Topology, { securityGroupIds, subnetIds }: Server): Listed<string> {
  if (securityGroupIds.items.length > 0) return securityGroupIds;
  const id = known(topology.byId.vpc(vpcIdOf(topology, subnetIds))?.defaultSecurityGroupId);
  return { items: id === undefined ? [] : [id] };
}

/** As AWS created it; its address is then the VPC's. */
function isUntouched(groups: readonly SecurityGroup[]): boolean {
  return groups.every(({ address }) => !/security_group/.test(address));
}

/** With a suitable security group of the file, or a new one. */
function editsFor(topology: Topology, { server, port, peer, fixes }: WithoutGroup): readonly Edit[] {
  const vpcId = known(vpcIdOf(topology, server.subnetIds));
  const key = JSON.stringify([vpcId, known(port)]);
  const before = fixes.get(key);
  if (before !== undefined) return before;
  const own = known(topology.securityGroups.find((it) => fits(topology, it, vpcId, port, peer))?.id);
  const number = known(port);
  const assigned = (id: string) => setting(server.settingsAddress, "vpc_security_group_ids", [id]);
  const edits =
    own !== undefined
      ? [assigned(own)]
      : number === undefined
        ? []
        : [newGroup(server, vpcId, number, peer), assigned("${aws_security_group.servers.id}")];
  fixes.set(key, edits);
  return edits;
}

function fits(
  topology: Topology,
  group: SecurityGroup,
  vpcId: string | undefined,
  port: Target["port"],
  peer: Peer,
): boolean {
  const id = known(group.id);
  if (group.isDefault || id === undefined || known(group.vpcId) !== vpcId || peer.groupIds.items.includes(id))
    return false;
  const set = ruleSet(topology, { items: [id] }, "ingress", { address: group.address, attribute: "id" });
  return passage(topology, set, port, peer).answer === "yes";
}

function newGroup(server: Server, vpcId: string | undefined, port: number, peer: Peer): Edit {
  return {
    add: "aws_security_group",
    name: "servers",
    like: server.settingsAddress,
    body: {
      vpc_id: vpcId,
      ingress: [{ from_port: port, to_port: port, protocol: "tcp", security_groups: peer.groupIds.items }],
      egress: [{ from_port: 0, to_port: 0, protocol: "-1", cidr_blocks: ["0.0.0.0/0"] }],
    },
  };
}

export const P61: Rule = {
  id: "P61",
  hop: "target",
  title: "the targets have no security group of their own",
  certainty: ["certain"],
  why:
    "An instance that is launched without security groups gets the default security group of its VPC. As AWS " +
    "creates it, that group allows inbound traffic only from its own members, so connections from the load " +
    "balancer, which has another security group, are dropped.",
  symptom: "504 Gateway Timeout; Target.Timeout in the target's health",
  symptoms: ["504", "unhealthy"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html",
  needs: [],
  review: { effect: "outage", blames: "security groups" },
  check: { path: checkOwnGroups },
};
