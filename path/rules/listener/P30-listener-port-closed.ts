import type { Balancer, SecurityGroup, Topology } from "../../../topology/model";
import { known, Unknown } from "../../../topology/value";
import { audience, type Clients, clientsOf } from "../../analysis/network/audience";
import { balancerGroups } from "../../analysis/network/balancer-groups";
import { rulesInWords } from "../../analysis/network/rule-words";
import { type RuleSet, ruleSet } from "../../analysis/network/security-rules";
import { askedPorts } from "../../analysis/requests/asked-ports";
import { mayBeApplication } from "../../analysis/requests/balancer-types";
import { fix } from "../../fixes/fix";
import { opening } from "../../fixes/group-fixes";
import { few } from "../../fixes/shared-wording";
import type { FindingDetails, PathCheck, Rule } from "../rule";

const checkClients: PathCheck = (path, report) => {
  const { balancer, topology, from } = path;
  if (balancer === undefined || !mayBeApplication(balancer)) return;
  const { ids, isMissing, open } = balancerGroups(path, balancer);
  if (open !== undefined) report.open("listener", open);
  if (ids.items.length === 0 && ids.open === undefined) {
    if (!isMissing) report.open("listener", unreadDefault(balancer));
    return;
  }
  const set = ruleSet(topology, ids, "ingress", { address: balancer.address, attribute: "security_groups" });
  const clients = clientsOf(topology, balancer, from);
  const closed: number[] = [];
  for (const port of askedPorts(path)) {
    const who = audience(topology, set, port, clients);
    if (who.answer === "nobody") closed.push(port);
    if (who.answer === "open") report.open("listener", who.why);
    if (who.answer === "some")
      report.assume({
        hop: "listener",
        address: balancer.address,
        text: `port ${port} of ${balancer.address} allows only ${few(who.who)}, and clients are among these`,
      });
  }
  const [group] = set.groups;
  if (group === undefined || closed.length === 0) return;
  // One finding for each security group, with the ports of all listeners.
  const others = balancer.listeners
    .flatMap(({ port }) => known(port) ?? [])
    .filter((port) => audience(topology, set, port, clients).answer === "nobody");
  const ports = [...new Set([...closed, ...others])].sort((a, b) => a - b);
  report.finding(closedFinding(topology, { balancer, group, set, clients, ports }));
};

function unreadDefault({ address }: Balancer): Unknown {
  return new Unknown(
    address,
    "security_groups",
    "it has the default security group of its VPC, whose rules are not in the file",
  );
}

interface Closed {
  readonly balancer: Balancer;
  readonly group: SecurityGroup;
  readonly set: RuleSet;
  readonly clients: Clients;
  readonly ports: readonly number[];
}

function closedFinding(topology: Topology, { balancer, group, set, clients, ports }: Closed): FindingDetails {
  const { from, isIpv6Only, vpc } = clients;
  const shown = ports.join(" and ");
  const reachesByIpv6 =
    known(balancer.ipAddressType) === "dualstack" &&
    from === "internet" &&
    ports.every((port) => audience(topology, set, port, { ...clients, isIpv6Only: true }).answer === "everyone");
  const whom = from === "vpc" ? "in its VPC" : isIpv6Only ? "on the internet over IPv6" : "on the internet";
  const cidr = isIpv6Only ? "::/0" : from === "vpc" ? (vpc?.cidrs.items[0] ?? "10.0.0.0/8") : "0.0.0.0/0";
  const wanted = ports.map((port) => ({ port, source: { cidr } }));
  return {
    address: group.address,
    attribute: "ingress",
    observed: rulesInWords(topology, set),
    required: `tcp ${shown} from clients ${whom}`,
    symptom: `ERR_CONNECTION_TIMED_OUT on port ${shown}; Reachability Analyzer: ENI_SG_RULES_MISMATCH`,
    ...(reachesByIpv6 && { share: "clients without IPv6" }),
    fix: fix(
      `Allow inbound traffic from clients on port ${shown} of the load balancer.`,
      "no prop closes 80 or 443; remove the override",
      opening(group, "ingress", wanted, "clients"),
    ),
  };
}

export const P30: Rule = {
  id: "P30",
  hop: "listener",
  title: "the load balancer's security group does not allow inbound traffic on the listener port",
  certainty: ["certain"],
  why:
    "A security group allows only the traffic that one of its rules allows, and creating a listener adds no rule. " +
    "Packets to any other port are dropped without a reply, so the client waits until its own timeout although the " +
    "load balancer is active.",
  symptom: "ERR_CONNECTION_TIMED_OUT; Reachability Analyzer: ENI_SG_RULES_MISMATCH",
  symptoms: ["timeout"],
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html",
  needs: ["whole configuration"],
  review: { effect: "outage", blames: "security groups", direction: "ingress" },
  check: { path: checkClients },
};
