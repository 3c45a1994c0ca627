import { createSocket, Socket as UdpSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import * as dnsPacket from "dns-packet";
import fc from "fast-check";
import { type DnsLogEntry, respond } from "../../../../cli/serve/dns-packets";
import { type DnsServer, startDns } from "../../../../cli/serve/dns-server";
import { dnsAnswer } from "../../../../path/serve/dns-answers";
import { readTopology } from "../../../../topology/topology";

/* The name server of serve, asked by resolvers and by whatever else sends bytes to its port. */

const plain = (name: string, type: string, ...records: string[]) => ({
  zone_id: "${aws_route53_zone.main.zone_id}",
  name,
  type,
  ttl: 60,
  records,
});
const MANY = Array.from({ length: 100 }, (_, index) => `203.0.113.${index}`);
const topology = readTopology({
  resource: {
    aws_lb: { web: { name: "web" } },
    aws_route53_zone: { main: { name: "example.com" } },
    aws_route53_record: {
      www: plain("www", "CNAME", "app.example.com"),
      app: {
        ...plain("app", "A"),
        alias: { name: "${aws_lb.web.dns_name}", zone_id: "${aws_lb.web.zone_id}", evaluate_target_health: false },
      },
      mail: plain("", "MX", "10 mail.example.com"),
      text: plain("", "TXT", "v=spf1 -all", 'two" "parts \\351'),
      caa: plain("", "CAA", '0 issue "amazon.com"'),
      service: plain("_sip._tcp", "SRV", "1 2 5060 sip.example.com"),
      sub: plain("sub", "NS", "ns1.example.net"),
      soa: plain("", "SOA", "ns-1.awsdns-01.com. hostmaster.example.com. 1 7200 900 1209600 86400"),
      six: plain("six", "AAAA", "2001:db8::1"),
      pointer: plain("pointer", "PTR", "www.example.com"),
      many: plain("many", "A", ...MANY),
      outside: plain("outside", "CNAME", "d1.cloudfront.net"),
      routed: {
        ...plain("routed", "A", "203.0.113.1"),
        set_identifier: "x",
        latency_routing_policy: [{ region: "us-east-1" }],
      },
    },
  },
});
const answer = (question: { name: string; type: string }) => dnsAnswer(topology, question, () => 0);
const logged: DnsLogEntry[] = [];
let server: DnsServer;
let resolver: Resolver;

beforeAll(async () => {
  server = await startDns({ answer, log: (entry) => logged.push(entry) });
  resolver = new Resolver({ timeout: 5_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${server.port}`]);
});
beforeEach(() => logged.splice(0));
afterAll(() => server.close());

/** One message over UDP, and its response. */
async function udp(message: Buffer): Promise<Buffer> {
  const socket = createSocket("udp4");
  socket.send(message, server.port, "127.0.0.1");
  const [response] = (await once(socket, "message")) as [Buffer];
  socket.close();
  return response;
}
const query = (name: string, type: string, more: Partial<dnsPacket.Packet> = {}): Buffer =>
  dnsPacket.encode({
    type: "query",
    id: 7,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ name, type: type as "A" }],
    ...more,
  });
const edns = (size: number, version = 0): Partial<dnsPacket.Packet> => ({
  additionals: [
    {
      type: "OPT",
      name: ".",
      udpPayloadSize: size,
      extendedRcode: 0,
      ednsVersion: version,
      flags: 0,
      flag_do: false,
      options: [],
    },
  ],
});
const asked = async (name: string, type: string, more?: Partial<dnsPacket.Packet>) =>
  decode(await udp(query(name, type, more)));
const decode = (message: Buffer) => dnsPacket.decode(message) as dnsPacket.DecodedPacket & { rcode: string };
const silently = () => ({ answer, log: () => undefined });

describe("a resolver gets", () => {
  test.each<[what: string, ask: (it: Resolver) => Promise<unknown>, result: unknown]>([
    [
      "addresses over a CNAME",
      (it) => it.resolve4("www.example.com", { ttl: true }),
      [{ address: "127.0.0.1", ttl: 60 }],
    ],
    ["a CNAME", (it) => it.resolveCname("www.example.com"), ["app.example.com"]],
    ["IPv6 addresses", (it) => it.resolve6("six.example.com"), ["2001:db8::1"]],
    ["MX", (it) => it.resolveMx("example.com"), [{ priority: 10, exchange: "mail.example.com" }]],
    ["TXT", (it) => it.resolveTxt("example.com"), [["v=spf1 -all"], ["two", "parts é"]]],
    ["CAA", (it) => it.resolveCaa("example.com"), [{ critical: 0, issue: "amazon.com" }]],
    [
      "SRV",
      (it) => it.resolveSrv("_sip._tcp.example.com"),
      [{ priority: 1, weight: 2, port: 5060, name: "sip.example.com" }],
    ],
    ["NS", (it) => it.resolveNs("sub.example.com"), ["ns1.example.net"]],
    ["PTR", (it) => it.resolvePtr("pointer.example.com"), ["www.example.com"]],
    [
      "SOA",
      (it) => it.resolveSoa("example.com"),
      {
        nsname: "ns-1.awsdns-01.com",
        hostmaster: "hostmaster.example.com",
        serial: 1,
        refresh: 7200,
        retry: 900,
        expire: 1209600,
        minttl: 86400,
      },
    ],
    // It is too long for UDP, so the resolver asks again over TCP.
    ["a long answer over TCP", (it) => it.resolve4("many.example.com"), MANY],
  ])("%s", async (_, ask, result) => {
    expect(await ask(resolver)).toMatchObject(result as object);
  });

  test.each<[name: string, type: string, code: string]>([
    ["shop.example.com", "A", "ENOTFOUND"],
    ["app.example.com", "AAAA", "ENODATA"],
    ["www.example.org", "A", "EREFUSED"],
    ["routed.example.com", "A", "EREFUSED"],
  ])("for %s %s the error %s", async (name, type, code) => {
    await expect(resolver.resolve(name, type)).rejects.toMatchObject({ code });
  });
});

describe("a response", () => {
  test("is authoritative, without recursion, and repeats the id, the question and its case", async () => {
    const { id, flag_aa, flag_ra, flag_rd, flag_tc, questions, answers, rcode } = await asked("aPP.Example.com", "A");
    expect({ id, flag_aa, flag_ra, flag_rd, flag_tc, rcode }).toEqual({
      id: 7,
      flag_aa: true,
      flag_ra: false,
      flag_rd: true,
      flag_tc: false,
      rcode: "NOERROR",
    });
    expect(questions).toEqual([{ name: "aPP.Example.com", type: "A", class: "IN" }]);
    expect(answers).toEqual([
      expect.objectContaining({ name: "aPP.Example.com", type: "A", ttl: 60, data: "127.0.0.1" }),
    ]);
  });

  test("is logged with its reason", async () => {
    await asked("app.example.com", "A");
    await asked("routed.example.com", "A");
    expect(logged).toEqual([
      { name: "app.example.com", type: "A", code: "NOERROR" },
      {
        name: "routed.example.com",
        type: "A",
        code: "REFUSED",
        text: "aws_route53_record.routed has latency routing, which is not modeled",
      },
    ]);
  });

  test("to a client with EDNS contains the reason", async () => {
    const { additionals } = await asked("routed.example.com", "A", edns(4096));
    const [opt] = additionals as unknown as { options: { code: number; data: Buffer }[] }[];
    expect(opt?.options.map(({ code, data }) => [code, data.toString("utf8", 2)])).toEqual([
      [15, "aws_route53_record.routed has latency routing, which is not modeled"],
    ]);
    expect((await asked("routed.example.com", "A")).additionals).toEqual([]);
  });

  test("is truncated over UDP at 512 bytes, or at what the client takes, but never above 1232", async () => {
    for (const [more, most] of [
      [{}, 512],
      [edns(100), 512],
      [edns(900), 900],
      [edns(65_000), 1232],
    ] as const) {
      const lengths = Array.from({ length: 90 }, (_, count) => {
        const records = MANY.slice(0, count).map((data) => ({
          type: "A" as const,
          data,
          name: "many.example.com",
          ttl: 60,
        }));
        const response = respond(query("many.example.com", "A", more), "udp", {
          answer: () => ({ kind: "answer", records, balancers: [] }),
          log: () => undefined,
        }) as Buffer;
        const { flag_tc, answers } = decode(response);
        expect(answers).toHaveLength(flag_tc ? 0 : count);
        return flag_tc ? 0 : response.length;
      });
      expect(Math.max(...lengths)).toBeLessThanOrEqual(most);
      // One more record would not fit.
      expect(Math.max(...lengths) + 32).toBeGreaterThan(most);
    }
  });

  test("knows the types that the package does not name", async () => {
    expect((await asked("app.example.com", "UNKNOWN_65")).rcode).toBe("NOERROR");
    expect(logged).toMatchObject([{ type: "HTTPS" }]);
  });

  test("to an error in our own code is SERVFAIL, and the next query is answered", () => {
    const entries: DnsLogEntry[] = [];
    const broken = () => {
      throw new Error("broken");
    };
    const response = respond(query("app.example.com", "A"), "udp", { answer: broken, log: (it) => entries.push(it) });
    expect(decode(response as Buffer).rcode).toBe("SERVFAIL");
    expect(entries).toMatchObject([{ text: "internal error: broken" }]);
  });
});

describe("what is not a query of one question in the class IN", () => {
  const rcode = (message: Buffer) => {
    const response = respond(message, "udp", silently());
    return response === undefined ? undefined : decode(response).rcode;
  };
  const changed = (change: (message: Buffer) => void) => {
    const message = Buffer.from(query("app.example.com", "A"));
    change(message);
    return message;
  };
  const one = { name: "app.example.com", type: "A" as const };
  const record = { name: "app.example.com", type: "A" as const, data: "203.0.113.1" };

  test.each<[what: string, message: Buffer, code: string | undefined]>([
    ["another opcode", changed((it) => it.writeUInt16BE(0x2000, 2)), "NOTIMP"],
    ["a response", changed((it) => it.writeUInt16BE(0x8000, 2)), undefined],
    ["an empty message", Buffer.alloc(0), undefined],
    ["half a header", Buffer.alloc(11), undefined],
    ["no question", query("", "A", { questions: [] }), "FORMERR"],
    ["two questions", query("", "A", { questions: [one, one] }), "FORMERR"],
    ["an answer", query("app.example.com", "A", { answers: [record] }), "FORMERR"],
    ["an authority", query("app.example.com", "A", { authorities: [record] }), "FORMERR"],
    [
      "two EDNS records",
      query("app.example.com", "A", {
        additionals: [...(edns(512).additionals ?? []), ...(edns(512).additionals ?? [])],
      }),
      "FORMERR",
    ],
    ["another version of EDNS", query("app.example.com", "A", edns(512, 1)), "NOERROR"],
    ["the class CH", query("", "A", { questions: [{ ...one, class: "CH" }] }), "REFUSED"],
    ["a class with the highest bit", changed((it) => it.writeUInt16BE(0x8001, it.length - 2)), "FORMERR"],
    ["a truncated question", query("app.example.com", "A").subarray(0, -1), "FORMERR"],
    ["more bytes than it says", Buffer.concat([query("app.example.com", "A"), Buffer.from([0])]), "FORMERR"],
    ["fewer records than it says", changed((it) => it.writeUInt16BE(1, 10)), "FORMERR"],
    // "app.example" is one label of 11 bytes.
    [
      "a dot within a label",
      changed((it) => {
        it[12] = 11;
        it[16] = 0x2e;
      }),
      "FORMERR",
    ],
    ["a pointer to itself", changed((it) => it.writeUInt16BE(0xc00c, 12)), "FORMERR"],
    [
      "a pointer into the header",
      Buffer.concat([query("", "A", { questions: [] }).fill(1, 5, 6), Buffer.from([0xc0, 0x04, 0, 1, 0, 1])]),
      "FORMERR",
    ],
    ["bytes that are not UTF-8", changed((it) => void (it[13] = 0xff)), "FORMERR"],
  ])("%s", (_, message, code) => {
    expect(rcode(message)).toBe(code);
  });

  test("the opcode and the wish for recursion are repeated", () => {
    const response = respond(
      changed((it) => it.writeUInt16BE(0x2100, 2)),
      "udp",
      silently(),
    ) as Buffer;
    expect(response.readUInt16BE(2)).toBe(0x8000 | 0x2100 | 4);
  });

  test("another version of EDNS is named", () => {
    const { additionals } = decode(respond(query("app.example.com", "A", edns(512, 1)), "udp", silently()) as Buffer);
    expect(additionals).toMatchObject([{ type: "OPT", extendedRcode: 1 }]);
  });

  test("random bytes get a well-formed response or none, and only the question that they contain", () => {
    const valid = query("app.example.com", "A", edns(1232));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      // A valid query with some bytes changed, and perhaps cut.
      fc
        .tuple(fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 4 }), fc.nat(valid.length))
        .map(([changes, length]) => {
          const message = Buffer.from(valid);
          for (const [at, byte] of changes) message[at] = byte;
          return message.subarray(0, length === 0 ? valid.length : length);
        }),
    );
    fc.assert(
      fc.property(bytes, fc.constantFrom("udp" as const, "tcp" as const), (message, transport) => {
        const sent = Buffer.from(message);
        const names: string[] = [];
        const response = respond(Buffer.from(sent), transport, {
          answer: (it) => (names.push(it.name), answer(it)),
          log: () => undefined,
        });
        if (response === undefined) {
          expect(sent.length < 12 || (sent[2] ?? 0) >= 0x80).toBe(true);
          return;
        }
        const { id, questions, type } = decode(response);
        expect([id, type]).toEqual([sent.readUInt16BE(0), "response"]);
        const [question] = questions ?? [];
        if (question !== undefined) {
          const written = dnsPacket.encode({ type: "query", questions: [question] }).subarray(12);
          expect(sent.subarray(12, 12 + written.length)).toEqual(Buffer.from(written));
        }
        expect(names.every((it) => it === question?.name)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe("over TCP", () => {
  const framed = (message: Buffer) =>
    Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]);
  async function opened(): Promise<Socket> {
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    return socket;
  }
  /** The ids of the responses, until there are as many. */
  async function ids(socket: Socket, count: number): Promise<number[]> {
    let received = Buffer.alloc(0);
    const found: number[] = [];
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        found.push(decode(received.subarray(2, end)).id ?? -1);
        received = received.subarray(end);
      }
      if (found.length >= count) break;
    }
    return found;
  }

  test("several queries at once, and one byte at a time", async () => {
    const socket = await opened();
    const all = Buffer.concat([1, 2, 3].map((id) => framed(query("many.example.com", "A", { id }))));
    socket.write(all);
    const slow = await opened();
    slow.setNoDelay(true);
    for (const byte of framed(query("app.example.com", "A", { id: 4 }))) slow.write(Buffer.from([byte]));
    expect(await ids(socket, 3)).toEqual([1, 2, 3]);
    expect(await ids(slow, 1)).toEqual([4]);
  });

  test("a malformed query gets FORMERR, and a message that is none ends the connection", async () => {
    const socket = await opened();
    socket.write(framed(query("", "A", { questions: [], id: 9 })));
    socket.write(framed(Buffer.alloc(3)));
    const closed = once(socket, "close");
    expect(await ids(socket, 2)).toEqual([9]);
    await closed;
  });

  test("closing the server ends open connections", async () => {
    const other = await startDns(silently());
    const socket = connect(other.port, "127.0.0.1");
    await once(socket, "connect");
    // Only when the server has answered does it surely have the connection.
    socket.write(framed(query("app.example.com", "A")));
    await once(socket, "data");
    const closed = once(socket, "close");
    await Promise.all([other.close(), closed]);
    const again = createServer();
    again.listen(other.port, "127.0.0.1");
    await once(again, "listening");
    again.close();
  });
});

test("a port that another program has for TCP is not taken for UDP", async () => {
  const taken = createServer();
  taken.listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  // The system may give UDP this port.
  const bind = UdpSocket.prototype.bind;
  const first = jest.spyOn(UdpSocket.prototype, "bind").mockImplementationOnce(function (this: UdpSocket) {
    return bind.call(this, { port, address: "127.0.0.1" });
  });
  const other = await startDns(silently());
  expect(first).toHaveBeenCalledTimes(2);
  first.mockRestore();
  expect(other.port).not.toBe(port);
  await other.close();
  // Nor is it kept.
  const udpAgain = createSocket("udp4").bind(port, "127.0.0.1");
  await once(udpAgain, "listening");
  udpAgain.close();
  taken.close();
});

test("two servers have different ports", async () => {
  const other = await startDns(silently());
  expect(other.port).not.toBe(server.port);
  await other.close();
});
