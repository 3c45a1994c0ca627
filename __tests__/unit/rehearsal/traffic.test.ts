import { SetupError } from "../../../machine/errors";
import { type Expectation, expectationOf } from "../../../rehearsal/expectation";
import type { Serve, Served, ServeOptions } from "../../../rehearsal/served";
import type { Site } from "../../../rehearsal/site";
import type { StackJson } from "../../../rehearsal/stack-files";
import { type Sent, sendRequests } from "../../../rehearsal/traffic";
import { checkBy, type PlanFacts, type StepResult } from "../../../rehearsal/walkthrough";
import { type SmallSite, serveSmall, WELL } from "../../support/small-site";
import { synthOf } from "../../support/synth";

const BALANCER = "alb-1.elb.amazonaws.com";
const EXPECTED: Expectation = {
  ...expectationOf(synthOf({ domainName: "www.example.com" }) as unknown as StackJson, {}),
  balancerDnsName: BALANCER,
};
const PLAN: PlanFacts = { added: 30, driftedAddresses: [] };
const BY_TRAFFIC = ["2", "4", "5.1-2", "5.3", "5.4", "5.5", "5.6", "6", "7", "8"];

const sentTo = (site: Partial<SmallSite>, expected = EXPECTED, seen: string[] = []): Promise<Sent> =>
  sendRequests(() => serveSmall({ ...WELL, ...site }, seen), {}, expected);

/** The rows that traffic decides, by id. */
async function rowsOf(site: Partial<SmallSite>, expected = EXPECTED): Promise<Record<string, StepResult>> {
  const rows = checkBy({ sent: await sentTo(site, expected), notApplied: "not applied" }, expected, PLAN);
  return Object.fromEntries(rows.filter(({ id }) => BY_TRAFFIC.includes(id)).map((row) => [row.id, row]));
}

const inWords = (rows: Record<string, StepResult>) =>
  Object.fromEntries(Object.values(rows).map(({ id, verdict, observed }) => [id, `${verdict}: ${observed}`]));

async function notOk(site: Partial<SmallSite>, expected = EXPECTED): Promise<Record<string, string>> {
  const rows = inWords(await rowsOf(site, expected));
  return Object.fromEntries(Object.entries(rows).filter(([, text]) => !text.startsWith("ok: ")));
}

const [a, b] = WELL.targets;
if (a === undefined || b === undefined) throw new Error("the site has two targets");

test("a site that is well: each row says what came back", async () => {
  expect(inWords(await rowsOf({}))).toEqual({
    "2": "ok: by traffic: NGINX answered 200 for /health on each of 2",
    "4": "ok: by traffic: 2 of 2 healthy by real health checks",
    "5.1-2": `ok: by traffic: its name resolves, and http://${BALANCER}/ returned 301`,
    "5.3": "ok: by traffic: a client's packets reached port 80 and port 443, and returned",
    "5.4": "ok: by traffic: a client's packets reached port 80 and port 443, and returned",
    "5.5": "ok: by traffic: HTTP:80 and HTTPS:443 answered",
    "5.6": "ok: by traffic: verified for www.example.com (TLSv1.3)",
    "6": "ok: by traffic: 200 from each of 2 targets for https://www.example.com/",
    "7": "ok: by traffic: www.example.com resolves to the load balancer",
    "8": "ok: by traffic: http://www.example.com/ returned 301 to https://www.example.com:443/, which returned 200",
  });
});

test("requests are repeated until each target has responded, and no longer", async () => {
  const seen: string[] = [];
  await sentTo({}, EXPECTED, seen);
  expect(seen).toEqual([
    "http://www.example.com/",
    // The redirect is followed, then each instance is requested.
    "https://www.example.com/",
    "https://www.example.com/",
    "https://www.example.com/",
    `http://${BALANCER}/`,
  ]);
});

test("a wildcard is requested with a name that it covers", async () => {
  const expected = { ...EXPECTED, names: ["*.example.com"] };
  const rows = await rowsOf(
    { names: { ...WELL.names, "any-name.example.com": "127.0.0.1" }, certified: ["*.example.com"] },
    expected,
  );
  expect(rows["7"]?.observed).toBe("by traffic: any-name.example.com resolves to the load balancer");
  expect(rows["6"]?.verdict).toBe("ok");
});

