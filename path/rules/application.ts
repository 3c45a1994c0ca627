import { codesOf, expects, isHealthPath, isMatcher } from "../../topology/health-check-values";
import type { Server } from "../../topology/model";
import { known } from "../../topology/value";
import { bootScript } from "../analysis/boot-scripts/boot-script";
import { answersTls, answersWith, answersWithHttpsRedirect, portsOf } from "../analysis/boot-scripts/user-data";
import { opensPort } from "../analysis/network/reachability";
import { forwardedTo } from "../analysis/requests/listeners";
import type { Target, TracedPath } from "../analysis/requests/traced-path";
import { healthReaders, ofHealthChecksOnly } from "../analysis/targets/health-readers";
import { fix, setting } from "../fixes/fix";

import { BY_NO_PROP } from "../fixes/wording";
import type { PathEnd, Reporter } from "./rule";
import type { Rules } from "./subjects";

/* What the boot script says of the application, against what listener and target group expect of it. */

export const applicationRules: Rules = {
  path: [redirectsBehindTls],
  targets: [servesTheAttachmentsPort, speaksTheGroupsProtocol, answersTheHealthCheck],
  file: [],
};

/** EC2 takes 16 KiB; what is longer is no script. */
const MAX_SCRIPT = 20_000;

/**
 * Each target whose script is known, once for each group and script, as all instances of a group mostly share theirs.
 */
function* scripted({ targets }: PathEnd): Iterable<Target & { readonly script: string }> {
  const seen = new Set<string>();
  for (const target of targets) {
    const script = known(target.server?.userData);
    if (script === undefined || script === "" || script.length > MAX_SCRIPT) continue;
    const key = `${target.targetGroup.address} ${target.server?.settingsAddress} ${known(target.port)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield { ...target, script };
  }
}

/** P25 */
function redirectsBehindTls(path: TracedPath, report: Reporter): void {
  for (const { targetGroup, server, port, script } of scripted(path)) {
    if (server === undefined || targetGroup.protocol !== "HTTP" || !redirectsOn(script, known(port))) continue;
    const listener = path.steps.find(
      (it) =>
        it.listener.protocol === "HTTPS" &&
        it.outcomes.some(({ actions }) => forwardedTo(actions).includes(String(targetGroup.arn))),
    )?.listener;
    if (listener === undefined) continue;
    report.fault({
      id: "P25",
      hop: "listener",
      address: server.settingsAddress,
      attribute: "user_data",
      observed: `the application redirects to HTTPS, and ${listener.address} forwards to it as plain HTTP`,
      required: "an application that redirects only where X-Forwarded-Proto is http",
      symptom: "ERR_TOO_MANY_REDIRECTS",
      fix: {
        text: "Redirect at the listener, or where X-Forwarded-Proto is http only.",
        props: 'http: "redirect" redirects at the balancer; take the redirect out of server.userData',
        hcl: `# in the user_data of ${server.settingsAddress}: no redirect where X-Forwarded-Proto is "https"`,
        edits: [],
      },
    });
  }
}

