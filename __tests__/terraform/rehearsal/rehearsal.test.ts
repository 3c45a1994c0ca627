import { expectationOf } from "../../../rehearsal/expectation";
import { isRunning } from "../../../rehearsal/local-aws";
import type { RehearsalResult } from "../../../rehearsal/rehearsal-run";
import { readSite, type Site } from "../../../rehearsal/site";
import { checkWalkthrough, type PlanFacts, type StepResult } from "../../../rehearsal/walkthrough";
import { type AppliedSite, applySite } from "../../support/applied-site";
import { refusedBy } from "../../support/iam-policy";
import { copyOfProject } from "../../support/project-copy";
import { type EndedCommand, start } from "../../support/rehearse-command";
import { accountOf, allowSshFrom, SEEN_OTHERWISE, SPOILT_STEPS, type SpoiltStep } from "../../support/spoilt-steps";

// Needs terraform and Python as `npm run rehearse` does, and gets them as it does; without them the tests fail with its
// advice.

/** Applying takes two minutes; the first time ever, terraform's provider is fetched as well. */
const APPLY_TIMEOUT_MS = 600_000;
const STEP_IDS = [
  "0a",
  "0b",
  "0c",
  "1a",
  "1b",
  "2",
  "3",
  "4",
  "5.1-2",
  "5.3",
  "5.4",
  "5.5",
  "5.6",
  "5.7",
  "6",
  "7",
  "8",
];
const PLAN: PlanFacts = { added: 30, driftedAddresses: [], destroyed: 30 };

jest.setTimeout(30_000);

// Both only wait most of their time, so they run side by side.
let checkout: ReturnType<typeof copyOfProject>;
let command: Promise<EndedCommand>;
let applying: Promise<AppliedSite>;

beforeAll(() => {
  checkout = copyOfProject();
  command = checkout.then(
    ({ folder }) => start("npm", ["run", "-s", "rehearse", "--", "--format", "json"], { cwd: folder }).ended,
  );
  applying = applySite("site-with-more");
  for (const each of [command, applying]) each.catch(() => undefined); // each is reported by the tests that await it
});

afterAll(async () => {
  await command.catch(() => undefined);
  await applying.then(
    (site) => site.stop(),
    () => undefined,
  );
  await (await checkout).remove();
}, APPLY_TIMEOUT_MS);

