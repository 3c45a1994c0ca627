import { portOf } from "../../path/facts/url-ports";
import type { Exchange } from "../client";
import type { Expectation } from "../expectation";
import type { NameTraffic, TargetTraffic, Traffic } from "../traffic";
import { type CheckResult, distinct, unless } from "./check-result";

/* The steps of the walkthrough by what came back to a client. */

const HTTPS_PORT = 443;
const NOTHING_SENT = "no request was sent, because no name resolves to the load balancer";
const PORTS = { "http:": 80, "https:": HTTPS_PORT } as const;

/** Step 2: each instance's program answers the health check. */
export function instancesAnswer(traffic: Traffic, expected: Expectation): CheckResult {
  const { targets } = traffic;
  const answers = distinct(targets.map(({ lastCheck }) => /^\d{3}\b/.exec(lastCheck?.text ?? "")?.[0]));
  const failed = targets.filter(({ health }) => health === "unhealthy");
  const undecided = targets.filter(({ health }) => health !== "healthy" && health !== "unhealthy");
  return {
    problems: [
      ...unless(
        targets.length >= expected.instanceCount && targets.length > 0,
        `health checks are sent to ${targets.length} of ${expected.instanceCount} instances`,
      ),
      ...failed.map((it) => `${it.id}: ${it.lastCheck?.text ?? it.code ?? "no response"}`),
    ],
    unknown: [
      ...withoutServers(traffic, expected),
      ...undecided.map(({ id, health }) => `${id} is ${health}, so its health check has no result`),
    ],
    observed:
      `${assumedBy(targets)}${programsOf(targets)} answered ${answers.join(", ") || "as the health check requires"} ` +
      `for ${expected.healthCheckPath} on each of ${targets.length}`,
  };
}

/** Step 4: the health checks of the load balancer. */
export function targetsPassChecks(traffic: Traffic, expected: Expectation): CheckResult {
  const { targets } = traffic;
  const { instanceCount } = expected;
  const healthy = targets.filter(({ health }) => health === "healthy");
  const others = targets.filter(({ health }) => health !== "healthy" && health !== "initial");
  const undecided = targets.filter(({ health }) => health === "initial");
  return {
    problems: [
      ...unless(
        healthy.length + undecided.length >= instanceCount,
        `${healthy.length} of ${instanceCount} targets are healthy`,
      ),
      ...others.map((it) => `${it.id} is ${it.health}${it.code === undefined ? "" : ` (${it.code})`}${lastOf(it)}`),
    ],
    unknown: [
      ...withoutServers(traffic, expected),
      ...undecided.map(({ id }) => `${id} is initial: its health checks have no result yet`),
    ],
    observed: `${assumedBy(targets)}${healthy.length} of ${instanceCount} healthy by real health checks`,
  };
}

/** Step 5.1-2: the load balancer's own name. */
export function balancerAnswers({ balancer }: Traffic): CheckResult {
  if (balancer === undefined) return unknownOnly("the load balancer's name is assigned by an apply");
  const { name, dns, http } = balancer;
  return {
    problems: [
      ...unless(dns.kind === "balancer", `${name} ${resolvedInWords(dns)}`),
      ...(http === undefined || http.kind === "response" ? [] : inGroups([failureOf(http)])),
    ],
    observed: `its name resolves, and http://${name}/ returned ${http?.kind === "response" ? http.status : "nothing"}`,
  };
}

/** Step 5.3: packets of a client reach the load balancer's subnets, and return. */
export function subnetsLetThrough(traffic: Traffic): CheckResult {
  return letThrough(traffic, (text) => mentionsRoute(text) && !mentionsGroup(text));
}

/** Step 5.4: the security group lets a client connect. */
export function groupLetsThrough(traffic: Traffic): CheckResult {
  return letThrough(traffic, mentionsGroup);
}

/** Step 5.5: both listeners answer. */
export function listenersAnswer(traffic: Traffic): CheckResult {
  const firsts = Object.entries(PORTS).map(([protocol, port]) => {
    const asked = exchangesOf(traffic).filter(({ url }) => url.startsWith(protocol));
    return { port, first: asked.find(isConnected) ?? asked[0] };
  });
  return {
    problems: firsts.flatMap(({ port, first }) =>
      first === undefined || first.kind === "response" || isConnected(first)
        ? []
        : [`port ${port} does not answer: ${first.log?.text ?? first.error}`],
    ),
    unknown: firsts.flatMap(({ port, first }) => (first === undefined ? [`port ${port}: ${NOTHING_SENT}`] : [])),
    observed: "HTTP:80 and HTTPS:443 answered",
  };
}

