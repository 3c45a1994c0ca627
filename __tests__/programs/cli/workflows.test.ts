import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { recordsIn } from "../../../cli/records/artifact";
import { WorkFailed } from "../../../machine/errors";
import { LINT_MS, lint } from "../../support/actionlint";
import { PROJECT } from "../../support/project";
import { type Job, jobOf, type Step, WORKFLOWS, workflows } from "../../support/workflow";

const FILES = readdirSync(WORKFLOWS);
const JOBS = Object.entries(workflows()).flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([id, job]): [string, string, Job] => [file, id, job]),
);
const STEPS = JOBS.flatMap(([file, id, { steps }]) => steps.map((step): [string, Step] => [`${file} ${id}`, step]));

/** What is to be found where pull-request.yml is changed so. */
const SPOILT: readonly [name: string, right: string, wrong: string, complaint: string][] = [
  ["an unknown permission", "contents: read", "content: read", 'unknown permission scope "content"'],
  ["an unknown context", "vars.AWS_PLAN_ROLE", "variables.AWS_PLAN_ROLE", 'undefined variable "variables"'],
  ["an unknown key", "timeout-minutes:", "timeout:", 'unexpected key "timeout"'],
  ["a title in a script", "run: npm test", "run: echo ${{ github.event.pull_request.title }}", "potentially untrusted"],
];

describe("actionlint", () => {
  let found: Record<string, string[]>;

  beforeAll(async () => {
    const sound = readFileSync(join(WORKFLOWS, "pull-request.yml"), "utf8");
    const files = FILES.map((path) => ({ path, data: readFileSync(join(WORKFLOWS, path), "utf8") }));
    found = await lint([
      ...files,
      ...SPOILT.map(([name, right, wrong]) => ({ path: `${name}.yml`, data: sound.replace(right, wrong) })),
    ]);
  }, LINT_MS);

  test.each(FILES)("has nothing to say about %s", (file) => expect(found[file]).toEqual([]));

  test.each(SPOILT)("finds %s", (name, _, __, complaint) =>
    expect(found[`${name}.yml`]).toEqual([expect.stringContaining(complaint)]),
  );
});