describe("an applied site", () => {
  let applied: AppliedSite;
  let site: Site;

  beforeAll(async () => {
    applied = await applying;
    site = await readSite(applied.localAws.endpoint, applied.expected);
  }, APPLY_TIMEOUT_MS);

  test("is well in every step", () => {
    expect(brokenRows(checkWalkthrough(site, applied.expected, PLAN))).toEqual({});
  });

  test.each(["deploy", "plan"] as const)(
    "took no call that the role to %s may not make; a resource that needs more needs it in cli/bootstrap/policies too",
    (kind) => {
      expect(applied.calls[kind].length).toBeGreaterThan(25);
      expect(refusedBy(kind, applied.calls[kind])).toEqual([]);
    },
  );

  test.each(SPOILT_STEPS.map((spoilt) => [spoilt.step, spoilt.what, spoilt] as const))(
    "step %s is broken when %s",
    async (step, _what, spoilt) => {
      expect(Object.keys(spoilt.broken)).toContain(step);
      const rows = await rowsAfter(spoilt.spoil);
      expect(brokenRows(rows)).toEqual(rowsThatSay(spoilt.broken));
    },
  );

  test.each(SEEN_OTHERWISE.map((seen) => [seen.step, seen.what, seen] as const))(
    "step %s is broken when %s",
    (_step, _what, { change, broken }) => {
      expect(brokenRows(checkWalkthrough(change(site), applied.expected, PLAN))).toEqual(rowsThatSay(broken));
    },
  );

  test.each([
    ["ELBSecurityPolicy-2016-08", "broken"],
    ["ELBSecurityPolicy-TLS-1-1-2017-01", "broken"],
    ["ELBSecurityPolicy-FS-2018-06", "broken"],
    ["ELBSecurityPolicy-FS-1-1-2019-08", "broken"],
    ["ELBSecurityPolicy-TLS13-1-0-2021-06", "broken"],
    ["ELBSecurityPolicy-TLS13-1-1-2021-06", "broken"],
    ["ELBSecurityPolicy-TLS-1-2-2017-01", "ok"],
    ["ELBSecurityPolicy-FS-1-2-Res-2020-10", "ok"],
    ["ELBSecurityPolicy-TLS13-1-3-2021-06", "ok"],
  ])("step 5.6 holds TLS policy %s to be %s", (SslPolicy, verdict) => {
    const listeners = site.listeners.map((listener) => ({ ...listener, SslPolicy }));
    expect(
      checkWalkthrough({ ...site, listeners }, applied.expected, PLAN).find(({ id }) => id === "5.6")?.verdict,
    ).toBe(verdict);
  });

  test("every step but that of the plan is spoilt in some way", () => {
    expect([...new Set([...SPOILT_STEPS, ...SEEN_OTHERWISE].map(({ step }) => step))].sort()).toEqual(
      STEP_IDS.filter((id) => id !== "5.7"),
    );
  });

  test("SSH from a single address is no finding", async () => {
    const rows = await rowsAfter(allowSshFrom("203.0.113.7/32"));
    expect(brokenRows(rows)).toEqual({});
    expect(rows.find(({ id }) => id === "1b")?.observed).toContain("SSH from 203.0.113.7/32");
  });

  test("a stack that waits for its zone has one row for all that follows", () => {
    const [{ name: createdZone, nameServers } = { name: "none", nameServers: [] }] = site.zones;
    const rows = checkWalkthrough(site, { ...applied.expected, hasSite: false, createdZone, nameServers }, PLAN);
    expect(rows.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["0b", "ok"],
      ["5.7", "ok"],
      ["site", "unknown"],
    ]);
    expect(rows.at(-1)?.observed).toBe("not created until hostedZone.delegated is true");
  });

  test("a stack without a site and without a zone of its own is well in its plan only", () => {
    const rows = checkWalkthrough(site, { ...applied.expected, hasSite: false }, PLAN);
    expect(rows.map(({ id, verdict }) => [id, verdict])).toEqual([
      ["5.7", "ok"],
      ["site", "unknown"],
    ]);
    expect(rows.at(-1)?.observed).toBe("the stack contains no site");
  });

  test("a certificate that the account has is not asked for its validation records, but for the rest", () => {
    const existing = { ...applied.expected, requestsCertificate: false };
    const withoutRecords = {
      ...site,
      zones: site.zones.map((zone) => ({ ...zone, records: zone.records.filter(({ Type }) => Type !== "CNAME") })),
    };
    expect(brokenRows(checkWalkthrough(withoutRecords, existing, PLAN))).toEqual({});
    expect(brokenRows(checkWalkthrough({ ...site, certificates: [] }, existing, PLAN))).toHaveProperty(
      "0c",
      "no certificate for www.example.com",
    );
  });

  test("a stack that creates its zone must print that zone's name servers", () => {
    const nameServers = site.zones.find(({ name }) => name === "example.com")?.nameServers ?? [];
    const rowWith = (printed: readonly string[] | undefined, createdZone = "example.com") =>
      checkWalkthrough(site, { ...applied.expected, createdZone, nameServers: printed }, PLAN).find(
        ({ id }) => id === "0b",
      );
    expect(nameServers.length).toBeGreaterThan(0);
    expect(rowWith([...nameServers].reverse())).toMatchObject({
      verdict: "ok",
      observed: expect.stringContaining(nameServers[0]!),
    });
    for (const printed of [undefined, [], nameServers.slice(1), ["ns.example.org"]]) {
      expect(rowWith(printed)).toMatchObject({
        verdict: "broken",
        observed: "output name_servers is not the list of the zone's name servers",
      });
    }
    expect(rowWith(nameServers, "example.edu")?.observed).toContain("no public zone for example.edu");
  });

  test("a stack that was not applied leaves every step unknown but that of the plan", () => {
    const rows = checkWalkthrough(undefined, applied.expected, {
      added: 0,
      driftedAddresses: [],
      failure: "apply failed",
    });
    expect(brokenRows(rows)).toEqual({ "5.7": "apply failed" });
    expect(rows.filter(({ verdict }) => verdict === "unknown").map(({ observed }) => observed)).toEqual(
      Array(16).fill("not reached"),
    );
  });

  test("a stack without site and outputs is looked at all the same", async () => {
    const nothing = expectationOf({}, {});
    const rows = checkWalkthrough(await readSite(applied.localAws.endpoint, nothing), nothing, PLAN);
    expect(brokenRows(rows)).toEqual({});
    const declared = checkWalkthrough(
      await readSite(applied.localAws.endpoint, nothing),
      { ...nothing, hasSite: true, names: ["www.example.com"] },
      PLAN,
    );
    expect(declared.find(({ id }) => id === "5.1-2")).toMatchObject({
      verdict: "broken",
      observed: "no load balancer",
    });
  });

  /** The rows after a clone of the site was spoilt. */
  async function rowsAfter(spoil: SpoiltStep["spoil"]): Promise<StepResult[]> {
    const clone = await applied.localAws.clone();
    try {
      await spoil(accountOf(clone, site));
      return checkWalkthrough(await readSite(clone.endpoint, applied.expected), applied.expected, PLAN);
    } finally {
      await clone.stop();
    }
  }
});

