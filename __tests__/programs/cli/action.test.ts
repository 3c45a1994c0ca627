import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ACTION_FILE, type ActionEnded, action, runAction } from "../../support/action";
import { LINT_MS, lint } from "../../support/actionlint";
import { BOT, GitHubApi, REPOSITORY, TOKEN } from "../../support/github-api";
import { PROJECT } from "../../support/project";
import { needShell } from "../../support/shell";
import { planOf, replaced } from "../../support/standing-site";
import { workflows } from "../../support/workflow";

/* The action for everyone's Terraform: its own lines, with GitHub's API stood in for. */

jest.setTimeout(60_000);
needShell();

const GUIDE = "docs/guides/plain-terraform.md";
const COMMIT = "c".repeat(40);
const OUTAGE = planOf({
  "aws_instance.a": replaced("ami", { ami: "ami-2" }),
  "aws_instance.b": replaced("ami", { ami: "ami-2" }),
});
const pullRequest = (from = REPOSITORY) => ({
  pull_request: { number: 7, head: { sha: COMMIT, repo: { full_name: from } } },
});

describe("actionlint", () => {
  // It reads workflows only, so the action's steps become those of one that takes the same inputs.
  const asWorkflow = (change: (text: string) => string = (text) => text) => {
    const { inputs, runs } = action();
    const on = {
      workflow_call: { inputs: Object.fromEntries(Object.keys(inputs).map((name) => [name, { type: "string" }])) },
    };
    return change(stringify({ on, jobs: { review: { "runs-on": "ubuntu-24.04", steps: runs.steps } } }));
  };
  /** The workflows that README and the guide show. */
  const shown = ["README.md", GUIDE].flatMap((page) =>
    [...readFileSync(join(PROJECT, page), "utf8").matchAll(/```yaml\n([^]*?)```/g)]
      .map(([, text = ""]) => text)
      .filter((text) => text.includes("alb-web@"))
      // The README shows the steps alone.
      .map((text) =>
        text.startsWith("- ")
          ? stringify({ on: "pull_request", jobs: { plan: { "runs-on": "ubuntu-24.04", steps: parse(text) } } })
          : text,
      ),
  );

  test(
    "has nothing to say about the steps, and finds an input that is not there",
    async () => {
      const files = {
        steps: asWorkflow(),
        spoilt: asWorkflow((text) => text.replace("inputs.plan ", "inputs.plans ")),
        ...Object.fromEntries(shown.map((text, index) => [`shown${index}`, text])),
      };
      const { spoilt, ...others } = await lint(
        Object.entries(files).map(([path, data]) => ({ path: `${path}.yml`, data })),
      ).then((found) => Object.fromEntries(Object.entries(found).map(([path, it]) => [path.replace(".yml", ""), it])));
      expect(others).toEqual(Object.fromEntries(Object.keys(others).map((name) => [name, []])));
      expect(spoilt).toEqual([expect.stringContaining('property "plans" is not defined')]);
    },
    LINT_MS,
  );

  test("reads what README and the guide show", () => {
    expect(shown).toHaveLength(2);
  });
});

describe("action.yml", () => {
  test("has what GitHub asks of a composite action", () => {
    const { inputs, outputs, runs, ...others } = action();
    expect(Object.keys(others).sort()).toEqual(["description", "name"]);
    expect(runs.using).toBe("composite");
    for (const { description } of [...Object.values(inputs), ...Object.values(outputs)])
      expect(description).toMatch(/\w/);
    expect(runs.steps.filter(({ run, shell }) => (run === undefined) !== (shell === undefined))).toEqual([]);
    expect(
      Object.entries(inputs)
        .filter(([, { required }]) => required)
        .map(([name]) => name),
    ).toEqual(["plan"]);
  });

  test("puts no expression into a script, as what it stands for could be one", () => {
    expect(action().runs.steps.filter(({ run }) => run?.includes("${{"))).toEqual([]);
  });

  test("pins what it uses to the same commit as the workflows", () => {
    const lines = readFileSync(ACTION_FILE, "utf8")
      .split("\n")
      .filter((line) => line.includes("uses:"));
    expect(lines).toEqual([expect.stringMatching(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)]);
    const inUse = new Set(
      Object.values(workflows()).flatMap(({ jobs }) =>
        Object.values(jobs).flatMap(({ steps }) => steps.map(({ uses }) => uses)),
      ),
    );
    expect(inUse).toContain(action().runs.steps.find(({ uses }) => uses !== undefined)?.uses);
  });

  test("installs nothing", () => {
    expect(action().runs.steps.filter(({ run = "" }) => /\bnpm\b|\bnpx\b/.test(run))).toEqual([]);
  });

  test("explains each of its inputs in the guide, and no other", () => {
    const [, table = ""] = /^\| Input \|.*\n([^]*?)\n\n/m.exec(readFileSync(join(PROJECT, GUIDE), "utf8")) ?? [];
    expect([...table.matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name)).toEqual(Object.keys(action().inputs));
  });
});

