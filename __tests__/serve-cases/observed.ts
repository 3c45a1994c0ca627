import type { Hop } from "../../path/report";
import type { ExpectedResponse, Header, OneOf, ServeCase, TlsVersion } from "./serve-case";

/* Compares what `serve` did with what a case expects. */

export interface Observed {
  readonly dns?: {
    readonly rcode: string;
    readonly answers: readonly { readonly type: string; readonly data: string }[];
  };
  readonly tls?: {
    /** The names in the certificate. */
    readonly certificate: readonly string[];
    readonly version: TlsVersion;
    /** Empty if none was negotiated. */
    readonly alpn: string;
  };
  /** One for each request; one also for a TLS connection that did not come about. */
  readonly responses?: readonly ObservedResponse[];
  readonly health?: { readonly state: string; readonly code?: string; readonly received?: ReceivedRequest };
  /** What is named as not modeled at the start. */
  readonly notModeled?: readonly string[];
}

export interface ObservedResponse {
  /** Absent: the client received no response. */
  readonly status?: number;
  /** `no handshake`: the server refused the TLS connection. `no answer`: the connection is open, and nothing comes. */
  readonly stage?: "no handshake" | "no answer" | "closed";
  /** By names in lower case, `set-cookie` left out. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  /** From the log. */
  readonly group?: string;
  readonly target?: string;
  readonly hop?: Hop;
  readonly text?: string;
  readonly received?: ReceivedRequest;
}

