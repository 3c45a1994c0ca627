import { matches } from "./wildcards";

/* Whether a bucket's policy lets a balancer write its access logs. Where a statement cannot be judged it counts as one that allows. */

/** Whom all regions' balancers write as. */
export const LOG_SERVICE = "logdelivery.elasticloadbalancing.amazonaws.com";
const SERVICES = [LOG_SERVICE, "delivery.logs.amazonaws.com", "logdelivery.elb.amazonaws.com"];

export interface Logs {
  /** The bucket's name. */
  readonly bucket: string;
  /** The bucket's resource. */
  readonly address: string;
  readonly prefix: string;
  readonly region: string | undefined;
  /** ELB's account in the region; absent in regions that have none. */
  readonly account: string | undefined;
}

type Statement = Readonly<Record<string, unknown>>;

/** A policy's statements; nothing if the text is no JSON. */
export function statementsOf(text: string): readonly Statement[] | undefined {
  try {
    const { Statement: given } = JSON.parse(text) as { Statement?: unknown };
    return listOf(given).filter((it): it is Statement => typeof it === "object" && it !== null);
  } catch {
    return undefined;
  }
}

/** The policy with one statement more. */
export function withStatement(text: string, statement: Statement): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [...(statementsOf(text) ?? []), statement] });
}

export function letsElbWrite(statements: readonly Statement[], logs: Logs): boolean {
  return statements.some((it) => it.Effect === "Allow" && isForElb(it, logs) && isPut(it) && isForLogs(it, logs));
}

function isForElb({ Principal: principal, NotPrincipal: other }: Statement, { account }: Logs): boolean {
  if (principal === undefined) return other !== undefined;
  if (principal === "*") return true;
  if (typeof principal !== "object" || principal === null) return false;
  const { AWS: accounts, Service: services } = principal as Record<string, unknown>;
  return texts(services).some((it) => SERVICES.includes(it) || it.includes("${")) || texts(accounts).some((it) => {
    if (it === "*") return true;
    const [id] = /\b\d{12}\b/.exec(it) ?? [];
    if (id !== undefined) return account === undefined || id === account;
    // The stack's own account is not ELB's.
    return it.includes("${") && !it.includes("aws_caller_identity");
  });
}

function isPut({ Action: action, NotAction: other }: Statement): boolean {
  return other !== undefined || texts(action).some((it) => it.includes("${") || matches(it.toLowerCase(), "s3:putobject"));
}

/** Whether one of its resources covers the objects that are written, whatever the account. */
function isForLogs({ Resource: resource, NotResource: other }: Statement, { bucket, address, prefix, region }: Logs): boolean {
  if (other !== undefined) return true;
  const folder = prefix.replace(/^\/+|\/+$/g, "");
  const key = `${folder === "" ? "" : `${folder}/`}AWSLogs/123456789012/elasticloadbalancing/${region ?? "us-east-1"}/2024/01/01/log.gz`;
  return texts(resource).some((it) => {
    const [, name, rest = ""] = /^(?:arn:[\w-]+:s3:::|arn:\$\{[^{}]*\}:s3:::)(.*?)(\/.*)?$/s.exec(it) ?? [];
    if (name === undefined) {
      const [, symbol, tail = ""] = /^(\$\{[^{}]*\})(\/.*)?$/s.exec(it) ?? [];
      if (symbol === undefined) return it === "*" || it.includes("${");
      // Another resource's ARN, or an output: it may be this bucket's.
      return isOther(symbol, address) ? false : covers(tail, key);
    }
    if (name.includes("${")) return isOther(name, address) ? false : covers(rest, key);
    if (name.includes("*") && rest === "") return matches(name, `${bucket}/${key}`);
    return (bucket.includes("${") || matches(name, bucket)) && covers(rest, key);
  });
}

/** A symbol of another bucket of the file. */
function isOther(symbol: string, address: string): boolean {
  const [, of] = /^\$\{(.*\baws_s3_bucket\..*)\.(arn|id|bucket)\}$/.exec(symbol) ?? [];
  return of !== undefined && of !== address;
}

function covers(path: string, key: string): boolean {
  // What is not known, and whichever account, may fit.
  const pattern = path.replace(/\$\{[^{}]*\}/g, "*").replace(/\b\d{12}\b/g, "*");
  return pattern.startsWith("/") && matches(pattern.slice(1), key);
}

function texts(value: unknown): string[] {
  return listOf(value).filter((it): it is string => typeof it === "string");
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}