describe("a job that uses it", () => {
  let api: GitHubApi;
  let workspace: string;
  const run = (inputs: Record<string, string>, event: object = pullRequest()): Promise<ActionEnded> => {
    const { GITHUB_TOKEN: _, ...env } = api.env;
    return runAction({ plan: "plan.json", ...inputs }, { actionPath: PROJECT, workspace, token: TOKEN, event, env });
  };
  const ours = () => (api.comments.get(7) ?? []).filter(({ user }) => user.login === BOT).map(({ body }) => body);

  beforeEach(async () => {
    api = await GitHubApi.start();
    workspace = mkdtempSync(join(tmpdir(), "alb-web-workspace-"));
    writeFileSync(join(workspace, "plan.json"), JSON.stringify(OUTAGE));
    writeFileSync(join(workspace, "nothing.json"), JSON.stringify(planOf({})));
  });
  afterEach(async () => {
    rmSync(workspace, { recursive: true });
    await api.stop();
  });

  test("gets one comment, which the next run updates, and the review in its summary", async () => {
    const first = await run({});
    expect(first).toMatchObject({
      code: 0,
      stderr: "",
      stdout: expect.stringMatching(/^effect: outage\ncommented: https/) as string,
      outputs: { effect: "outage" },
    });
    expect(ours()).toEqual([
      expect.stringMatching(/^<!-- alb-web review -->\n### ✖ Outage: [^]*```mermaid[^]*\n\nReview of commit c{40}$/),
    ]);
    expect(first.summary).toMatch(/^### ✖ Outage: /);
    expect(await run({ plan: "nothing.json" })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^effect: none\nupdated: https/) as string,
    });
    expect(ours()).toEqual([expect.stringMatching(/^<!-- alb-web review -->\n### ✔ /)]);
  });

  test("disturbs nobody where nothing changes", async () => {
    expect(await run({ plan: "nothing.json" })).toMatchObject({
      code: 0,
      stdout: "effect: none\nno changes, no comment\n",
    });
    expect(ours()).toEqual([]);
  });

  test("leaves a comment of somebody else alone, whatever is in it", async () => {
    const theirs = api.comment(7, "somebody", "<!-- alb-web review -->\nmine");
    await run({});
    expect([theirs.body, ours().length]).toEqual(["<!-- alb-web review -->\nmine", 1]);
  });

  test("takes several plans, and distinguishes several reviews by name", async () => {
    await run({ plan: "plan.json\nnothing.json\n" });
    await run({ name: "shop/eu 1", plan: "\n nothing.json\nplan.json" });
    expect(ours()).toEqual([
      expect.stringMatching(/^<!-- alb-web review -->\n### ✖ Outage: 2 plans/),
      expect.stringMatching(/^<!-- alb-web review: shop\/eu 1 -->\n[^]*\nReview of `shop\/eu 1`, commit c{40}$/),
    ]);
  });

  test("fails where it is asked to, after everything is reported", async () => {
    expect(await run({ "fail-on": "outage" })).toMatchObject({ code: 1, outputs: { effect: "outage" } });
    expect(ours()).toHaveLength(1);
    expect((await run({ "fail-on": "fails" })).code).toBe(0);
  });

  test("from a fork, whose token may not comment, has its review in the summary and a notice", async () => {
    api.error = { status: 403, body: { message: "Resource not accessible by integration" } };
    expect(await run({}, pullRequest("somebody/site"))).toMatchObject({
      code: 0,
      summary: expect.stringContaining("### ✖ Outage: ") as string,
      outputs: { effect: "outage" },
      stdout:
        "effect: outage\n::notice title=No comment::The token of a pull request from a fork may not comment; " +
        "the review is in the job summary.\n",
    });
  });

  test("from a fork, whose token has made too many calls, is not treated as a fork's missing permission", async () => {
    api.error = { status: 403, headers: { "x-ratelimit-remaining": "0" } };
    expect(await run({}, pullRequest("somebody/site"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("run the job again in an hour") as string,
    });
  });

  test("without the permission, says which one it needs", async () => {
    api.error = { status: 403, body: { message: "Resource not accessible by integration" } };
    expect(await run({})).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("add to the job: permissions: pull-requests: write") as string,
      outputs: { effect: "outage" },
    });
  });

  test.each<[string, object]>([
    ["a push", { ref: "refs/heads/main" }],
    ["a comment on an issue", { issue: { number: 7 } }],
  ])("after %s has its review in the summary only", async (_, event) => {
    expect(await run({}, event)).toMatchObject({
      code: 0,
      summary: expect.stringContaining("### ✖ Outage: ") as string,
      stdout: expect.stringContaining("no comment, because the job did not run for a pull request") as string,
    });
    expect(api.calls).toEqual([]);
  });

  test("after a comment on a pull request, comments on that", async () => {
    expect((await run({}, { issue: { number: 7, pull_request: {} } })).code).toBe(0);
    expect(ours()).toHaveLength(1);
  });

  test("that wants no comment calls nobody", async () => {
    expect(await run({ comment: "false" })).toMatchObject({
      code: 0,
      stdout: "effect: outage\nno comment, because comment is false\n",
    });
    expect(api.calls).toEqual([]);
  });

  test.each<[string, Record<string, string>, string]>([
    [
      "no plan",
      { plan: " \n" },
      "plan must be the path of a plan as JSON, or several paths, one per line (got nothing)\n",
    ],
    [
      "a plan that is not there",
      { plan: "web.json" },
      "web.json: expected a plan as `terraform show -json tfplan` writes it, got no file; there is no file " +
        "with this name.\n",
    ],
    [
      "a script for a plan",
      { plan: '$(touch spoilt)"; touch spoilt; echo "`touch spoilt`' },
      "got no file; there is no file with this name.\n",
    ],
    ["an option for a plan", { plan: "--help" }, "--help: expected a plan"],
    [
      "another effect",
      { "fail-on": "outages" },
      "fail-on must be one of brief, unknown, outage, fails (got outages)\n",
    ],
    ["another answer", { comment: "yes" }, "comment must be true or false (got yes)\n"],
    [
      "a name that would end the mark",
      { name: "a --> b" },
      'name must be at most 60 letters, digits, spaces and _ . / - (got "a --> b")\n',
    ],
  ])("with %s ends with one sentence", async (_, inputs, sentence) => {
    expect(await run(inputs)).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining(sentence) as string,
    });
    expect(readdirSync(workspace).sort()).toEqual(["nothing.json", "plan.json"]);
    expect(ours()).toEqual([]);
  });
});
