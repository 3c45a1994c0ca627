import { addTo } from "../../topology/lists";
import type { SecurityGroup, Server, Topology } from "../../topology/model";
import { isUnknown, known, Unknown } from "../../topology/value";
import { firstCommand } from "../analysis/boot-scripts/shown-command";
import { portsOf, runs, usesContainers } from "../analysis/boot-scripts/user-data";
import { balancerGroups } from "../analysis/network/balancer-groups";
import { passage } from "../analysis/network/passage";
import { type Peer, placesOf, vpcIdOf } from "../analysis/network/places";
import { rulesInWords } from "../analysis/network/rule-words";
import { ruleSet } from "../analysis/network/security-rules";
import type { Target } from "../analysis/requests/traced-path";
import { healthReaders, ofHealthChecksOnly } from "../analysis/targets/health-readers";
import { fix, setting } from "../fixes/fix";
import type { Edit, Fix } from "../report";
import type { PathCheck, PathEnd, Reporter, TargetCheck } from "./rule";
import type { Rules } from "./subjects";

/* The servers behind the balancer: their groups, and what they do at their first boot. */

/** Each server of a path, with one of the targets that it is. */
function serversOf({ targets }: PathEnd): readonly { readonly server: Server; readonly targets: readonly Target[] }[] {
  const all = new Map<Server, Target[]>();
  for (const target of targets) {
    if (target.server === undefined) continue;
    addTo(all, target.server, target);
  }
  return [...all].map(([server, list]) => ({ server, targets: list }));
}

/** P61: without a group of its own a server has the default group of its VPC. */
const ownGroups: PathCheck = (path, report) => {
  const { topology, balancer } = path;
  const fitting = new Map<string, readonly Edit[]>();
  const all = serversOf(path);
  const share = shareOf(all.filter(({ server }) => server.hasSecurityGroups === false).length, all.length);
  for (const { server, targets } of all) {
    if (isUnknown(server.hasSecurityGroups)) report.open("target", server.hasSecurityGroups);
    if (server.hasSecurityGroups !== false || balancer === undefined) continue;
    const argument = /(^|\.)aws_launch_configuration\./.test(server.settingsAddress)
      ? "security_groups"
      : "vpc_security_group_ids";
    const owner = { address: server.settingsAddress, attribute: argument };
    const vpcId = vpcIdOf(topology, server.subnetIds);
    const ids =
      server.securityGroupIds.items.length > 0
        ? server.securityGroupIds
        : { items: [known(topology.byId.vpc(vpcId)?.defaultSecurityGroupId)].filter((it) => it !== undefined) };
    const set = ruleSet(topology, ids, "ingress", owner);
    if (set.groups.length === 0) {
      report.open(
        "target",
        new Unknown(
          server.settingsAddress,
          argument,
          "it has the default group of its VPC, whose rules the file does not hold",
        ),
      );
      continue;
    }
    const peer: Peer = {
      groupIds: balancerGroups(path, balancer).ids,
      places: placesOf(topology, balancer.subnetIds, { address: balancer.address, attribute: "subnets" }),
    };
    const port = targets[0]?.port;
    const through = passage(topology, set, port, peer);
    if (through.answer === "open")
      report.open(
        "target",
        new Unknown(server.settingsAddress, argument, `it has the default group of its VPC: ${through.why.why}`),
      );
    if (through.answer !== "no" && through.answer !== "partly") continue;
    const key = JSON.stringify([known(vpcId), known(port)]);
    const edits = fitting.get(key) ?? withGroup(topology, peer, known(vpcId), port, server);
    fitting.set(key, edits);
    report.fault({
      id: "P61",
      hop: "target",
      address: server.settingsAddress,
      attribute: argument,
      observed:
        "no security group, so that the VPC's default group holds: " +
        `${isUntouched(set.groups) ? "it lets in its own members only" : rulesInWords(topology, set)}`,
      required: `a group that lets the balancer in to port ${isUnknown(port) ? "of the target" : port}`,
      symptom: "504 Gateway Timeout; Target.Timeout in the target's health",
      ...share,
      fix: fix(
        "Give the servers a group that lets the balancer in.",
        "every server has its group; no prop takes it away: remove the override",
        edits.map((edit) => ("set" in edit ? setting(server.settingsAddress, argument, edit.value) : edit)),
      ),
    });
  }
};