/** Step 5.6: TLS, verified by the local authority with the name that the client requested. */
export function certificateIsVerified(traffic: Traffic, { requestsCertificate }: Expectation): CheckResult {
  const requested = traffic.names.flatMap(({ host, https: [first] }) => (first === undefined ? [] : [{ host, first }]));
  const versions = distinct(requested.map(({ first }) => (first.kind === "response" ? first.tls : undefined)));
  const unanswered = requested.filter(({ first }) => first.kind === "none" && first.failed !== "tls");
  return withRequests(requested, {
    problems: inGroups(
      requested.flatMap(({ host, first }) =>
        first.kind === "none" && first.failed === "tls"
          ? [{ about: host, text: `the TLS handshake failed with ${first.error}${why(first)}` }]
          : [],
      ),
    ),
    unknown: inGroups(unanswered.map(({ host }) => ({ about: host, text: "there was no TLS handshake" }))),
    observed: `${
      requestsCertificate ? "" : "assumed (the names of the certificate are not in the stack): "
    }verified for ${requested.map(({ host }) => host).join(", ")} (${versions.join(", ")})`,
  });
}

/** Step 6: a response over HTTPS from each instance, for each name. */
export function eachInstanceResponds(traffic: Traffic, expected: Expectation): CheckResult {
  const healthy = traffic.targets.flatMap(({ id, health }) => (health === "healthy" ? [id] : []));
  const requested = traffic.names.filter(({ https }) => https.length > 0);
  const problems = requested.flatMap(({ https }) => problemsOfAll(https, healthy, expected));
  const statuses = distinct(
    requested.flatMap(({ https }) => https.map((it) => (it.kind === "response" ? it.status : undefined))),
  );
  return withRequests(requested, {
    problems: [...unless(healthy.length > 0, "no target is healthy"), ...inGroups(problems)],
    unknown: withoutServers(traffic, expected),
    observed:
      `${assumedBy(traffic.targets, requested)}${statuses.join(", ")} from each of ` +
      `${counted(healthy.length, "target")} ` +
      `for ${requested.map(({ host }) => `https://${host}/`).join(", ")}`,
  });
}

/** Step 7: what the names resolve to. */
export function namesResolve({ names }: Traffic): CheckResult {
  const others = names.filter(({ dns }) => dns.kind !== "balancer");
  const inWords = (of: readonly NameTraffic[]) => of.map(({ host, dns }) => `${host} ${resolvedInWords(dns)}`);
  return {
    problems: inWords(others.filter(({ dns }) => !isOpen(dns))),
    unknown: inWords(others.filter(({ dns }) => isOpen(dns))),
    observed: names.map(({ host }) => `${host} resolves to the load balancer`).join(", "),
  };
}

/** The name server refuses questions to which the file does not contain the answer. */
const isOpen = (dns: NameTraffic["dns"]) => dns.kind === "none" && dns.error === "EREFUSED";

/** Step 8: plain HTTP, and where it leads. */
export function httpLeadsAsDeclared(traffic: Traffic, expected: Expectation): CheckResult {
  const requested = traffic.names.filter(({ http }) => http !== undefined);
  const [first] = requested;
  const problems = requested.flatMap(({ http, followed }) => {
    if (http === undefined) return [];
    return expected.http === "redirect" ? redirectProblems(http, followed, expected) : problemsOf(http, expected);
  });
  return withRequests(requested, {
    problems: inGroups(problems),
    unknown: withoutServers(traffic, expected),
    observed:
      `${assumedBy(traffic.targets, requested)}http://${first?.host}/ returned ${answerOf(first?.http)}` +
      (first?.followed === undefined ? "" : `, which returned ${answerOf(first.followed)}`) +
      (requested.length > 1 ? `; the same for ${requested.length - 1} more` : ""),
  });
}

function redirectProblems(http: Exchange, followed: Exchange | undefined, expected: Expectation): Problem[] {
  if (http.kind === "none") return [failureOf(http)];
  const { hostname } = new URL(http.url);
  const target = URL.canParse(http.location ?? "", http.url) ? new URL(http.location ?? "", http.url) : undefined;
  const isRedirect = http.status === 301 && target?.protocol === "https:" && target.hostname === hostname;
  if (!isRedirect)
    return [{ about: http.url, text: `must be 301 to HTTPS with the same host (got ${answerOf(http)})${why(http)}` }];
  return followed === undefined ? [] : problemsOf(followed, expected);
}

/** The stack's own NGINX returns 200; any other program may also redirect or require a path. */
function problemsOf(exchange: Exchange, { hasNginx }: Expectation): Problem[] {
  if (exchange.kind === "none") return [failureOf(exchange)];
  const { url, status, log } = exchange;
  const isFine = hasNginx ? status === 200 : log?.target !== undefined && status < 500;
  return isFine ? [] : [{ about: url, text: `${status}${why(exchange)}` }];
}

function problemsOfAll(exchanges: readonly Exchange[], healthy: readonly string[], expected: Expectation): Problem[] {
  const failed = exchanges.flatMap((it) => problemsOf(it, expected));
  if (failed.length > 0) return failed;
  const seen = exchanges.map(({ log }) => log?.target);
  return healthy
    .filter((id) => !seen.includes(id))
    .map((id) => ({ about: exchanges[0]?.url ?? "", text: `no response from ${id} in ${exchanges.length} requests` }));
}

