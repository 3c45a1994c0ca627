import { Resolver } from "node:dns/promises";
import { Route53Client } from "@aws-sdk/client-route-53";
import { STSClient } from "@aws-sdk/client-sts";
import { UsageError, WorkFailed } from "../../machine/errors";
import { PATIENT, publicZones, withoutDot, type ZoneView } from "../../rehearsal/site";
import { accountOf } from "../bootstrap/account";

/** The account that a site is deployed to. */
export interface Account {
  readonly number: string;
  /** Whether the endpoints are those of AWS, not of an emulator. */
  readonly isAws: boolean;
  /** A problem that is likely to occur, if any. */
  readonly warning?: string;
}

const RESOLVER = { timeout: 3_000, tries: 2 } as const;
const AWS_HOST = /\.(amazonaws\.com|api\.aws)$/;
const ADDRESSES = ["A", "AAAA", "CNAME"];

/**
 * Checks the account before anything is created.
 * @throws {UsageError} if the name could not be served, or something in the account would be overwritten
 * @throws {WorkFailed} without valid AWS credentials, or if AWS does not respond
 */
export async function lookAt(domain: string, zoneName: string, region: string): Promise<Account> {
  const account = await whoseAccount(region);
  const zones = await zonesOf(region, domain);
  const refusal = refusalOf(domain, zoneName, account.number, zones);
  if (refusal !== undefined) throw new UsageError(`${refusal} Nothing was created.`);
  // It queries the zone, never the name: a resolver would cache that the name does not exist, and not see its record
  // for a while.
  const asked = account.isAws ? await new Resolver(RESOLVER).resolveNs(zoneName).catch(() => undefined) : undefined;
  return {
    ...account,
    warning: delegationWarning(zoneName, zones.find(({ name }) => name === zoneName)?.nameServers ?? [], asked),
  };
}

/** @param asked the name servers that this machine's resolver returns, if any */
export function delegationWarning(
  zoneName: string,
  own: readonly string[],
  asked: readonly string[] | undefined,
): string | undefined {
  const [theirs, ours] = [asked ?? [], own].map((names) => names.map((name) => withoutDot(name).toLowerCase()));
  if (theirs === undefined || theirs.length === 0 || theirs.some((name) => ours?.includes(name))) return undefined;
  return (
    `Warning: ${zoneName} is served by ${theirs.sort().join(", ")}, not by the name servers of its hosted zone in ` +
    "this account. ACM would not see the validation record, and the apply would fail after 15 minutes."
  );
}

/** The account of the credentials in use. @throws {WorkFailed} without valid AWS credentials */
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
 * The public zones that can contain a name's records. @throws {WorkFailed} with AWS's error, if it does not return them
 */
export async function zonesOf(region: string, domain: string): Promise<ZoneView[]> {
  return publicZones(new Route53Client({ region, ...PATIENT }), [domain]).catch((error: Error) => {
    throw new WorkFailed(`Route 53 does not return the public zones of the account (${error.name}: ${error.message}).`);
  });
}

/** Hosts that the environment configures instead of AWS's own. */
function endpointsOf(env: NodeJS.ProcessEnv): string[] {
  const urls = Object.entries(env)
    .filter(([name, value]) => /^AWS_ENDPOINT_URL(_|$)/.test(name) && value)
    .map(([, value = ""]) => value);
  return urls.map((url) => (URL.canParse(url) ? new URL(url).hostname : url));
}

/**
 * Why a site with this name cannot be deployed in the account; nothing if it can.
 * @param zoneName the public zone of the name's registrable domain
 * @param zones the account's public zones that contain the name
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
      `The public hosted zone ${zoneName} of ${domain} must be in Route 53 of account ${account}, which has no zone ` +
      "with that name."
    );
  if (others.length > 0)
    return (
      `Account ${account} must have one public hosted zone ${zoneName} (got ${others.length + 1}); delete those ` +
      "whose name servers are not set at the registrar."
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
      `servers; choose a name outside of ${nameOf(delegated)}.`
    );
  // ACM uses the same validation record for a name in an account each time; destroying the site would delete it.
  if (zones.some(({ records }) => records.some((it) => isValidation(it, domain)))) {
    return (
      `${domain} must not have an ACM validation record: another certificate for that name is renewed with it, and ` +
      "destroying the site would delete it; choose a name without one."
    );
  }
  return undefined;
}

/** The records of a site with this name. */
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