/** A request as the target received it. */
export interface ReceivedRequest {
  /** Such as `GET /a?b=c`. */
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What differs, a sentence each; nothing if all is as expected. */
export function differences({ expect: expected }: ServeCase, observed: Observed): string[] {
  if ("rcode" in expected) return dnsDifferences(expected, observed);
  if ("certificate" in expected) return tlsDifferences(expected, observed);
  if ("handshakeFails" in expected)
    return observed.responses?.[0]?.stage === "no handshake" ? [] : [`no refused handshake: ${shown(observed)}`];
  if ("neverAnswered" in expected) return silenceDifferences(expected.neverAnswered, observed);
  if ("refused" in expected) return refusalDifferences(expected.refused, observed);
  if ("health" in expected) {
    const { state, code, received } = observed.health ?? { state: "none" };
    return [
      ...unequal("health", expected.health, state),
      ...(expected.code === undefined ? [] : unequal("code", expected.code, code)),
      ...receivedDifferences(expected, received),
    ];
  }
  return responseDifferences(expected, observed.responses ?? []);
}

type Of<Key extends string> = Extract<ServeCase["expect"], Record<Key, unknown>>;

function dnsDifferences({ rcode, answers, mayFollow }: Of<"rcode">, { dns }: Observed): string[] {
  const lines = (all: readonly { type: string; data: string }[]) =>
    all.map(({ type, data }) => `${type} ${data.replace(/\.$/, "")}`).sort();
  const [wanted, found] = [lines(answers), lines(dns?.answers ?? [])];
  const compared = mayFollow === true ? found.filter((it) => wanted.includes(it)) : found;
  return [...unequal("rcode", rcode, dns?.rcode), ...unequal("answers", wanted.join(", "), compared.join(", "))];
}

function tlsDifferences({ certificate, version, alpn }: Of<"certificate">, { tls }: Observed): string[] {
  return [
    ...unequal("certificate", [...certificate].sort().join(", "), [...(tls?.certificate ?? [])].sort().join(", ")),
    ...(version === undefined ? [] : unequal("version", version, tls?.version)),
    ...(alpn === undefined ? [] : unequal("ALPN", alpn, tls?.alpn)),
  ];
}

function silenceDifferences({ hop, address }: Of<"neverAnswered">["neverAnswered"], { responses }: Observed): string[] {
  const [first] = responses ?? [];
  if (first?.stage !== "no answer") return [`answered: ${shown(first)}`];
  return [
    ...(listOf(hop).some((it) => it === first.hop) ? [] : [`hop is ${first.hop}, not ${listOf(hop).join(" or ")}`]),
    ...(listOf(address).some((it) => mentions(first.text, it)) ? [] : [`"${first.text}" does not name ${address}`]),
  ];
}

function refusalDifferences({ address, words }: Of<"refused">["refused"], observed: Observed): string[] {
  const texts =
    observed.notModeled ?? (observed.responses ?? []).map(({ text, body }) => `${text ?? ""} ${body ?? ""}`);
  const isNamed = texts.some((text) => words.test(text) && listOf(address).some((it) => mentions(text, it)));
  const isAnswered = observed.responses?.some(({ target }) => target !== undefined) === true;
  return [
    ...(isNamed ? [] : [`none of ${shown(texts)} names ${listOf(address).join(" or ")} and ${words}`]),
    ...(isAnswered ? ["a target responded"] : []),
  ];
}

function responseDifferences(expected: ExpectedResponse, responses: readonly ObservedResponse[]): string[] {
  if (responses.length === 0) return ["no response"];
  const targets = [...new Set(responses.flatMap(({ target }) => target ?? []))].sort();
  return [
    ...new Set(responses.flatMap((it) => oneDifferences(expected, it))),
    ...(expected.targets === undefined
      ? []
      : unequal("targets", [...expected.targets].sort().join(", "), targets.join(", "))),
    ...(expected.sameTarget === true && targets.length !== 1 ? [`several targets: ${targets.join(", ")}`] : []),
    ...shareDifferences(expected.share, responses),
  ];
}

function oneDifferences(expected: ExpectedResponse, it: ObservedResponse): string[] {
  const { headers = {}, cookies, body, group, hop, cause } = expected;
  const sent = it.cookies ?? [];
  return [
    ...unequal("status", expected.status, it.status),
    ...headerDifferences("header", headers, it.headers ?? {}),
    ...(cookies === undefined
      ? []
      : cookies.length === 0
        ? unequal("cookies", "", sent.join(" | "))
        : cookies.filter((one) => !sent.some((cookie) => one.test(cookie))).map((one) => `no cookie like ${one}`)),
    ...(body === undefined ? [] : unequal("body", body, it.body)),
    ...(group === undefined ? [] : unequal("group", group, it.group)),
    ...(hop === undefined ? [] : unequal("hop", hop, it.hop)),
    ...(cause === undefined || listOf(cause).some((one) => mentions(it.text, one))
      ? []
      : [`"${it.text}" does not name ${listOf(cause).join(" or ")}`]),
    ...receivedDifferences(expected, it.received),
  ];
}

function shareDifferences(share: ExpectedResponse["share"], responses: readonly ObservedResponse[]): string[] {
  if (share === undefined) return [];
  const strange = responses.filter(({ group }) => group === undefined || share[group] === undefined);
  const counted = Object.entries(share).flatMap(([group, [from, to]]) => {
    const count = responses.filter((it) => it.group === group).length;
    return count >= from && count <= to ? [] : [`${group} responded ${count} times, not ${from} to ${to}`];
  });
  return [...counted, ...(strange.length === 0 ? [] : [`${strange.length} responses of others`])];
}

function receivedDifferences(
  { received = {}, receivedLine }: Pick<ExpectedResponse, "received" | "receivedLine">,
  request: ReceivedRequest | undefined,
): string[] {
  return [
    ...headerDifferences("received", received, request?.headers ?? {}),
    ...(receivedLine === undefined ? [] : unequal("request line", receivedLine, request?.line)),
    ...(request === undefined && Object.keys(received).length > 0 ? ["the target received nothing"] : []),
  ];
}

function headerDifferences(
  what: string,
  wanted: Readonly<Record<string, Header>>,
  found: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(wanted).flatMap(([name, value]) => {
    const actual = found[name];
    const fits = value === null ? actual === undefined : fitsText(value, actual);
    return fits ? [] : [`${what} ${name} is ${shown(actual)}, not ${value}`];
  });
}

function fitsText(value: string | RegExp, actual: string | undefined): boolean {
  return typeof value === "string" ? value === actual : actual !== undefined && value.test(actual);
}

/** Whether a text names a resource, and not one whose name begins in the same way. */
function mentions(text: string | undefined, address: string): boolean {
  const at = text?.indexOf(address) ?? -1;
  return at >= 0 && !/[\w-]/.test(text?.[at + address.length] ?? " ");
}

function unequal(what: string, wanted: unknown, found: unknown): string[] {
  return wanted === found ? [] : [`${what} is ${shown(found)}, not ${shown(wanted)}`];
}

function listOf<T extends string>(one: OneOf<T>): readonly T[] {
  return typeof one === "string" ? [one] : one;
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
