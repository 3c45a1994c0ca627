import type { Condition } from "../../topology/model";
import { isUnknown, known, Unknown } from "../../topology/value";
import { rangesOf } from "../analysis/network/ipv4";
import { matches } from "../analysis/requests/wildcards";
import type { IncomingRequest } from "./decisions";

/*
 * Whether a request meets a condition of a listener rule:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
 */

/** One of the values must match; an unknown value is returned if it could be the one. */
export function conditionMatches(condition: Condition, request: IncomingRequest, address: string): boolean | Unknown {
  const { values, kind } = condition;
  if (condition.regexes !== undefined)
    return new Unknown(address, `condition.${kind}.regex_values`, "a regular expression, which is not modeled");
  const open = openOf(condition, address);
  if (matchesKnown(condition, request)) return isUnknown(condition.header) ? condition.header : true;
  return open ?? values.open ?? false;
}

function openOf({ header, pairs, kind }: Condition, address: string): Unknown | undefined {
  if (kind === "unknown") return new Unknown(address, "condition", "not modeled");
  if (isUnknown(header)) return header;
  return pairs?.flatMap(({ key, value }) => [key, value]).find(isUnknown);
}

function matchesKnown(condition: Condition, request: IncomingRequest): boolean {
  const { items } = condition.values;
  switch (condition.kind) {
    case "host-header":
      return items.some((it) => matchesAnyCase(it, request.host));
    case "path-pattern":
      // Case-sensitive, and without the query.
      return items.some((it) => matches(it, request.path));
    case "http-request-method":
      return items.includes(request.method);
    case "source-ip":
      return items.some((it) => contains(it, request.clientIp));
    case "http-header": {
      const name = known(condition.header)?.toLowerCase();
      const given = request.headers.filter(([key]) => key === name).map(([, value]) => value);
      return items.some((it) => given.some((value) => matchesAnyCase(it, value)));
    }
    case "query-string":
      return matchesQuery(condition, request.query);
    default:
      return false;
  }
}

function matchesQuery({ pairs = [] }: Condition, query: string): boolean {
  // The condition is compared with the parameters as they were sent, without decoding.
  const given = query
    .split("&")
    .filter((it) => it !== "")
    .map((it) => {
      const at = it.indexOf("=");
      return at < 0 ? { key: it, value: "" } : { key: it.slice(0, at), value: it.slice(at + 1) };
    });
  return pairs.some(({ key, value }) => {
    if (isUnknown(key) || isUnknown(value) || value === undefined) return false;
    const wanted = key === undefined || key === "" ? undefined : key;
    return given.some(
      (it) => (wanted === undefined || matchesAnyCase(wanted, it.key)) && matchesAnyCase(value, it.value),
    );
  });
}

function matchesAnyCase(pattern: string, text: string): boolean {
  return matches(pattern.toLowerCase(), text.toLowerCase());
}

/** Whether a CIDR block contains an address. */
function contains(cidr: string, ip: string): boolean {
  const [address] = rangesOf(ip);
  if (address === undefined) return cidr === "::/0" && ip.includes(":");
  return rangesOf(cidr).some(({ first, last }) => first <= address.first && address.first <= last);
}