describe("a row is broken when", () => {
  const NOTHING_SENT = "unknown: by traffic: no request was sent, because no name resolves to the load balancer";
  const unhealthy = {
    ...b,
    health: "unhealthy",
    code: "Target.ResponseCodeMismatch",
    lastCheck: { text: "404 for /health" },
  } as const;

  test.each<[what: string, site: Partial<SmallSite>, rows: Record<string, string>]>([
    [
      "an instance fails its health check (2 and 4)",
      { targets: [a, unhealthy] },
      {
        "2": "broken: by traffic: aws_instance.b: 404 for /health",
        "4":
          "broken: by traffic: 1 of 2 targets are healthy; aws_instance.b is unhealthy " +
          "(Target.ResponseCodeMismatch): 404 for /health",
      },
    ],
    [
      "a target is not registered (2 and 4)",
      { targets: [a] },
      {
        "2": "broken: by traffic: health checks are sent to 1 of 2 instances",
        "4": "broken: by traffic: 1 of 2 targets are healthy",
      },
    ],
    [
      "the load balancer's own name does not resolve (5.1-2)",
      { names: { "www.example.com": "127.0.0.1" } },
      { "5.1-2": `broken: by traffic: ${BALANCER} does not resolve (NXDOMAIN)` },
    ],
    [
      "the security group drops packets (5.4)",
      { https: "silent", reason: "aws_security_group.alb allows no traffic on port 443" },
      {
        "5.4": "broken: by traffic: port 443 does not answer: aws_security_group.alb allows no traffic on port 443",
        "5.5": "broken: by traffic: port 443 does not answer: aws_security_group.alb allows no traffic on port 443",
        "5.6": "unknown: by traffic: www.example.com: there was no TLS handshake",
        "6":
          "broken: by traffic: https://www.example.com/: no response (aws_security_group.alb allows no traffic on " +
          "port 443)",
        "8":
          "broken: by traffic: https://www.example.com/: no response (aws_security_group.alb allows no traffic on " +
          "port 443)",
      },
    ],
    [
      "a subnet has no route to the internet (5.3)",
      { http: "silent", reason: "the route table of aws_subnet.a has no route to an internet gateway" },
      {
        "5.1-2":
          `broken: by traffic: http://${BALANCER}/: no response (the route table of aws_subnet.a has no route to an ` +
          "internet gateway)",
        "5.3":
          "broken: by traffic: port 80 does not answer: the route table of aws_subnet.a has no route to an internet " +
          "gateway",
        "5.5":
          "broken: by traffic: port 80 does not answer: the route table of aws_subnet.a has no route to an internet " +
          "gateway",
        "8":
          "broken: by traffic: http://www.example.com/: no response (the route table of aws_subnet.a has no route to " +
          "an internet gateway)",
      },
    ],
    [
      "there is no HTTPS listener (5.5)",
      { https: undefined },
      {
        "5.5": "broken: by traffic: port 443 does not answer: there is no listener on port 443",
        "5.6": "unknown: by traffic: www.example.com: there was no TLS handshake",
        "6": "broken: by traffic: https://www.example.com/: there is no listener on port 443",
        "8": "broken: by traffic: https://www.example.com/: there is no listener on port 443",
      },
    ],
    [
      "the certificate is for another name (5.6)",
      { certified: ["www.example.org"] },
      {
        "5.6": "broken: by traffic: www.example.com: the TLS handshake failed with ERR_TLS_CERT_ALTNAME_INVALID",
        "6": "broken: by traffic: https://www.example.com/: ERR_TLS_CERT_ALTNAME_INVALID",
        "8": "broken: by traffic: https://www.example.com/: ERR_TLS_CERT_ALTNAME_INVALID",
      },
    ],
    [
      "HTTPS returns 503 (6)",
      { https: 503 },
      {
        "6": "broken: by traffic: https://www.example.com/: 503 (decided by the listener)",
        "8": "broken: by traffic: https://www.example.com/: 503 (decided by the listener)",
      },
    ],
    [
      "the name resolves to another address (7)",
      { names: { ...WELL.names, "www.example.com": "192.0.2.1" } },
      {
        "5.5": "unknown: by traffic: port 443: no request was sent, because no name resolves to the load balancer",
        "5.6": NOTHING_SENT,
        "6": NOTHING_SENT,
        "7": "broken: by traffic: www.example.com resolves to 192.0.2.1, not to the load balancer",
        "8": NOTHING_SENT,
      },
    ],
    [
      "the redirect is temporary (8)",
      { http: "redirect-302" },
      {
        "8":
          "broken: by traffic: http://www.example.com/: must be 301 to HTTPS with the same host (got 302 to " +
          "https://www.example.com:443/) (decided by the listener)",
      },
    ],
    [
      "port 80 forwards (8)",
      { http: "forward" },
      {
        "8":
          "broken: by traffic: http://www.example.com/: must be 301 to HTTPS with the same host (got 200) " +
          "(decided by aws_instance.a)",
      },
    ],
  ])("%s", async (_what, site, rows) => {
    expect(await notOk(site)).toEqual(rows);
  });

  test("AWS's API disagrees, whatever a client received, and the other way round", async () => {
    const nothing = {
      zones: [],
      certificates: [],
      subnets: [],
      routeTables: [],
      endpoints: [],
      s3PrefixListIds: [],
      groups: [],
      rules: [],
      instances: [],
      targets: [],
      listeners: [],
    } as unknown as Site;
    const rows = checkBy({ site: nothing, sent: await sentTo({ http: undefined }) }, EXPECTED, PLAN);
    const row = (id: string) => rows.find((it) => it.id === id);
    expect(row("6")).toMatchObject({
      verdict: "broken",
      observed: expect.stringMatching(/^the load balancer has no DNS/),
    });
    expect(row("8")?.observed).toMatch(
      /^HTTP:80 must return 301 to HTTPS:443 \(got no action\); by traffic: .*there is no listener on port 80$/,
    );
  });
});