/** Why a response of a target cannot be determined; a stand-in for a program of the user's own is an assumption. */
function withoutServers({ targets, withoutNginx }: Traffic, { hasNginx }: Expectation): string[] {
  const standIns = targets.filter(({ kind }) => kind === "stand-in");
  if (standIns.length === 0) return [];
  if (withoutNginx !== undefined) return [withoutNginx];
  return hasNginx
    ? standIns.map(({ id, reason }) => `${id} runs a stand-in instead of NGINX: ${reason ?? "no reason given"}`)
    : [];
}

/** Marks what was not really exercised: responses of stand-ins, and what the file leaves open. */
function assumedBy(targets: readonly TargetTraffic[], requested: readonly NameTraffic[] = []): string {
  const exchanges = requested.flatMap(({ http, followed, https }) => [http, followed, ...https]);
  const [standIn] = [
    ...targets.flatMap(({ kind, reason }) => (kind === "stand-in" ? [reason ?? "user data not run"] : [])),
    ...exchanges.flatMap((it) => (it?.kind === "response" && it.standIn !== undefined ? [it.standIn] : [])),
  ];
  if (standIn !== undefined) return `assumed (a stand-in responds: ${standIn}): `;
  const isOpen = exchanges.some((it) => it?.log?.isAssumed === true);
  return isOpen ? "assumed (the file leaves a part of the way open): " : "";
}

function programsOf(targets: readonly TargetTraffic[]): string {
  const names = { nginx: "NGINX", app: "the app", "stand-in": "a stand-in" } as const;
  return distinct(targets.map(({ kind }) => names[kind])).join(", ");
}

/**
 * What prevents connections of a client.
 * @param isOwn whether the reason concerns the step; step 5.5 reports every port that does not answer
 */
function letThrough(traffic: Traffic, isOwn: (text: string) => boolean): CheckResult {
  const exchanges = exchangesOf(traffic);
  const answered = distinct(exchanges.flatMap((it) => (isConnected(it) ? [portOf(new URL(it.url))] : [])));
  const problems = exchanges.flatMap((it) =>
    !isConnected(it) && it.log !== undefined && isOwn(it.log.text)
      ? [`port ${portOf(new URL(it.url))} does not answer: ${it.log.text}`]
      : [],
  );
  if (answered.length === 0 && problems.length === 0) return unknownOnly("no port of the load balancer answers");
  return {
    problems: distinct(problems),
    observed: `a client's packets reached ${answered.map((port) => `port ${port}`).join(" and ")}, and returned`,
  };
}

/** A failed handshake shows that packets pass. */
const isConnected = (it: Exchange) => it.kind === "response" || it.failed === "tls";
const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
const mentionsGroup = (text: string) => /security.group/i.test(text);
const mentionsRoute = (text: string) => /route|subnet|acl/i.test(text);

/** Without any request, the step is unknown; step 7 says why. */
function withRequests(requested: readonly unknown[], result: CheckResult): CheckResult {
  return requested.length > 0 ? result : unknownOnly(NOTHING_SENT);
}

function unknownOnly(why: string): CheckResult {
  return { problems: [], unknown: [why], observed: "" };
}

function exchangesOf({ names, balancer }: Traffic): Exchange[] {
  const all = names.flatMap(({ http, followed, https }) => [http, ...https, followed]);
  return [...all, balancer?.http].filter((it) => it !== undefined);
}

function resolvedInWords(dns: NameTraffic["dns"]): string {
  if (dns.kind === "none") return `does not resolve (${dns.error})`;
  return `resolves to ${dns.addresses.join(", ")}${dns.kind === "elsewhere" ? ", not to the load balancer" : ""}`;
}

interface Problem {
  /** A URL or a name. */
  readonly about: string;
  readonly text: string;
}

function failureOf(exchange: Extract<Exchange, { kind: "none" }>): Problem {
  return { about: exchange.url, text: `${exchange.error}${why(exchange)}` };
}

/** A problem that several names have is reported once. */
function inGroups(problems: readonly Problem[]): string[] {
  return distinct(problems.map(({ text }) => text)).map((text) => {
    const [first = "", ...others] = distinct(problems.flatMap((it) => (it.text === text ? [it.about] : [])));
    return `${first}${others.length === 0 ? "" : ` and ${others.length} more`}: ${text}`;
  });
}

function answerOf(exchange: Exchange | undefined): string {
  if (exchange?.kind !== "response") return exchange?.error ?? "nothing";
  return exchange.location === undefined ? `${exchange.status}` : `${exchange.status} to ${exchange.location}`;
}

const why = ({ log }: Exchange) => (log === undefined ? "" : ` (${log.text})`);
const lastOf = ({ lastCheck }: TargetTraffic) => (lastCheck === undefined ? "" : `: ${lastCheck.text}`);
