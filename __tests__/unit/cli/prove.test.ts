import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { delegationWarning, recordsOfSite, refusalOf } from "../../../cli/proving/account";
import { CHARGED, costInWords, costOfAnHour, RATES } from "../../../cli/proving/cost";
import { Interruptions } from "../../../cli/proving/interruptions";
import {
  fileNameOf,
  minuteOf,
  PROOFS,
  type ProofRecord,
  published,
  publishedSteps,
  rowOf,
  TABLE_HEAD,
  waitStep,
} from "../../../cli/proving/proof-record";
import { isYes } from "../../../cli/proving/question";
import { timesOf } from "../../../cli/proving/times";
import { type Answer, firstGood } from "../../../cli/proving/traffic";
import { mayBeFor, withoutDot, type ZoneView } from "../../../rehearsal/site";
import { PROJECT } from "../../support/project";
import { synthOf } from "../../support/synth";

/*
 * The parts of npx alb-web prove that need neither terraform nor AWS, and the page that its records are added to; the
 * whole: __tests__/slow/cli/prove.test.ts.
 */

const text = (file: string) => readFileSync(join(PROJECT, file), "utf8");
const PAGE = text("docs/guides/prove.md");
const OWN = { account: "123456789012", domain: "www.example.com", zone: "example.com" };

describe("the estimate", () => {
  const json = synthOf({ domainName: "www.example.com", disposable: true });

  test("is of what the stack creates by default", () => {
    const instances = Object.values(json.resource?.aws_instance ?? {}) as {
      instance_type: string;
      root_block_device: { volume_size: number };
    }[];
    expect(instances.map((it) => [it.instance_type, it.root_block_device.volume_size])).toEqual(
      Array(CHARGED.instances).fill([CHARGED.instanceType, CHARGED.diskGib]),
    );
    const [balancer] = Object.values(json.resource?.aws_lb ?? {}) as { subnets: string[] }[];
    expect(balancer?.subnets).toHaveLength(CHARGED.addresses);
    expect(Object.keys(json.resource ?? {}).filter((type) => /nat_gateway|eip$|route53_zone$/.test(type))).toEqual([]);
  });

  test("has the rates of the cost table in docs/reference/cost.md", () => {
    const rows = Object.fromEntries(
      [...text("docs/reference/cost.md").matchAll(/^\| ([^|]+) \| ([^|]*\d USD[^|]*) \|/gm)].map(
        ([, what = "", price = ""]) => [what, price],
      ),
    );
    expect(rows["Application Load Balancer"]).toBe(
      `${RATES.loadBalancer} USD an hour, and ${RATES.capacityUnit} USD per capacity unit-hour`,
    );
    expect(rows["Its public IPv4 addresses, one in each Availability Zone"]).toBe(
      `${CHARGED.addresses} × ${RATES.address} USD an hour`,
    );
    expect(rows[`${CHARGED.instances} × \`${CHARGED.instanceType}\``]).toBe(
      `${CHARGED.instances} × ${RATES.instance} USD an hour`,
    );
    expect(rows[`${CHARGED.instances} × ${CHARGED.diskGib} GiB gp3`]).toBe(
      `${CHARGED.instances} × ${CHARGED.diskGib} GiB × ${RATES.gibMonth.toFixed(2)} USD per GiB`,
    );
  });

  test("adds up, names its region, and is what the page says", () => {
    const total = costOfAnHour().reduce((sum, { anHour }) => sum + anHour, 0);
    expect(costInWords()).toMatch(/^Estimated cost per hour at list prices in us-east-1 /);
    expect(costInWords()).toMatch(new RegExp(`total +${total.toFixed(4)} USD$`));
    expect(total).toBeCloseTo(0.0305 + 0.01 + 0.0208 + (16 * 0.08) / 730, 6);
    expect(PAGE).toContain(`about ${total.toFixed(2)} USD for an hour or less`);
  });
});

test.each([
  ["yes", true],
  [" yes\r", true],
  ["", false],
  ["y", false],
  ["Yes", false],
  ["yes please", false],
  ["no", false],
])("the answer %j is a yes: %s", (answer, is) => {
  expect(isYes(answer)).toBe(is);
});