/** Whether what redirects is what serves this port, as far as nginx's blocks tell. */
function redirectsOn(script: string, port: number | undefined): boolean {
  if (!answersWithHttpsRedirect(script)) return false;
  const blocks = script
    .split(/\bserver\s*\{/)
    .slice(1)
    .filter((it) => /\breturn\s+30\d\s+https:/.test(it));
  const ports = blocks.flatMap((it) =>
    [...it.matchAll(/\blisten\s+(?:\S+:)?(\d+)/g)].map(([, listened]) => Number(listened)),
  );
  return port === undefined || ports.length === 0 || ports.includes(port);
}

/**
 * P53: by the script, or where that is not known, by what the groups open; that a port is not open at all is a fault of
 * its own too.
 */
function servesTheAttachmentsPort(path: PathEnd, report: Reporter): void {
  for (const target of path.targets) {
    const { targetGroup, registration, server } = target;
    const [port, usual, script] = [known(registration.port), known(targetGroup.port), known(server?.userData)];
    if (server === undefined || port === undefined || port === usual) continue;
    const served = script === undefined ? [] : portsOf(script);
    const isElsewhere = served.length > 0 && !served.includes(port);
    const isClosed = served.length === 0 && usual !== undefined && opensOnly(path, server, usual, port);
    if (!isElsewhere && !isClosed) continue;
    const isCertain =
      isClosed || (usual !== undefined && served.includes(usual) && !new RegExp(`\\b${port}\\b`).test(script ?? ""));
    const count = targetGroup.registrations.length;
    report.fault({
      id: "P53",
      hop: "target",
      severity: isCertain ? "error" : "warning",
      address: registration.address,
      attribute: "port",
      observed:
        `port ${port}, where ${server.address} ` +
        `${isClosed ? `opens ${usual}, its target group's port,` : `serves ${served.join(", ")}`}` +
        `${isClosed ? " and not this one" : ""}`,
      required: `no port, so that the group's ${usual ?? "own"} counts, or a port that the application serves`,
      symptom: "502 Bad Gateway or 504; Target.FailedHealthChecks or Target.Timeout",
      ...(count > 1 && { share: `1 of ${count} targets` }),
      fix: fix(`Leave the port of ${registration.address} away.`, "appPort; remove the override", [
        setting(registration.address, "port", isClosed || served.includes(usual ?? -1) ? undefined : served[0]),
      ]),
    });
  }
}

/** Whether the machine's groups let in the one port and certainly not the other. */
function opensOnly({ topology }: PathEnd, server: Server, open: number, closed: number): boolean {
  const groups = server.securityGroupIds.items.map((id) => topology.byId.securityGroup(id));
  if (
    server.securityGroupIds.open !== undefined ||
    groups.length === 0 ||
    groups.some((it) => it === undefined || it.openIngress !== undefined)
  )
    return false;
  const rules = groups.flatMap((it) => it?.ingress ?? []);
  return (
    rules.some((rule) => opensPort(rule, open) === true) && rules.every((rule) => opensPort(rule, closed) === false)
  );
}

/** P54 */
function speaksTheGroupsProtocol(path: PathEnd, report: Reporter): void {
  for (const { targetGroup, server, port, healthPort, script } of scripted(path)) {
    const check = {
      address: targetGroup.address,
      protocol: known(targetGroup.healthCheck.protocol),
      port: known(healthPort),
      attribute: "health_check.protocol",
    };
    for (const it of [
      { address: targetGroup.address, protocol: known(targetGroup.protocol), port: known(port), attribute: "protocol" },
      check,
    ]) {
      if (server === undefined || it.port === undefined || (it.protocol !== "HTTP" && it.protocol !== "HTTPS"))
        continue;
      const speaksTls = answersTls(script, it.port);
      if (speaksTls === undefined || speaksTls === (it.protocol === "HTTPS")) continue;
      const better = speaksTls ? "HTTPS" : "HTTP";
      const unhealthy = speaksTls ? "Target.ResponseCodeMismatch [400]" : "Target.FailedHealthChecks";
      report.fault({
        id: "P54",
        hop: "target",
        address: it.address,
        attribute: it.attribute,
        observed:
          `${it.protocol} to port ${it.port}, on which ${server.address} speaks ` +
          `${speaksTls ? "TLS" : "plain HTTP"}`,
        required: `${it.attribute} ${better}, or an application that speaks ${it.protocol}`,
        symptom:
          it === check
            ? ofHealthChecksOnly(unhealthy, [healthReaders(path.topology, targetGroup)]).symptom
            : `${speaksTls ? "400 Bad Request" : "502 Bad Gateway"}; ${unhealthy}`,
        fix: fix(`Speak ${better} to the targets.`, BY_NO_PROP, [setting(it.address, it.attribute, better)]),
      });
    }
  }
}

/** P55 */
function answersTheHealthCheck(path: PathEnd, report: Reporter): void {
  for (const { targetGroup, server, healthPort, script } of scripted(path)) {
    const { path: asked, matcher: expected, enabled } = targetGroup.healthCheck;
    const [checked, matcher] = [known(asked), known(expected)];
    if (
      server === undefined ||
      checked === undefined ||
      matcher === undefined ||
      enabled === false ||
      targetGroup.protocolVersion === "GRPC"
    )
      continue;
    const code = codeOf(script, checked, known(healthPort));
    if (code === undefined || codesOf(matcher) === undefined || expects(matcher, code)) continue;
    const better = pathThatAnswers(script);
    const wider = `${matcher},${code}`;
    report.fault({
      id: "P55",
      hop: "target",
      address: targetGroup.address,
      attribute: "health_check.path",
      observed: `${server.address} seems to answer ${checked} with ${code}, and the check expects ${matcher}`,
      required: "a path that answers with an expected code",
      symptom: ofHealthChecksOnly(`Target.ResponseCodeMismatch [${code}]`, [healthReaders(path.topology, targetGroup)])
        .symptom,
      fix:
        better !== undefined && better !== checked
          ? fix(`Ask for ${better}.`, `healthCheck: { path: ${JSON.stringify(better)} }`, [
              setting(targetGroup.address, "health_check.path", better),
            ])
          : isMatcher(wider)
            ? fix(`Expect ${code} as well.`, `healthCheck: { matcher: "${wider}" }`, [
                setting(targetGroup.address, "health_check.matcher", wider),
              ])
            : fix(
                `Let the application answer ${checked} with an expected code.`,
                "server.setup, server.userData or the application behind server.proxyPort",
                [],
              ),
    });
  }
}

const IS_APPLICATION =
  /proxy_pass|fastcgi|uwsgi|ProxyPass|RewriteRule|\b(docker|podman|node|npm|python3?|flask|gunicorn|java|php|rails|go run|git|unzip|tar|rsync|aws|wordpress|ansible|puppet)\b/i;
const WEB_SERVER = /\b(install|start|enable)\b[^;&|]*\b(nginx|httpd|apache2)\b/;
/** Where web servers look for pages. */
const PAGES = /\/var\/www\/html|\/usr\/share\/nginx\/html|\bDocumentRoot\b|\broot\s+\//;

/** The code with which a path is answered, where the script leaves little doubt. */
function codeOf(script: string, path: string, port: number | undefined): number | undefined {
  const own = answersWith(script, path);
  if (own !== undefined) return own;
  if (redirectsOn(script, port)) return 301;
  const { kind, commands } = bootScript(script);
  const isPlain = kind === "runs" && !IS_APPLICATION.test(script) && commands.some((it) => WEB_SERVER.test(it));
  if (!isPlain) return undefined;
  const name = (path.split("?")[0] ?? "/").replace(/^\/+|(?<!\/)\/+$/g, "");
  // Apache's own test page is answered with 403; nginx's with 200.
  if (name === "") return PAGES.test(script) || !commands.some((it) => /\b(httpd)\b/.test(it)) ? undefined : 403;
  return name === "index.html" || script.includes(name) ? undefined : 404;
}

/** A path that the script visibly answers with 200. */
function pathThatAnswers(script: string): string | undefined {
  const [, own] = /\blocation\s+=\s+(\/[^\s{]*)\s*\{[^{}]*\breturn\s+200\b/.exec(script) ?? [];
  return own !== undefined && isHealthPath(own)
    ? own
    : PAGES.test(script) && !answersWithHttpsRedirect(script)
      ? "/"
      : undefined;
}
