import { LOG_SERVICES } from "../../facts/elb";
import { matches } from "../requests/wildcards";

/* Whether a bucket policy allows a load balancer to write its access logs. */

export interface Logs {
  /** The bucket's name. */
  readonly bucket: string;
  /** The bucket's resource. */
  readonly address: string;
  readonly prefix: string;
  readonly region: string | undefined;
  /** The Elastic Load Balancing account of the region; absent in regions without one. */
  readonly account: string | undefined;
}

/** `perhaps`: it depends on an unknown value, such as an expression in an ARN. */
export type Judgement = "no" | "perhaps" | "yes";

/** An object's key has at most 1,024 bytes. */
const MAX_TEXT = 2_048;

export type Statement = Readonly<Record<string, unknown>>;

/** The statements of a policy; `undefined` if the text is not valid JSON. */
export function statementsOf(text: string): readonly Statement[] | undefined {
  try {
    const { Statement: given } = JSON.parse(text) as { Statement?: unknown };
    return listOf(given).filter((it): it is Statement => typeof it === "object" && it !== null);
  } catch {
    return undefined;
  }
}

export function letsElbWrite(statements: readonly Statement[], logs: Logs): Judgement {
  const allowing = statements.filter(({ Effect: effect }) => effect === "Allow");
  return best(allowing.map((it) => worst([principal(it, logs), action(it), resource(it, logs)])));
}

const ORDER: readonly Judgement[] = ["no", "perhaps", "yes"];

function best(all: readonly Judgement[]): Judgement {
  return all.reduce((a, b) => (ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b), "no");
}

function worst(all: readonly Judgement[]): Judgement {
  return all.reduce((a, b) => (ORDER.indexOf(a) < ORDER.indexOf(b) ? a : b), "yes");
}

function holdsSymbol(text: string): boolean {
  return text.includes("${");
}

function principal({ Principal: given, NotPrincipal: other }: Statement, { account }: Logs): Judgement {
  if (given === undefined) return other === undefined ? "no" : "perhaps";
  if (given === "*") return "yes";
  if (typeof given !== "object" || given === null) return "no";
  const { AWS: accounts, Service: services } = given as Record<string, unknown>;
  const byService = texts(services).map(
    (it): Judgement => (LOG_SERVICES.includes(it) ? "yes" : holdsSymbol(it) ? "perhaps" : "no"),
  );
  const byAccount = texts(accounts).map((it): Judgement => {
    if (it === "*") return "yes";
    const [id] = /\b\d{12}\b/.exec(it) ?? [];
    if (id !== undefined) return account === undefined ? "perhaps" : id === account ? "yes" : "no";
    if (!holdsSymbol(it)) return "no";
    // The stack's own account is not the Elastic Load Balancing account.
    return it.includes("aws_elb_service_account") ? "yes" : it.includes("aws_caller_identity") ? "no" : "perhaps";
  });
  return best([...byService, ...byAccount]);
}

function action({ Action: given, NotAction: other }: Statement): Judgement {
  if (other !== undefined) return "perhaps";
  return best(
    texts(given).map(
      (it): Judgement => (matches(it.toLowerCase(), "s3:putobject") ? "yes" : holdsSymbol(it) ? "perhaps" : "no"),
    ),
  );
}

/** Whether one of its resources covers the log objects, whatever the account. */
function resource(
  { Resource: given, NotResource: other }: Statement,
  { bucket, address, prefix, region }: Logs,
): Judgement {
  if (other !== undefined) return "perhaps";
  const folder = prefix.replace(/^\/+|(?<!\/)\/+$/g, "");
  const key =
    `${folder === "" ? "" : `${folder}/`}AWSLogs/123456789012/elasticloadbalancing/${region ?? "us-east-1"}` +
    "/2024/01/01/log.gz";
  return best(
    texts(given).map((it): Judgement => {
      const [, name, path = ""] =
        /^arn:(?:[\w-]+|\$\{[^{}]*\}):s3:::([^/]*)(\/.*)?$/s.exec(it) ?? /^(\$\{[^{}]*\})(\/.*)?$/s.exec(it) ?? [];
      if (name === undefined) return it === "*" ? "yes" : holdsSymbol(it) ? "perhaps" : "no";
      if (holdsSymbol(name)) return isOther(name, address) ? "no" : covers(path, key);
      if (name.includes("*") && path === "") return matches(name, `${bucket}/${key}`) ? "yes" : "no";
      return holdsSymbol(bucket)
        ? worst(["perhaps", covers(path, key)])
        : matches(name, bucket)
          ? covers(path, key)
          : "no";
    }),
  );
}

/** Whether the expression refers to another bucket in the file. */
function isOther(symbol: string, address: string): boolean {
  const [, of] = /^\$\{(.*\baws_s3_bucket\..*)\.(arn|id|bucket)\}$/.exec(symbol) ?? [];
  return of !== undefined && of !== address;
}

/** Unknown parts and any account id match. */
function covers(path: string, key: string): Judgement {
  const pattern = path.replace(/\$\{[^{}]*\}/g, "*").replace(/\b\d{12}\b/g, "*");
  if (!pattern.startsWith("/") || !matches(pattern.slice(1), key)) return "no";
  return holdsSymbol(path.replace(/\$\{[^{}]*aws_caller_identity[^{}]*\}/g, "")) ? "perhaps" : "yes";
}

function texts(value: unknown): string[] {
  return listOf(value).filter((it): it is string => typeof it === "string" && it.length <= MAX_TEXT);
}

function listOf(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}