describe("a name is refused", () => {
  const zone = (name: string, ...records: [type: string, name: string][]): ZoneView => ({
    id: "Z1",
    name,
    nameServers: [],
    records: [["NS", name], ["SOA", name], ...records].map(
      ([Type, Name]) => ({ Type, Name: `${Name}.` }) as ZoneView["records"][number],
    ),
  });
  const CNAME = `_0123456789abcdef0123456789abcdef.www.example.com`;
  const refusal = (...zones: ZoneView[]) => refusalOf("www.example.com", "example.com", "123456789012", zones);

  test.each<[string, ZoneView[], string]>([
    [
      "without its zone",
      [],
      "The public hosted zone example.com of www.example.com must be in Route 53 of account 123456789012, which has " +
        "no zone with that name.",
    ],
    [
      "with the zone of another level only",
      [zone("www.example.com")],
      "The public hosted zone example.com of www.example.com must be in Route 53",
    ],
    [
      "with two zones",
      [zone("example.com"), zone("example.com")],
      "Account 123456789012 must have one public hosted zone example.com (got 2)",
    ],
    [
      "with an A record",
      [zone("example.com", ["A", "www.example.com"])],
      "www.example.com must have no A, AAAA or CNAME record (got A in example.com)",
    ],
    ["with an AAAA record", [zone("example.com", ["AAAA", "www.example.com"])], "(got AAAA in example.com)"],
    [
      "with a CNAME record, in another case",
      [zone("example.com", ["CNAME", "WWW.example.com"])],
      "(got CNAME in example.com)",
    ],
    [
      "with a record in a zone of its own",
      [zone("example.com"), zone("www.example.com", ["A", "www.example.com"])],
      "(got A in www.example.com)",
    ],
    [
      "that is delegated",
      [zone("example.com", ["NS", "www.example.com"])],
      "which delegates www.example.com to other name servers",
    ],
    [
      "with another certificate's validation record",
      [zone("example.com", ["CNAME", CNAME])],
      "must not have an ACM validation record",
    ],
  ])("%s", (_, zones, sentence) => {
    expect(refusal(...zones)).toContain(sentence);
  });

  test("below a name that is delegated", () => {
    expect(
      refusalOf("a.dev.example.com", "example.com", "1", [zone("example.com", ["NS", "dev.example.com"])]),
    ).toContain("delegates dev.example.com");
  });

  test("for none of its neighbours", () => {
    const others: [string, string][] = [
      ["A", "example.com"],
      ["A", "wwww.example.com"],
      ["CNAME", "*.example.com"],
      ["TXT", "www.example.com"],
      ["NS", "dev.example.com"],
      ["CNAME", CNAME.replace("www", "api")],
      ["CNAME", "_dmarc.www.example.com"],
    ];
    expect(refusal(zone("example.com", ...others))).toBeUndefined();
    expect(recordsOfSite("www.example.com", [zone("example.com", ...others)])).toEqual([]);
  });

  test("for the records that a site leaves", () => {
    expect(recordsOfSite("www.example.com", [zone("example.com", ["A", "www.example.com"], ["CNAME", CNAME])])).toEqual(
      ["A www.example.com", `CNAME ${CNAME}`],
    );
    expect(withoutDot("www.example.com.")).toBe("www.example.com");
  });
});

