import * as dnsPacket from "dns-packet";
import { type AnsweredRecord, type DnsAnswer, type DnsQuestion, lowerCase } from "../../path/serve/dns-answers";

/*
 * Queries and responses of DNS as bytes. Anything can be sent to the port, so a message is answered only if each of its
 * bytes is understood.
 */

/** A query and its response, for the log. */
export interface DnsLogEntry {
  readonly name: string;
  readonly type: string;
  /** Such as `NOERROR` or `NXDOMAIN`. */
  readonly code: RcodeName;
  /** Why there is no answer. */
  readonly text?: string;
}

type Transport = "udp" | "tcp";

interface Answering {
  readonly answer: (question: DnsQuestion) => DnsAnswer;
  readonly log: (entry: DnsLogEntry) => void;
}

/** Response codes: https://www.iana.org/assignments/dns-parameters/dns-parameters.xhtml#dns-parameters-6 */
const RCODES = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, BADVERS: 16 } as const;
type RcodeName = keyof typeof RCODES;

const HEADER_BYTES = 12;
/** The most bytes over UDP for a client without EDNS (RFC 1035), and with it (https://www.dnsflagday.net/2020/). */
const [MAX_PLAIN, MAX_EDNS] = [512, 1232];
/** The EDNS option with the reason for a response code (RFC 8914). */
const EXTENDED_ERROR = 15;
const MAX_REASON = 200;
/** Types that the package does not name. */
const TYPES: Readonly<Record<string, string>> = { UNKNOWN_64: "SVCB", UNKNOWN_65: "HTTPS" };

/** @returns the response; `undefined` if the message is not a query, and a response could start a loop */
export function respond(message: Buffer, transport: Transport, { answer, log }: Answering): Buffer | undefined {
  // The highest bit of the flags marks responses.
  if (message.length < HEADER_BYTES || message.readUInt16BE(2) & 0x8000) return undefined;
  const opcode = (message.readUInt16BE(2) >> 11) & 0xf;
  if (opcode !== 0) return bare(message, "NOTIMP");
  const query = queryIn(message);
  if (query === undefined) return bare(message, "FORMERR");
  const { name, type } = query;
  if (query.edns !== undefined && query.edns.version !== 0) return encoded(message, query, transport, "BADVERS");
  if (query.isOtherClass) {
    const text = "only the class IN is answered";
    log({ name, type, code: "REFUSED", text });
    return encoded(message, query, transport, "REFUSED", { text });
  }
  const { code, text, records } = outcome(answer, { name, type });
  log({ name, type, code, ...(text !== undefined && { text }) });
  return encoded(message, query, transport, code, { text, records });
}

interface Outcome {
  readonly code: RcodeName;
  readonly text?: string;
  readonly records?: readonly AnsweredRecord[];
}

function outcome(answer: Answering["answer"], question: DnsQuestion): Outcome {
  let found: DnsAnswer;
  try {
    found = answer(question);
  } catch (error) {
    return { code: "SERVFAIL", text: `internal error: ${error instanceof Error ? error.message : String(error)}` };
  }
  switch (found.kind) {
    case "answer":
      return { code: "NOERROR", records: found.records };
    case "nodata":
      return { code: "NOERROR", records: found.records, text: found.cause.text };
    case "nxdomain":
      return { code: "NXDOMAIN", records: found.records, text: found.cause.text };
    case "servfail":
      return { code: "SERVFAIL", text: found.cause.text };
    case "refused":
      return { code: "REFUSED", text: found.cause.text };
  }
}

interface Query extends DnsQuestion {
  /** As the package names it. */
  readonly question: dnsPacket.Question;
  readonly isOtherClass: boolean;
  readonly edns?: { readonly size: number; readonly version: number };
}

/** @returns `undefined` for a message that is not one well-formed question */
function queryIn(message: Buffer): Query | undefined {
  const packet = decoded(message);
  if (packet === undefined) return undefined;
  const { questions = [], answers = [], authorities = [], additionals = [] } = packet;
  const [question] = questions;
  const options = additionals.filter(isOpt);
  if (
    question === undefined ||
    questions.length !== 1 ||
    answers.length > 0 ||
    authorities.length > 0 ||
    options.length > 1
  )
    return undefined;
  const [edns] = options;
  return {
    question,
    name: question.name,
    type: TYPES[question.type] ?? question.type,
    isOtherClass: question.class !== "IN",
    ...(edns !== undefined && { edns: { size: edns.udpPayloadSize, version: edns.ednsVersion } }),
  };
}