describe("every workflow", () => {
  test("is one of these", () => {
    expect(FILES.sort()).toEqual(["deploy.yml", "keep-plan.yml", "pull-request.yml"]);
  });

  test.each(FILES)("%s grants nothing that a job does not ask for", (file) => {
    expect(workflows()[file]?.permissions).toEqual({});
  });

  test.each(FILES)("%s never runs a fork's code with rights of ours", (file) => {
    expect(Object.keys(workflows()[file]?.on ?? {})).not.toContain("pull_request_target");
  });

  test("pins every action by its commit, with the version next to it", () => {
    const uses = FILES.flatMap((file) =>
      readFileSync(join(WORKFLOWS, file), "utf8")
        .split("\n")
        .filter((line) => line.includes("uses:")),
    );
    expect(uses.length).toBeGreaterThan(10);
    expect(uses.filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  });

  test("uses one version of an action", () => {
    const pins = new Set(STEPS.flatMap(([, { uses }]) => uses ?? []));
    expect([...new Set([...pins].map((it) => it.replace(/@.*/, "")))]).toHaveLength(pins.size);
  });

  test("puts no expression into a script, as what it stands for could be one", () => {
    expect(STEPS.filter(([, { run }]) => run?.includes("${{"))).toEqual([]);
  });

  test("leaves no token behind in a checkout", () => {
    const checkouts = STEPS.filter(([, { uses }]) => uses?.startsWith("actions/checkout@"));
    expect(checkouts).toHaveLength(4);
    expect(checkouts.filter(([, step]) => step.with?.["persist-credentials"] !== false)).toEqual([]);
  });
});

test.each(JOBS)("%s: job %s has its own permissions and an end", (_, __, job) => {
  expect(job.permissions).toBeDefined();
  expect(job["timeout-minutes"]).toBeLessThanOrEqual(90);
});

test("a job has these rights, and no other", () => {
  expect(Object.fromEntries(JOBS.map(([file, id, { permissions }]) => [`${file} ${id}`, permissions]))).toEqual({
    "pull-request.yml check": { contents: "read" },
    "pull-request.yml plan": { contents: "read", "id-token": "write", "pull-requests": "write" },
    "keep-plan.yml keep": { actions: "write", contents: "read", "id-token": "write", "pull-requests": "read" },
    "deploy.yml deploy": { contents: "read", "id-token": "write", "pull-requests": "read" },
    "deploy.yml not-set-up": {},
    "keep-plan.yml not-set-up": {},
  });
});

describe("a fork's pull request", () => {
  const OURS = "github.event.pull_request.head.repo.full_name == github.repository";

  test("gets no token for AWS", () => {
    const withToken = JOBS.filter(
      ([file, , { permissions }]) => file === "pull-request.yml" && permissions?.["id-token"] !== undefined,
    );
    expect(withToken.map(([, id]) => id)).toEqual(["plan"]);
    expect(withToken.filter(([, , job]) => !job.if?.includes(OURS) || job.if.includes("||"))).toEqual([]);
  });

  test("leaves no plan that is kept", () => {
    const { if: condition = "" } = jobOf("keep-plan.yml", "keep");
    expect(condition).toContain("github.event.workflow_run.head_repository.full_name == github.repository");
    expect(condition).toContain("github.event.workflow_run.event == 'pull_request'");
    expect(condition).not.toContain("||");
  });

  test("leaves no upload either, as a branch's does not where its workflow failed", () => {
    expect(jobOf("keep-plan.yml", "keep").if).not.toContain("conclusion");
  });

  test("is synthesized and tested", () => {
    const { if: condition, steps } = jobOf("pull-request.yml", "check");
    expect(condition).toBeUndefined();
    expect(steps.map(({ run }) => run)).toEqual(expect.arrayContaining(["npm ci", "npx cdktf synth", "npm test"]));
  });
});

describe("what holds a role that writes", () => {
  const roleOf = ({ steps }: Job) =>
    steps.flatMap((step) => (step.uses?.startsWith("aws-actions/") ? [step.with?.["role-to-assume"]] : []));

  test("is never a pull request's job", () => {
    const holders = JOBS.filter(([, , job]) => roleOf(job).includes("${{ vars.AWS_DEPLOY_ROLE }}"));
    expect(holders.map(([file, id]) => `${file} ${id}`)).toEqual(["deploy.yml deploy"]);
    expect(Object.keys(workflows()["deploy.yml"]?.on ?? {})).toEqual(["push"]);
    expect(roleOf(jobOf("keep-plan.yml", "keep"))).toEqual(["${{ vars.AWS_KEEP_ROLE }}"]);
    expect(Object.keys(workflows()["keep-plan.yml"]?.on ?? {})).toEqual(["workflow_run"]);
    expect(workflows()["deploy.yml"]?.on.push?.branches).toEqual(["main"]);
    expect(roleOf(jobOf("pull-request.yml", "plan"))).toEqual(["${{ vars.AWS_PLAN_ROLE }}"]);
  });

  test("checks out the main branch's code only", () => {
    const refs = JOBS.flatMap(([, , { steps }]) =>
      steps
        .filter(({ uses }) => uses?.startsWith("actions/checkout@"))
        .map((step) => [step.with?.ref, step.with?.repository]),
    );
    expect(refs.flat().filter((ref) => ref !== undefined)).toEqual([]);
  });

  test("is done before its credentials end", () => {
    const { steps, "timeout-minutes": minutes = Infinity } = jobOf("deploy.yml", "deploy");
    const { with: inputs } = steps.find(({ uses }) => uses?.startsWith("aws-actions/")) ?? {};
    // More than an hour AWS gives only where the role says so, and bootstrap's do not.
    expect(inputs?.["role-duration-seconds"]).toBe(3600);
    expect(minutes * 60).toBeLessThan(3600);
  });

  test("runs no script of a package, and takes no file of another run's but through this project's own code", () => {
    for (const job of [jobOf("keep-plan.yml", "keep"), jobOf("deploy.yml", "deploy")]) {
      const installs = job.steps.flatMap(({ run }) => (/^npm (ci|i|install)\b|^npx /.test(run ?? "") ? [run] : []));
      expect(installs).toEqual(["npm ci --ignore-scripts"]);
      expect(job.steps.filter(({ uses }) => /^actions\/(download-artifact|cache)@/.test(uses ?? ""))).toEqual([]);
      expect(job.steps.filter(({ with: inputs }) => inputs?.cache !== undefined)).toEqual([]);
    }
  });

  test("follows the workflow that plans, by its name", () => {
    expect(workflows()["keep-plan.yml"]?.on.workflow_run).toEqual({
      workflows: [workflows()["pull-request.yml"]?.name],
      types: ["completed"],
    });
  });

  test("is not interrupted, and deploys one after the other", () => {
    expect(jobOf("deploy.yml", "deploy").concurrency).toEqual({ group: "deploy", "cancel-in-progress": false });
  });
});

test("a pull request's plan locks nothing, and leaves records only", () => {
  const { env, steps } = jobOf("pull-request.yml", "plan");
  expect(env).toEqual({ TF_CLI_ARGS_plan: "-lock=false" });
  expect(
    steps.flatMap(({ uses, with: inputs }) =>
      uses?.startsWith("actions/upload-artifact@") ? [[inputs?.name, inputs?.path, inputs?.["retention-days"]]] : [],
    ),
  ).toEqual([["records", "records/*.json", 1]]);
});

test("what is not deployed on merge is not planned, and a notice says so", () => {
  const OF_DEFAULT_BRANCH = "github.event.pull_request.base.ref == github.event.repository.default_branch";
  expect(jobOf("pull-request.yml", "plan").if).toContain(`&& ${OF_DEFAULT_BRANCH}`);
  const notice = jobOf("pull-request.yml", "check").steps.find((step) =>
    step.if?.includes(OF_DEFAULT_BRANCH.replace("==", "!=")),
  );
  expect(notice?.run).toContain("::notice");
  const given = (file: string, id: string) => jobOf(file, id).steps.flatMap(({ env }) => env?.BRANCH ?? []);
  expect(given("keep-plan.yml", "keep")).toEqual(["${{ github.event.repository.default_branch }}"]);
  expect(given("deploy.yml", "deploy")).toEqual(["${{ github.ref_name }}"]);
});

test("where nothing is set up, jobs that need AWS are left out and a notice says why", () => {
  const { steps } = jobOf("pull-request.yml", "check");
  expect(jobOf("pull-request.yml", "plan").if).toContain("vars.AWS_PLAN_ROLE != ''");
  expect(steps.find((step) => step.if === "vars.AWS_PLAN_ROLE == ''")?.run).toContain("::notice");
  expect(jobOf("deploy.yml", "deploy").if).toBe("vars.AWS_DEPLOY_ROLE != ''");
  expect(jobOf("keep-plan.yml", "not-set-up")).toMatchObject({
    if: "vars.AWS_KEEP_ROLE == '' && vars.AWS_PLAN_ROLE != ''",
    steps: [{ run: expect.stringContaining("::warning") as string }],
  });
  expect(jobOf("deploy.yml", "not-set-up")).toMatchObject({
    if: "vars.AWS_DEPLOY_ROLE == ''",
    steps: [{ run: expect.stringContaining("::notice") as string }],
  });
});

test("each command of a workflow is one of alb-web", () => {
  const used = STEPS.flatMap(([, { run = "" }]) =>
    [...run.matchAll(/node cli\/alb-web\.js ([\w-]+)/g)].map(([, name]) => name ?? ""),
  );
  expect(used).toEqual(["deploy-merged", "keep-plan", "plan", "record", "comment"]);
  expect(used.filter((name) => !existsSync(join(PROJECT, "cli", "commands", `${name}.ts`)))).toEqual([]);
});

describe("what a pull request uploaded", () => {
  const DIGEST = "a".repeat(32);
  const record = (stack: string, more: object = {}) => ({
    version: 1,
    stack,
    configuration: { backend: DIGEST, providers: DIGEST },
    resources: {},
    outputs: {},
    ...more,
  });
  const zip = (files: Record<string, string | Uint8Array>) =>
    Buffer.from(
      zipSync(
        Object.fromEntries(
          Object.entries(files).map(([name, text]) => [name, typeof text === "string" ? strToU8(text) : text]),
        ),
      ),
    );
  const json = (stack: string, more?: object) => JSON.stringify(record(stack, more));

  test("is a record for each stack", () => {
    expect(recordsIn(zip({ "web.json": json("web"), "a.b-c_d.json": json("a.b-c_d") }))).toEqual([
      record("a.b-c_d"),
      record("web"),
    ]);
  });

  test.each<[string, Record<string, string | Uint8Array>, string]>([
    [
      "a plan",
      { "web.json": json("web"), "web.tfplan": "PK" },
      'must contain files named <stack>.json only (got the file "web.tfplan")',
    ],
    [
      "a path that leads elsewhere",
      { "../web.json": json("web") },
      'must contain files named <stack>.json only (got the file "../web.json")',
    ],
    ["dots for a stack", { "...json": json("..") }, "must contain files named <stack>.json only"],
    [
      "a name that is too long",
      { [`${"x".repeat(129)}.json`]: json("web") },
      "must contain files named <stack>.json only",
    ],
    [
      "a record of another stack",
      { "web.json": json("api") },
      "must contain records of npx alb-web record only (got web.json, which is not a valid record: the record is for another stack)",
    ],
    [
      "what says which pull request it is of",
      { "web.json": json("web", { pullRequest: 7 }) },
      "web.json, which is not a valid record: pullRequest: ",
    ],
    ["what is not JSON", { "web.json": "{" }, "web.json, which is not a valid record: "],
    [
      "a value in the clear",
      {
        "web.json": json("web", {
          resources: { "a.b": { actions: ["create"], attributes: { password: { to: "hunter2" } } } },
        }),
      },
      "web.json, which is not a valid record: resources.a.b.attributes.password.to: ",
    ],
    [
      "too large a record",
      { "web.json": new Uint8Array(16 * 1024 * 1024 + 1) },
      "must contain files of at most 16777216 bytes (got web.json with 16777217 bytes)",
    ],
    ["nothing", {}, "must contain one record per stack (got no record)"],
  ])("is refused with %s", (_, files, sentence) => {
    expect(() => recordsIn(zip(files))).toThrow(WorkFailed);
    expect(() => recordsIn(zip(files))).toThrow(sentence);
  });

  test("is refused with too many files", () => {
    expect(() =>
      recordsIn(
        zip(Object.fromEntries(Array.from({ length: 401 }, (_, index) => [`s${index}.json`, json(`s${index}`)]))),
      ),
    ).toThrow("must contain at most 400 files (got more than 400 files), so none was stored.");
  });

  test("is refused where it unpacks to more than it may, before it is unpacked", () => {
    const sixteen = new Uint8Array(16 * 1024 * 1024);
    const bytes = zip(Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`s${index}.json`, sixteen])));
    expect(() => recordsIn(bytes)).toThrow("more than 268435456 bytes");
  });

  test("is refused where it is no ZIP file", () => {
    expect(() => recordsIn(Buffer.from("no"))).toThrow(
      /^The uploaded records must contain a ZIP file of actions\/upload-artifact \(got invalid ZIP data: .*\), so none was stored\.$/,
    );
  });
});