test.each<[string, string[] | undefined, boolean]>([
  ["of the zone", ["ns-1.awsdns-01.com", "NS-2.awsdns-02.net."], false],
  ["with one that is the zone's", ["ns-2.awsdns-02.net", "ns.example.net"], false],
  ["of somebody else", ["ns2.example.net", "ns1.example.net"], true],
  ["that nobody knows", [], false],
  ["that were not asked for", undefined, false],
])("name servers %s (%j) are warned of: %s", (_, asked, isWarned) => {
  const warning = delegationWarning("example.com", ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"], asked);
  expect(warning !== undefined).toBe(isWarned);
  if (isWarned)
    expect(warning).toContain(
      "example.com is served by ns1.example.net, ns2.example.net, not by the name servers of its hosted zone",
    );
});

test.each<[string, Parameters<typeof mayBeFor>[1], boolean]>([
  ["its first name", { DomainName: "www.example.com", SubjectAlternativeNameSummaries: ["www.example.com"] }, true],
  [
    "another of its names",
    { DomainName: "example.com", SubjectAlternativeNameSummaries: ["example.com", "www.example.com"] },
    true,
  ],
  [
    "none of its names",
    {
      DomainName: "example.org",
      SubjectAlternativeNameSummaries: ["example.org"],
      HasAdditionalSubjectAlternativeNames: false,
    },
    false,
  ],
  [
    "names beyond those that are listed",
    {
      DomainName: "example.org",
      SubjectAlternativeNameSummaries: ["example.org"],
      HasAdditionalSubjectAlternativeNames: true,
    },
    true,
  ],
  ["names that are not listed", { DomainName: "example.org" }, true],
])("a certificate whose summary has the site's name among %s (%j) is looked at: %s", (_, summary, is) => {
  expect(mayBeFor(["www.example.com"], summary)).toBe(is);
});

describe("Ctrl-C", () => {
  test("stops what is built once, and what is taken down the second time", () => {
    let now = 0;
    const interruptions = new Interruptions(() => now);
    const aborted = () => [interruptions.first.aborted, interruptions.second.aborted];
    expect(aborted()).toEqual([false, false]);
    interruptions.hear("SIGINT");
    expect(aborted()).toEqual([true, false]);
    now = 5_000;
    interruptions.hear("SIGTERM");
    expect(aborted()).toEqual([true, true]);
    expect([interruptions.first, interruptions.second].map(({ reason }) => (reason as Error).message)).toEqual([
      "Interrupted by SIGINT",
      "Interrupted by SIGTERM",
    ]);
  });

  test("counts once where npm passes it on", () => {
    let now = 0;
    const interruptions = new Interruptions(() => now);
    for (now of [0, 3, 900]) interruptions.hear("SIGINT");
    expect(interruptions.second.aborted).toBe(false);
  });
});

describe("the first good answer", () => {
  const patience = { everyMs: 1, withinMs: 60_000, since: performance.now(), signal: new AbortController().signal };
  const answers =
    (...all: Answer[]) =>
    () =>
      Promise.resolve(all.length > 1 ? all.shift()! : all[0]!);

  test("is waited for", async () => {
    const bad = { isGood: false, observed: "503" };
    expect(await firstGood(answers(bad, bad, { isGood: true, observed: "200" }), patience)).toMatchObject({
      isGood: true,
      observed: "200",
    });
  });

  test("is not waited for beyond its time", async () => {
    expect(await firstGood(answers({ isGood: false, observed: "503" }), { ...patience, withinMs: 0 })).toMatchObject({
      isGood: false,
      observed: "503",
    });
  });

  test("is measured from when the time began to run", async () => {
    expect(
      (await firstGood(answers({ isGood: true, observed: "" }), { ...patience, since: performance.now() - 42_000 }))
        .seconds,
    ).toBe(42);
  });

  test("is not waited for once it is interrupted", async () => {
    const stopping = new AbortController();
    const waiting = firstGood(answers({ isGood: false, observed: "" }), {
      ...patience,
      everyMs: 50_000,
      signal: stopping.signal,
    });
    stopping.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
  });
});

test("each type's slowest resource is what it took", () => {
  const done = (action: string, type: string, name: string, seconds: number) => ({
    type: "apply_complete",
    hook: { action, resource: { addr: `${type}.${name}`, resource_type: type }, elapsed_seconds: seconds },
  });
  const events = [
    done("create", "aws_subnet", "a", 4),
    done("create", "aws_subnet", "b", 1),
    done("create", "aws_lb", "web", 150),
    done("read", "aws_vpc", "x", 9),
    { type: "apply_start", hook: { action: "create", resource: { addr: "aws_vpc.x", resource_type: "aws_vpc" } } },
    done("delete", "aws_subnet", "a", 2),
    done("delete", "aws_lb", "web", 20),
  ];
  expect(timesOf(events)).toEqual([
    { type: "aws_lb", count: 1, create: 150, destroy: 20 },
    { type: "aws_subnet", count: 2, create: 4, destroy: 2 },
  ]);
});

describe("a record", () => {
  test.each([
    ["vpc-6dfa6f8faf0989e75: 4 subnets in us-east-1a, us-east-1b", "vpc-…: 4 subnets in us-east-1a, us-east-1b"],
    ["i-0123456789abcdef0 is initial (Elb.RegistrationInProgress)", "i-… is initial (Elb.RegistrationInProgress)"],
    [
      "www.example.com → web-1234567890.us-east-1.elb.amazonaws.com",
      "site.example → BALANCER.us-east-1.elb.amazonaws.com",
    ],
    ["User: arn:aws:iam::123456789012:user/jane is not authorized", "User: ARN is not authorized"],
    ["no public zone for www.example.com; example.com", "no public zone for site.example; zone.example"],
    [
      "the validation record _0123456789abcdef0123456789abcdef.www.example.com is missing",
      "the validation record _VALIDATION.site.example is missing",
    ],
    ["account 123456789012, zone Z0123456789ABCDEFGHIJ at 203.0.113.7", "account ACCOUNT, zone ZONE at ADDRESS"],
    [
      "301 to https://www.example.com:443/, 3 s after the apply",
      "301 to https://site.example:443/, 3 s after the apply",
    ],
    [
      "example.com, ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
      "zone.example, ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    ],
    ["38 added, second plan empty, 38 destroyed", "38 added, second plan empty, 38 destroyed"],
  ])("of %j says %j", (observed, said) => {
    expect(published(observed, OWN)).toBe(said);
    expect(published(said)).toBe(said);
  });

  test("of a step has its id, verdict and what was observed", () => {
    expect(publishedSteps([{ id: "0b", title: "Domain", verdict: "ok", observed: "example.com" }], OWN)).toEqual([
      { id: "0b", verdict: "ok", observed: "zone.example" },
    ]);
  });

  test("of a wait says how long it was, good or not", () => {
    expect(waitStep("http", "HTTP", { isGood: true, observed: "301", seconds: 3 })).toMatchObject({
      verdict: "ok",
      observed: "301, 3 s after the apply",
    });
    expect(waitStep("http", "HTTP", { isGood: false, observed: "503", seconds: 900 })).toMatchObject({
      verdict: "broken",
      observed: "503, still 900 s after the apply",
    });
    expect(waitStep("http", "HTTP", undefined, "no traffic")).toMatchObject({
      verdict: "unknown",
      observed: "no traffic",
    });
  });
});

const RECORD: ProofRecord = {
  format_version: "1.0",
  date: minuteOf(new Date("2026-11-30T04:26:59Z")),
  region: "us-east-1",
  on_aws: true,
  versions: {
    terraform: "terraform 1.11.4",
    provider: "5.100.0",
    alb_web: "a3fa3d2c0ffee0000000000000000000000000aa",
    modified: false,
  },
  verdict: "unknown",
  times: {
    plan: 9,
    apply: 182,
    targets_healthy: 41,
    http: 3,
    destroy: 61,
    resources: [{ type: "aws_lb", count: 1, create: 150, destroy: 20 }],
  },
  steps: [
    { id: "0b", verdict: "ok", observed: "zone.example" },
    { id: "https", verdict: "unknown", observed: "not reached" },
  ],
};

describe("a row", () => {
  test("says what was seen, and links to its record", () => {
    expect(rowOf(RECORD)).toBe(
      "| [2026-11-30](proofs/prove-2026-11-30T0426Z.json) | us-east-1 | terraform 1.11.4, aws 5.100.0 | " +
        "a3fa3d2 | unknown: 1 of 2 ok | 182 s | +41 s | +3 s | - | 61 s |",
    );
  });

  test("has a cell for each column, and says where there is no commit", () => {
    const row = rowOf({ ...RECORD, versions: { ...RECORD.versions, alb_web: null } });
    expect(row.split(" | ")).toHaveLength(TABLE_HEAD[0]!.split(" | ").length);
    expect(row).toContain("| - |");
    expect(rowOf({ ...RECORD, versions: { ...RECORD.versions, modified: true } })).toContain("| a3fa3d2, modified |");
  });
});

/** What is wrong with a row of the page and its record. */
function problemsOf(row: string, json: string | undefined): string[] {
  if (json === undefined) return ["there is no such record"];
  const record = JSON.parse(json) as ProofRecord;
  const { format_version, on_aws, steps, times } = record;
  return [
    ...(format_version === "1.0" ? [] : ["the format is not 1.0"]),
    ...(on_aws ? [] : ["it is not of AWS itself"]),
    ...(steps.length > 20 &&
    steps.every(
      ({ id, verdict, observed }) =>
        id !== "" && ["ok", "broken", "unknown"].includes(verdict) && typeof observed === "string",
    )
      ? []
      : ["its steps are not those of the walkthrough"]),
    ...(Object.values({ ...times, resources: 0 }).every(Number.isInteger) ? [] : ["its times are not whole seconds"]),
    ...(steps.every(({ observed }) => published(observed) === observed) ? [] : ["it names resources or an account"]),
    ...(rowOf(record) === row ? [] : [`the row is not the record's, which is ${rowOf(record)}`]),
  ];
}

describe("docs/guides/prove.md", () => {
  const lines = PAGE.split("\n");
  const rows = lines.slice(lines.indexOf(TABLE_HEAD[1]!) + 1).slice(
    0,
    Math.max(
      0,
      lines.slice(lines.indexOf(TABLE_HEAD[1]!) + 1).findIndex((line) => !line.startsWith("|")),
    ),
  );
  const steps = Array.from({ length: 21 }, (_, index) => ({
    id: `${index}`,
    verdict: "ok" as const,
    observed: "vpc-…",
  }));
  const good = { ...RECORD, steps };

  test("has the table", () => {
    const at = lines.indexOf(TABLE_HEAD[0]!);
    expect([at > 0, lines[at + 1]]).toEqual([true, TABLE_HEAD[1]]);
  });

  test("says that nothing was seen if, and only if, its table is empty", () => {
    expect(PAGE.includes("No run has been recorded yet.")).toBe(rows.length === 0);
  });

  test("has well-formed records only", () => {
    const problems = rows.map((row) => {
      const file = /\]\(([^)]+)\)/.exec(row)?.[1] ?? "";
      const path = join("docs/guides", file);
      return [
        row,
        file.startsWith(`${PROOFS}/`) && existsSync(join(PROJECT, path))
          ? problemsOf(row, text(path))
          : problemsOf(row, undefined),
      ] as const;
    });
    expect(problems.filter(([, its]) => its.length > 0)).toEqual([]);
  });

  test("takes a good record, and none of the others", () => {
    const judged = (record: object) => problemsOf(rowOf(good), JSON.stringify({ ...good, ...record }));
    expect(judged({})).toEqual([]);
    expect(judged({ on_aws: false })).toEqual(["it is not of AWS itself"]);
    expect(judged({ format_version: "2" })).toEqual(["the format is not 1.0"]);
    expect(judged({ steps: [] })).toHaveLength(2);
    expect(judged({ times: { ...good.times, apply: "1 s" } })).toHaveLength(2);
    expect(judged({ steps: steps.map((it) => ({ ...it, observed: "vpc-0123456789abcdef0" })) })).toEqual([
      "it names resources or an account",
    ]);
    expect(judged({ region: "eu-west-1" })).toEqual([expect.stringContaining("the row is not the record's")]);
    expect(problemsOf(rowOf(good), undefined)).toEqual(["there is no such record"]);
  });

  test("names the folder and the file that a record is copied to", () => {
    expect(PAGE).toContain(`\`docs/guides/${PROOFS}/\``);
    expect(fileNameOf(good)).toMatch(/^prove-[\dTZ-]+\.json$/);
    expect(text(".gitignore").split("\n")).toEqual(expect.arrayContaining(["/proving/", "/prove-*.json"]));
  });

  test("has the exit codes of the command", () => {
    const [, codes = ""] = /const CODES = "([^"]+)"/.exec(text("cli/commands/prove.ts")) ?? [];
    expect(PAGE.replace(/\s+/g, " ")).toContain(`Exit codes: ${codes}`);
  });
});