function shareOf(count: number, all: number): { share?: string } {
  return count < all ? { share: `${count} of ${all} servers` } : {};
}

/** As AWS made it: the VPC stands for it. */
function isUntouched(groups: readonly SecurityGroup[]): boolean {
  return groups.every(({ address }) => !/security_group/.test(address));
}

/** A group of the file that would do, or a new one. */
function withGroup(
  topology: Topology,
  peer: Peer,
  vpcId: string | undefined,
  port: Target["port"],
  server: Server,
): readonly Edit[] {
  const fits = (group: SecurityGroup): boolean => {
    const id = known(group.id);
    if (group.isDefault || id === undefined || known(group.vpcId) !== vpcId || peer.groupIds.items.includes(id))
      return false;
    return (
      passage(
        topology,
        ruleSet(topology, { items: [id] }, "ingress", { address: group.address, attribute: "id" }),
        port,
        peer,
      ).answer === "yes"
    );
  };
  const own = known(topology.securityGroups.find(fits)?.id);
  if (own !== undefined) return [setting(server.settingsAddress, "vpc_security_group_ids", [own])];
  const number = known(port);
  if (number === undefined) return [];
  return [
    {
      add: "aws_security_group",
      name: "servers",
      like: server.settingsAddress,
      body: {
        vpc_id: vpcId,
        ingress: [{ from_port: number, to_port: number, protocol: "tcp", security_groups: peer.groupIds.items }],
        egress: [{ from_port: 0, to_port: 0, protocol: "-1", cidr_blocks: ["0.0.0.0/0"] }],
      },
    },
    setting(server.settingsAddress, "vpc_security_group_ids", ["${aws_security_group.servers.id}"]),
  ];
}

/** P65: the user data is never run, or what it starts listens on another port; P66 and P67 beside it. */
const bootScripts: TargetCheck = (path, report) => {
  const all = serversOf(path);
  const never = all.filter(({ server }) => runs(known(server.userData) ?? "") === "never").length;
  for (const { server, targets } of all) {
    if (server.changesUserDataInPlace && known(server.userDataReplaceOnChange) !== true) changedInPlace(server, report);
    const script = known(server.userData);
    if (script === undefined || script.trim() === "") continue;
    if (runs(script) === "never") {
      neverRun(server, script, shareOf(never, all.length), report);
      continue;
    }
    otherPort(path.topology, server, script, targets, report);
    containers(server, script, report);
  }
};

function neverRun(server: Server, script: string, share: { share?: string }, report: Reporter): void {
  const first = firstCommand(script);
  const hasInterpreter = /^\s+#!/.test(script);
  report.fault({
    id: "P65",
    severity: "error",
    hop: "target",
    address: server.settingsAddress,
    attribute: "user_data",
    observed: hasInterpreter
      ? "`#!` does not stand in the first column of the first line, so that nothing runs"
      : `it begins with ${first === undefined ? "a command" : `the command "${first}"`}, which cloud-init does ` +
        "not take for a script, so that nothing runs",
    required: "`#!` and the interpreter at the very beginning, or `#cloud-config`",
    symptom:
      'nothing listens: connection refused, FailedHealthChecks, 502 Bad Gateway; "Unhandled non-multipart ' +
      '(text/x-not-multipart) userdata" or "Exec format error" in cloud-init\'s log',
    ...share,
    fix: withScript(
      server,
      hasInterpreter ? dedented(script) : `#!/bin/bash\n${script}`,
      "Begin the user data with its interpreter, in the first column.",
      "`server: { userData }` is refused without it: remove the override",
      "the first line begins with #! in its first column, as with a heredoc of the kind <<-EOT",
    ),
  });
}

/** Without the lines before the interpreter, and the blanks that all lines share with it. */
function dedented(script: string): string {
  const lines = script.replace(/^\s*\n/, "").split("\n");
  const indent = /^\s*/.exec(lines[0] ?? "")?.[0] ?? "";
  return lines
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart() === "" ? "" : line))
    .join("\n");
}