test("no request is sent to an address that the site does not serve", async () => {
  const seen: string[] = [];
  await sentTo({ names: { ...WELL.names, "www.example.com": "192.0.2.1" } }, EXPECTED, seen);
  expect(seen).toEqual([`http://${BALANCER}/`]);
});

describe("without NGINX", () => {
  const targets = WELL.targets.map((it) => ({ ...it, kind: "stand-in", reason: "no NGINX" }) as const);

  test("rows that need its response are unknown and say why; the others are still checked", async () => {
    const why = "unknown: by traffic: NGINX is not on PATH";
    expect(await notOk({ targets, withoutNginx: "NGINX is not on PATH" })).toEqual({
      "2": why,
      "4": why,
      "6": why,
      "8": why,
    });
  });

  test("they are unknown as well if it does not run for another reason", async () => {
    expect((await notOk({ targets }))["6"]).toBe(
      "unknown: by traffic: aws_instance.a runs a stand-in instead of NGINX: no NGINX; aws_instance.b runs " +
        "a stand-in instead of NGINX: no NGINX",
    );
  });

  test("a program of the user's own is assumed, and the rows say so", async () => {
    const own = { ...EXPECTED, hasNginx: false };
    const rows = await rowsOf({ targets: targets.map((it) => ({ ...it, reason: "its user data is not run" })) }, own);
    expect(Object.values(rows).filter(({ verdict }) => verdict !== "ok")).toEqual([]);
    for (const id of ["2", "4", "6", "8"])
      expect(rows[id]?.observed).toMatch(/^by traffic: assumed \(a stand-in responds: its user data is not run\): /);
    for (const id of ["5.5", "5.6", "7"]) expect(rows[id]?.observed).not.toContain("assumed");
  });
});

test("an app that is not run behind NGINX is assumed, in the rows with its response", async () => {
  const rows = await rowsOf({ standInBehind: "the app on the instance is not run" });
  const assumed = Object.values(rows).filter(({ observed }) => observed.includes("assumed"));
  expect(assumed.map(({ id, verdict }) => [id, verdict])).toEqual([
    ["6", "ok"],
    ["8", "ok"],
  ]);
  expect(rows["6"]?.observed).toBe(
    "by traffic: assumed (a stand-in responds: the app on the instance is not run): 200 from each of 2 targets for " +
      "https://www.example.com/",
  );
});

