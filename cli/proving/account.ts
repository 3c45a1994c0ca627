import { Resolver } from "node:dns/promises";
import { Route53Client } from "@aws-sdk/client-route-53";
import { STSClient } from "@aws-sdk/client-sts";
import { UsageError, WorkFailed } from "../../machine/errors";
import { PATIENT, publicZones, withoutDot, type ZoneView } from "../../rehearsal/site";
import { accountOf } from "../bootstrap/account";

/** Where a site is to be proven. */
export interface Account {
  readonly number: string;
  /** Whether it is AWS that answers, not a stand-in for it. */
  readonly isAws: boolean;
  /** What will probably go wrong; nothing if nothing is known. */
  readonly warning?: string;
}

const RESOLVER = { timeout: 3_000, tries: 2 } as const;
const AWS_HOST = /\.(amazonaws\.com|api\.aws)$/;
const ADDRESSES = ["A", "AAAA", "CNAME"];

/**
 * Looks before anything is created.
 * @throws {UsageError} if the name could not be served, or something of the account would be overwritten
 * @throws {WorkFailed} without credentials that AWS accepts, or if AWS does not answer
 */
export async function lookAt(domain: string, zoneName: string, region: string): Promise<Account> {
  const account = await whoseAccount(region);
  const zones = await zonesOf(region, domain);
  const refusal = refusalOf(domain, zoneName, account.number, zones);
  if (refusal !== undefined) throw new UsageError(`${refusal} Nothing was created.`);
  // Of the zone, never of the name: a resolver would remember that the name does not exist, and not see its record for
  // a while.
  const asked = account.isAws ? await new Resolver(RESOLVER).resolveNs(zoneName).catch(() => undefined) : undefined;
  return {
    ...account,
    warning: delegationWarning(zoneName, zones.find(({ name }) => name === zoneName)?.nameServers ?? [], asked),
  };
}

/** @param asked the name servers that this machine's resolver knows of; nothing if it knows of none */
export function delegationWarning(
  zoneName: string,
  own: readonly string[],
  asked: readonly string[] | undefined,
): string | undefined {
  const [theirs, ours] = [asked ?? [], own].map((names) => names.map((name) => withoutDot(name).toLowerCase()));
  if (theirs === undefined || theirs.length === 0 || theirs.some((name) => ours?.includes(name))) return undefined;
  return (
    `Warning: ${zoneName} is answered by ${theirs.sort().join(", ")}, not by the zone's name servers in this ` +
    "account. ACM would not see the validation record, and the apply would fail after 15 minutes."
  );
}

/** The account of the credentials in use. @throws {WorkFailed} without credentials that AWS accepts */
export async function whoseAccount(region: string): Promise<Account> {
  const sts = new STSClient({ region });
  const hosts = endpointsOf(process.env);
  sts.middlewareStack.add(
    (next) => (args) => {
      hosts.push((args.request as { hostname?: string }).hostname ?? "");
      return next(args);
    },
    { step: "finalizeRequest" },
  );
  const number = await accountOf(region, sts);
  return { number, isAws: hosts.every((host) => AWS_HOST.test(host)) };
}

/**
 * The public zones that a name's records can be in. @throws {WorkFailed} with AWS's own words, if it does not answer
 */
export async function zonesOf(region: string, domain: string): Promise<ZoneView[]> {
  return publicZones(new Route53Client({ region, ...PATIENT }), [domain]).catch((error: Error) => {
    throw new WorkFailed(`Route 53 does not say which public zones the account has (${error.name}: ${error.message}).`);
  });
}

/** Hosts that the environment sends calls to in place of AWS's own. */
function endpointsOf(env: NodeJS.ProcessEnv): string[] {
  const urls = Object.entries(env)
    .filter(([name, value]) => /^AWS_ENDPOINT_URL(_|$)/.test(name) && value)
    .map(([, value = ""]) => value);
  return urls.map((url) => (URL.canParse(url) ? new URL(url).hostname : url));
}

/**
 * Why a site of this name cannot be proven in the account; nothing if it can.
 * @param zoneName the public zone of the name's registrable domain
 * @param zones the account's public zones that the name lies in
 */
export function refusalOf(
  domain: string,
  zoneName: string,
  account: string,
  zones: readonly ZoneView[],
): string | undefined {
  const [zone, ...others] = zones.filter(({ name }) => name === zoneName);
  if (zone === undefined)
    return (
      `The public zone ${zoneName} of ${domain} must be in Route 53 of account ${account}, which has none of ` +
      "that name."
    );
  if (others.length > 0)
    return (
      `Account ${account} must have one public zone ${zoneName} (got ${others.length + 1}); delete the one that ` +
      "the registrar does not name."
    );
  const named = zones.flatMap(({ name, records }) =>
    records
      .filter((it) => nameOf(it) === domain && ADDRESSES.includes(it.Type ?? ""))
      .map(({ Type }) => `${Type} in ${name}`),
  );
  if (named.length > 0)
    return (
      `${domain} must have no A, AAAA or CNAME record (got ${named.join(", ")}); choose a name that is not in ` + "use."
    );
  const delegated = zone.records.find(
    (it) => it.Type === "NS" && nameOf(it) !== zoneName && (domain === nameOf(it) || domain.endsWith(`.${nameOf(it)}`)),
  );
  if (delegated !== undefined)
    return (
      `${domain} must be in the zone ${zoneName} itself, which delegates ${nameOf(delegated)} to other name ` +
      "servers; choose a name outside of it."
    );
  // ACM gives a name of an account the same record each time; taking the site down would remove it.
  if (zones.some(({ records }) => records.some((it) => isValidation(it, domain)))) {
    return (
      `${domain} must have no validation record of ACM yet: another certificate of that name is renewed through ` +
      "it, and it would go with the site; choose a name that has none."
    );
  }
  return undefined;
}

/** Records that a site of this name makes. */
export function recordsOfSite(domain: string, zones: readonly ZoneView[]): string[] {
  const own = zones.flatMap(({ records }) =>
    records.filter((it) => (nameOf(it) === domain && ADDRESSES.includes(it.Type ?? "")) || isValidation(it, domain)),
  );
  return own.map((it) => `${it.Type} ${nameOf(it)}`);
}

type Record = ZoneView["records"][number];

function isValidation(record: Record, domain: string): boolean {
  return (
    record.Type === "CNAME" &&
    /^_[0-9a-z]{32}$/.test(nameOf(record).slice(0, -(domain.length + 1))) &&
    nameOf(record).endsWith(`.${domain}`)
  );
}

function nameOf({ Name = "" }: Record): string {
  return withoutDot(Name).toLowerCase();
}