/** A launch template takes it in base64. The HCL does not repeat it, as it is long and may hold secrets. */
function withScript(server: Server, script: string, text: string, props: string, change: string): Fix {
  const isEncoded = /(^|\.)aws_launch_template\./.test(server.settingsAddress);
  const edit = setting(
    server.settingsAddress,
    "user_data",
    isEncoded ? Buffer.from(script).toString("base64") : script,
  );
  return { ...fix(text, props, [edit]), hcl: `# in the user_data of ${server.settingsAddress}: ${change}` };
}

function otherPort(
  topology: Topology,
  server: Server,
  script: string,
  targets: readonly Target[],
  report: Reporter,
): void {
  const served = portsOf(script);
  if (served.length === 0) return;
  const wanted = [...new Set(targets.flatMap(({ port, healthPort }) => [known(port), known(healthPort)]))].filter(
    (it) => it !== undefined,
  );
  const missing = wanted.filter((it) => !served.includes(it));
  const [port] = missing;
  if (port === undefined) return;
  const ofRequests = targets.some((it) => missing.includes(known(it.port) ?? NaN));
  const what = ofRequests ? (wanted.length === missing.length ? "everything" : "some of it") : "its health checks";
  const [only] = served;
  const moved =
    served.length === 1 && missing.length === 1
      ? script.replace(new RegExp(`(?<![\\d.])${only}(?![\\d.])`, "g"), String(port))
      : script;
  report.fault({
    id: "P65",
    severity: "warning",
    hop: "target",
    address: server.settingsAddress,
    attribute: "user_data",
    observed: `the boot script makes something listen on ${served.join(", ")}`,
    required: `something that listens on ${missing.join(" and ")}, where the target group sends ${what}`,
    symptom: ofRequests
      ? "connection refused: FailedHealthChecks, 502 Bad Gateway"
      : ofHealthChecksOnly(
          "connection refused: Target.FailedHealthChecks",
          targets.map((it) => healthReaders(topology, it.targetGroup)),
        ).symptom,
    fix: withScript(
      server,
      moved,
      `Let the application listen on ${port}, or the target group have the application's port.`,
      "`appPort` is the port of both; with `server: { userData }` the script must serve it",
      `listen on ${port} instead of ${served.join(" and ")}`,
    ),
  });
}

/** P66 */
function changedInPlace(server: Server, report: Reporter): void {
  report.fault({
    id: "P66",
    hop: "target",
    address: server.address,
    attribute: "user_data_replace_on_change",
    observed:
      "the plan changes the user data of a server that stays, which is stopped for it and does not run it again",
    required: "`user_data_replace_on_change = true`, so that a new server runs it",
    symptom: "an outage while it stops and starts, then what was served before",
    fix: fix(
      "Replace the server when its user data changes.",
      "every server has it; no prop takes it away: remove the override",
      [setting(server.address, "user_data_replace_on_change", true)],
    ),
  });
}

/** P67 */
function containers(server: Server, script: string, report: Reporter): void {
  const { httpTokens, hopLimit } = server.metadataOptions ?? {};
  if (known(httpTokens) !== "required" || known(hopLimit) !== 1) return;
  const what = usesContainers(script);
  if (what === undefined) return;
  report.fault({
    id: "P67",
    severity: "warning",
    hop: "target",
    address: server.settingsAddress,
    attribute: "metadata_options.http_put_response_hop_limit",
    observed: `1, while the boot script starts containers (${what}), which are one hop further away`,
    required: "2, where a container asks for the instance's metadata or its credentials",
    symptom: 'NoCredentialProviders or "Unable to locate credentials" in the container, and what follows from it',
    fix: fix("Let the metadata's answer go two hops.", "no prop sets it: override it where the containers need it", [
      setting(server.settingsAddress, "metadata_options.http_put_response_hop_limit", 2),
    ]),
  });
}

export const serverRules: Rules = { path: [ownGroups], targets: [bootScripts], file: [] };