test("what the file leaves open is assumed", async () => {
  const rows = await rowsOf({ isOpen: true });
  expect(rows["6"]?.observed).toMatch(/^by traffic: assumed \(the file leaves a part of the way open\): 200 from/);
});

describe("serving", () => {
  test("runs so fast that health checks are soon decided, at least ten times, at most sixty times as fast", async () => {
    const clocks: number[] = [];
    const serve: Serve = (_document, { clock }: ServeOptions) => {
      clocks.push(clock);
      return serveSmall(WELL);
    };
    for (const healthDecidedAfterSec of [10, 45, 100, 3000])
      await sendRequests(serve, {}, { ...EXPECTED, healthDecidedAfterSec });
    expect(clocks).toEqual([10, 10, 20, 60]);
  });

  test("that is not possible leaves the rows unknown, with the reason", async () => {
    const sent = await sendRequests(() => Promise.reject(new SetupError("no port is free")), {}, EXPECTED);
    const rows = checkBy({ sent, notApplied: "not applied" }, EXPECTED, PLAN).filter(({ id }) =>
      BY_TRAFFIC.includes(id),
    );
    for (const row of rows)
      expect(row).toMatchObject({
        verdict: "unknown",
        observed: "by traffic: the site cannot be served: no port is free",
      });
  });

  test("an internal error is not hidden", async () => {
    await expect(sendRequests(() => Promise.reject(new TypeError("oops")), {}, EXPECTED)).rejects.toThrow("oops");
  });

  test("is over in any case once the requests are sent", async () => {
    let closed = 0;
    const serve = async () => {
      const served = await serveSmall(WELL);
      const close = async () => {
        closed++;
        await served.close();
      };
      return { ...served, close, settled: () => Promise.reject(new Error("oops")) };
    };
    await expect(sendRequests(serve, {}, EXPECTED)).rejects.toThrow("oops");
    expect(closed).toBe(1);
  });
});

test("without an apply and without traffic, each row says why it is unknown", () => {
  const rows = checkBy({ notApplied: "terraform is missing" }, EXPECTED, PLAN);
  expect(new Set(rows.map(({ verdict, observed }) => `${verdict}: ${observed}`))).toEqual(
    new Set(["unknown: terraform is missing"]),
  );
});

describe("the client", () => {
  async function rowsWith(change: (served: Served) => Partial<Served>): Promise<Map<string, StepResult>> {
    const serve = async () => {
      const served = await serveSmall(WELL);
      return { ...served, ...change(served) };
    };
    const sent = await sendRequests(serve, {}, EXPECTED);
    return new Map(checkBy({ sent, notApplied: "not applied" }, EXPECTED, PLAN).map((row) => [row.id, row]));
  }
  const twice = ({ listeners }: Served) => [
    ...listeners,
    ...listeners.map((it) => ({ ...it, listens: "127.0.0.1:1" })),
  ];

  test("does not wait twice for a port that never answers", async () => {
    const seen: string[] = [];
    await sentTo({ https: "silent", reason: "closed" }, EXPECTED, seen);
    expect(seen.filter((url) => url.startsWith("https:"))).toEqual(["https://www.example.com/"]);
  });

  test("requests a target that does not respond again, but not forever", async () => {
    const silent = { id: "aws_instance.c", targetGroup: "group", health: "healthy" } as const;
    const rows = await rowsWith((served) => ({ status: () => [...served.status(), silent] }));
    expect(rows.get("6")).toMatchObject({
      verdict: "broken",
      observed: "by traffic: https://www.example.com/: no response from aws_instance.c in 30 requests",
    });
  });

  test("does not guess which of two load balancers has the port", async () => {
    const rows = await rowsWith((served) => ({ listeners: twice(served) }));
    expect(rows.get("5.5")?.observed).toContain("port 443 does not answer: there is no listener on port 443");
  });

  test("uses the port that the site declares for a URL", async () => {
    const rows = await rowsWith((served) => ({
      listeners: twice(served),
      urls: served.listeners.flatMap(({ protocol, listens }) =>
        ["www.example.com", BALANCER].map((name) => ({
          url: `${protocol.toLowerCase()}://${name}/`,
          connect: listens,
        })),
      ),
    }));
    expect(rows.get("6")?.verdict).toBe("ok");
    expect(rows.get("8")?.verdict).toBe("ok");
  });
});