function decoded(message: Buffer): dnsPacket.DecodedPacket | undefined {
  try {
    const packet = dnsPacket.decode(message);
    const isWhole = dnsPacket.decode.bytes === message.length;
    return isWhole && (packet.questions ?? []).every((it) => isAsWritten(it, message)) ? packet : undefined;
  } catch {
    return undefined;
  }
}

function isOpt(record: dnsPacket.Answer): record is dnsPacket.OptAnswer {
  return record.type === "OPT";
}

/**
 * Whether the question has the same bytes when it is encoded again. It has not if its name contains a pointer, a dot
 * within a label, or bytes that are not UTF-8: such a name would be mistaken for another one.
 */
function isAsWritten(question: dnsPacket.Question, message: Buffer): boolean {
  const bytes = dnsPacket.encode({ type: "query", questions: [question] }).subarray(HEADER_BYTES);
  return message.subarray(HEADER_BYTES, HEADER_BYTES + bytes.length).equals(bytes);
}

/** A response without a question, for a message whose question cannot be repeated. */
function bare(message: Buffer, code: RcodeName): Buffer {
  const response = Buffer.alloc(HEADER_BYTES);
  response.writeUInt16BE(message.readUInt16BE(0), 0);
  // The query's opcode and its "recursion desired" are repeated (RFC 1035, section 4.1.1).
  response.writeUInt16BE(0x8000 | (message.readUInt16BE(2) & 0x7900) | RCODES[code], 2);
  return response;
}

function encoded(
  message: Buffer,
  query: Query,
  transport: Transport,
  code: RcodeName,
  { text, records = [] }: Omit<Outcome, "code"> = {},
): Buffer {
  const isOk = code === "NOERROR" || code === "NXDOMAIN";
  const isRecursionDesired = (message.readUInt16BE(2) & dnsPacket.RECURSION_DESIRED) !== 0;
  const packet = (answers: readonly AnsweredRecord[], flags = 0): Buffer =>
    dnsPacket.encode({
      type: "response",
      id: message.readUInt16BE(0),
      flags:
        flags |
        (isOk ? dnsPacket.AUTHORITATIVE_ANSWER : 0) |
        (isRecursionDesired ? dnsPacket.RECURSION_DESIRED : 0) |
        (RCODES[code] & 0xf),
      questions: [query.question],
      answers: answers.map((record) => encodable(record, query.name)),
      additionals: query.edns === undefined ? [] : [optRecord(code, text)],
    });
  const response = packet(records);
  const most = transport === "tcp" ? 0xffff : Math.max(MAX_PLAIN, Math.min(query.edns?.size ?? 0, MAX_EDNS));
  return response.length <= most ? response : packet([], dnsPacket.TRUNCATED_RESPONSE);
}

function optRecord(code: RcodeName, text: string | undefined): dnsPacket.OptAnswer {
  const reason = Buffer.from(text === undefined ? "" : [...text].slice(0, MAX_REASON).join(""));
  // The first two bytes are the kind of error; 0 is "other".
  const options = text === undefined ? [] : [{ code: EXTENDED_ERROR, data: Buffer.concat([Buffer.alloc(2), reason]) }];
  return {
    type: "OPT",
    name: ".",
    udpPayloadSize: MAX_EDNS,
    extendedRcode: RCODES[code] >> 4,
    ednsVersion: 0,
    flags: 0,
    flag_do: false,
    options: options as unknown as dnsPacket.PacketOpt[],
  };
}

/** A record as the package encodes it; its name is written as the client wrote it. */
function encodable(record: AnsweredRecord, asked: string): dnsPacket.Answer {
  const name = record.name === lowerCase(asked) ? asked : record.name;
  const { type, ttl } = record;
  if (record.type === "TXT")
    return { type: "TXT", name, ttl, class: "IN", data: record.data.map((it) => Buffer.from(it, "latin1")) };
  return { type, name, ttl, class: "IN", data: record.data } as dnsPacket.Answer;
}