describe("step 5.7", () => {
  const rowOf = (plan: Partial<PlanFacts>) =>
    checkWalkthrough(undefined, expectationOf({}, {}), { ...PLAN, ...plan }).find(({ id }) => id === "5.7");

  test("is well when the second plan is empty and all that was added was destroyed", () => {
    expect(rowOf({})).toMatchObject({ verdict: "ok", observed: "30 added, second plan empty, 30 destroyed" });
  });

  test.each([
    [
      "a second plan would change something",
      { driftedAddresses: ["aws_lb.web", "aws_instance.a"] },
      "a second plan would change aws_lb.web, aws_instance.a",
    ],
    ["a stage failed", { failure: "destroy failed" }, "destroy failed"],
    ["less was destroyed than added", { destroyed: 29 }, "30 added, but 29 destroyed"],
    ["nothing was destroyed", { destroyed: 0 }, "30 added, but 0 destroyed"],
  ])("is broken when %s", (_what, plan, observed) => {
    expect(rowOf(plan)).toMatchObject({ verdict: "broken", observed });
  });
});

// The last one, as it is the last to have ended.
describe("npm run rehearse", () => {
  let ended: EndedCommand;
  let result: RehearsalResult;

  beforeAll(async () => {
    ended = await command;
    if (ended.code !== 0) throw new Error(causeFirst(ended));
    const [only, ...others] = JSON.parse(ended.stdout) as RehearsalResult[];
    if (only === undefined || others.length > 0) throw new Error("there is not one result");
    result = only;
  }, APPLY_TIMEOUT_MS);

  test("prints one result as JSON, and nothing else on standard output", () => {
    expect(Object.keys(result)).toEqual(["stack", "verdict", "steps", "seconds"]);
    expect(result).toMatchObject({ stack: "web", verdict: "ok" });
    expect(result.seconds).toBeGreaterThan(0);
    for (const step of result.steps) expect(Object.keys(step)).toEqual(["id", "title", "verdict", "observed"]);
  });

  test("has a row for each step of the walkthrough, in its order, then one for the two traces, and all are well", () => {
    expect(result.steps.map(({ id }) => id)).toEqual([...STEP_IDS, "trace"]);
    expect(
      result.steps.filter(({ verdict, observed, title }) => verdict !== "ok" || observed === "" || title === ""),
    ).toEqual([]);
  });

  test("sends requests to the applied site, and says what came back", () => {
    const byTraffic = new Map(
      result.steps.flatMap(({ id, observed }) => {
        const [, text] = /; by traffic: (.*)$/.exec(observed) ?? [];
        return text === undefined ? [] : [[id, text]];
      }),
    );
    expect([...byTraffic.keys()]).toEqual(["2", "4", "5.1-2", "5.3", "5.4", "5.5", "5.6", "6", "7", "8"]);
    expect(byTraffic.get("2")).toBe("NGINX answered 200 for /health on each of 2");
    expect(byTraffic.get("6")).toBe("200 from each of 2 targets for https://www.example.com/");
    expect(byTraffic.get("8")).toBe(
      "http://www.example.com/ returned 301 to https://www.example.com:443/, which returned 200",
    );
  });

  test("plans again, which changes nothing, and takes down all that it built", () => {
    const { observed = "" } = result.steps.find(({ id }) => id === "5.7") ?? {};
    const [, added, destroyed] = /^(\d+) added, second plan empty, (\d+) destroyed$/.exec(observed) ?? [];
    expect(Number(added)).toBeGreaterThan(25);
    expect(destroyed).toBe(added);
  });

  test("names the stack in each line of its progress, as several stacks write into one log", () => {
    const lines = ended.stderr.split("\n").filter((line) => /\d+ of \d+/.test(line));
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.filter((line) => !/^\S+ web: (apply|destroy): \d+ of \d+/.test(line))).toEqual([]);
  });

  test("says on standard error, after all else, what to do next", () => {
    expect(ended.stderr).toMatch(
      /\nNext, to deploy to AWS: set `domainName` and `backend.s3.bucket` in main\.ts, run `npx alb-web bootstrap` once, run `npx cdktf deploy web`\. See docs\/guides\/first-deploy\.md\.\n$/,
    );
  });

  test("says what it is at on standard error", () => {
    for (const stage of [
      "synthesized: web",
      "plan: ",
      "trace the plan: ok",
      "apply: ",
      "trace the state: ok",
      "check the walkthrough: nothing broken",
      "send requests: nothing broken",
      "second plan: no changes",
      "destroy: ",
    ])
      expect(ended.stderr).toContain(stage);
  });

  test("leaves no process behind", () => {
    const family = ended.family.join("\n");
    for (const member of ["cli/alb-web.js", "server.py", "terraform apply", "terraform-provider-aws"])
      expect(family).toContain(member);
    const [, pid] = /Rehearsing in process (\d+)/.exec(ended.stderr) ?? [];
    expect(isRunning(Number(pid))).toBe(false);
    expect(ended.leftOver).toEqual([]);
  });
});

/** What went wrong, before all that was said: whoever looks at many tests sees the first lines only. */
function causeFirst({ code, stdout, stderr }: EndedCommand): string {
  const broken = /^\s*\{/.test(stdout)
    ? (JSON.parse(stdout) as RehearsalResult).steps
        .filter(({ verdict }) => verdict === "broken")
        .map(({ id, title, observed }) => `${id} ${title}: ${observed}`)
    : [];
  const last = stderr.trimEnd().split("\n").slice(-8);
  return [
    `npm run rehearse ended with exit code ${code}`,
    ...broken,
    ...last,
    "",
    "all of its output:",
    stderr,
    stdout,
  ].join("\n");
}

function rowsThatSay(broken: SpoiltStep["broken"]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(broken).map(([id, part]) => [id, expect.stringContaining(part)]));
}

function brokenRows(rows: readonly StepResult[]): Record<string, string> {
  return Object.fromEntries(
    rows.flatMap(({ id, verdict, observed }) => (verdict === "ok" || verdict === "unknown" ? [] : [[id, observed]])),
  );
}
