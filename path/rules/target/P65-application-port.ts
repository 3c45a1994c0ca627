import type { Server, Topology } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { runs } from "../../analysis/boot-scripts/boot-script";
import { portsOf } from "../../analysis/boot-scripts/served-ports";
import { firstCommand } from "../../analysis/boot-scripts/shown-command";
import type { Target } from "../../analysis/requests/traced-path";
import { healthReaders, ofHealthChecksOnly } from "../../analysis/targets/health-readers";
import { targetPorts } from "../../analysis/targets/target-ports";
import { targetsByServer } from "../../analysis/targets/targets-by-server";
import { fix, setting } from "../../fixes/fix";
import { shareOf } from "../../fixes/shared-wording";
import type { Fix } from "../../report";
import type { FindingDetails, Rule, TargetCheck } from "../rule";

const checkBootScripts: TargetCheck = ({ topology, targets }, report) => {
  const servers = targetsByServer(targets);
  const never = [...servers.keys()].filter(({ userData }) => runs(known(userData) ?? "") === "never");
  const share = shareOf(never.length, servers.size, "servers");
  for (const [server, those] of servers) {
    const script = known(server.userData);
    if (script === undefined || script.trim() === "") continue;
    const finding = never.includes(server)
      ? { ...neverRun(server, script), ...share }
      : otherPort(topology, server, script, those);
    if (finding !== undefined) report.finding(finding);
  }
};

function neverRun(server: Server, script: string): FindingDetails {
  const first = firstCommand(script);
  const hasInterpreter = /^\s+#!/.test(script);
  return {
    severity: "error",
    address: server.settingsAddress,
    attribute: "user_data",
    observed: hasInterpreter
      ? "`#!` is not in the first column of the first line, so nothing runs"
      : `it begins with ${first === undefined ? "a command" : `the command "${first}"`}, which cloud-init does ` +
        "not recognize as a script, so nothing runs",
    required: "`#!` and the interpreter at the very start, or `#cloud-config`",
    symptom:
      'nothing listens: connection refused, FailedHealthChecks, 502 Bad Gateway; "Unhandled non-multipart ' +
      '(text/x-not-multipart) userdata" or "Exec format error" in the cloud-init log',
    fix: withScript(
      server,
      hasInterpreter ? dedented(script) : `#!/bin/bash\n${script}`,
      "Begin the user data with `#!` and its interpreter, in the first column.",
      "`server: { userData }` requires it; remove the override",
      "begin the first line with #! in the first column, for example with a <<-EOT heredoc",
    ),
  };
}

/** Without the lines before the interpreter and its indentation. */
function dedented(script: string): string {
  const lines = script.replace(/^\s*\n/, "").split("\n");
  const indent = /^\s*/.exec(lines[0] ?? "")?.[0] ?? "";
  return lines
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart() === "" ? "" : line))
    .join("\n");
}

function otherPort(
  topology: Topology,
  server: Server,
  script: string,
  targets: readonly Target[],
): FindingDetails | undefined {
  const served = portsOf(script);
  const used = targets
    .flatMap(targetPorts)
    .flatMap(({ port, use }) => (isUnknown(port) ? [] : [{ port, isForRequests: use !== "health checks" }]));
  const wanted = new Set(used.map(({ port }) => port));
  const missing = [...wanted].filter((it) => !served.includes(it));
  const [port] = missing;
  if (served.length === 0 || port === undefined) return undefined;
  const isForRequests = used.some((it) => it.isForRequests && missing.includes(it.port));
  const what = isForRequests ? (wanted.size === missing.length ? "all traffic" : "some traffic") : "health checks";
  const health = targets.map(({ targetGroup }) => healthReaders(topology, targetGroup));
  const [only] = served;
  const moved =
    served.length === 1 && missing.length === 1
      ? script.replace(new RegExp(`(?<![\\d.])${only}(?![\\d.])`, "g"), String(port))
      : script;
  return {
    address: server.settingsAddress,
    attribute: "user_data",
    observed: `the boot script starts a server that listens on ${served.join(", ")}`,
    required: `a server that listens on ${missing.join(" and ")}, the port to which the target group sends ${what}`,
    symptom: isForRequests
      ? P65.symptom
      : ofHealthChecksOnly("connection refused: Target.FailedHealthChecks", health).symptom,
    fix: withScript(
      server,
      moved,
      `Make the application listen on ${port}, or change the target group's port to the application's.`,
      "`appPort` sets both ports; with `server: { userData }` the script must serve it",
      `listen on ${port} instead of ${served.join(" and ")}`,
    ),
  };
}

/** A launch template expects base64. The HCL does not repeat the script, which is long and may contain secrets. */
function withScript(server: Server, script: string, text: string, props: string, change: string): Fix {
  const isEncoded = /(^|\.)aws_launch_template\./.test(server.settingsAddress);
  const value = isEncoded ? Buffer.from(script).toString("base64") : script;
  const edits = [setting(server.settingsAddress, "user_data", value)];
  return { ...fix(text, props, edits), hcl: `# in the user_data of ${server.settingsAddress}: ${change}` };
}

export const P65: Rule = {
  id: "P65",
  hop: "target",
  title: "the application listens on another port",
  certainty: ["likely"],
  severity: { usual: "warning", otherIf: "cloud-init does not recognize the user data as a script, so nothing runs" },
  why:
    "A load balancer connects to the port of its target group, and to the health check port; if nothing listens " +
    "there, the instance refuses the connection. User data starts the application, and cloud-init runs it only if " +
    "its first characters identify its format, such as `#!/bin/bash`. The finding is a warning if the script names " +
    "another port, because something outside the script can listen as well.",
  symptom: "connection refused: FailedHealthChecks, 502 Bad Gateway",
  symptoms: ["502", "unhealthy"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html",
  needs: ["boot scripts"],
  review: {
    effect: "outage",
    headline: ({ observed }) => (observed.endsWith("nothing runs") ? "the user data does not run" : undefined),
  },
  check: { targets: checkBootScripts },
};
