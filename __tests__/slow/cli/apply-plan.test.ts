import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { BASE, BOT } from "../../support/github-api";
import { GitHubProject } from "../../support/github-project";
import type { Ended } from "../../support/project-room";

/*
 * Only what was reviewed is applied: a merge is planned again, and compared with it. The stacks hold nothing of AWS but
 * their state, so that terraform needs no provider and a plan takes a second.
 */

jest.setTimeout(120_000);

const REVIEWED = "a".repeat(40);
const AGAIN = "7".repeat(40);
const UNCHANGED = "b".repeat(40);
const MERGE = "e".repeat(40);
const OTHER_MERGE = "f".repeat(40);

let project: GitHubProject;

beforeAll(async () => {
  project = await GitHubProject.open();
});
afterAll(() => project?.close());

/** Two stacks, each with one value in its state. */
async function program(
  one: string,
  two: string,
  backend = 'new S3Backend(stack, { bucket: "acme-state", key: id + "/terraform.tfstate", region: "us-east-1", encrypt: ' +
    "true })",
): Promise<void> {
  await writeFile(
    join(project.room.folder, "main.ts"),
    `
import { App, DataResource, S3Backend, LocalBackend, TerraformOutput, TerraformStack } from "cdktf";
const app = new App();
for (const [id, value] of Object.entries({ one: ${JSON.stringify(one)}, two: ${JSON.stringify(two)} })) {
  const stack = new TerraformStack(app, id);
  ${backend};
  new DataResource(stack, "thing", { input: { value } });
  new TerraformOutput(stack, "value", { value, staticId: true });
}
app.synth();
`,
  );
}

const shell = (line: string) => project.room.shell(line, project.github.env);
const state = (stack: string) => project.object(`${stack}/terraform.tfstate`);
/** Without the progress before it. */
const said = ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr: stderr.trim().split("\n").at(-1) });

test("apply applies the plan in plans/, and shows the outputs", async () => {
  await program("1", "1");
  expect(await shell("node cli/alb-web.js plan")).toMatchObject({ code: 2 });
  for (const stack of ["one", "two"]) {
    expect(await shell(`node cli/alb-web.js apply ${stack}`)).toMatchObject({
      code: 0,
      stdout: `${stack}: 1 added, 0 changed, 0 destroyed\n\nvalue = "1"\n`,
    });
  }
});

test("apply refuses a plan that was applied already", async () => {
  const before = await state("one");
  expect(said(await shell("node cli/alb-web.js apply one"))).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "The state of one has changed since this plan was made, so the plan was not applied and nothing was changed; " +
      "plan again (npx alb-web plan one) and have the new plan reviewed.",
  });
  expect(await state("one")).toBe(before);
});

test("apply asks for a plan where there is none, and for a stack", async () => {
  expect(said(await shell("rm plans/two.tfplan; node cli/alb-web.js apply two"))).toMatchObject({
    code: 2,
    stderr: "plans/ has no plan of two; create it with npx alb-web plan two, review plans/two.txt, then apply it.",
  });
  expect(await shell("node cli/alb-web.js apply")).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("missing required argument 'stack'") as string,
  });
});

test("where nothing changes nobody is disturbed", async () => {
  expect(await project.plan(3, UNCHANGED)).toMatchObject({ code: 0, stdout: "no changes, no comment\n" });
  expect(project.github.comments.get(3)).toBeUndefined();
});

test("a comment that listed changes is updated once there are none any more", async () => {
  const comment = project.github.comment(4, BOT, "<!-- alb-web plan -->\n### Plan of before");
  expect(await shell(`node cli/alb-web.js comment --pull-request 4 --commit ${UNCHANGED}`)).toMatchObject({ code: 0 });
  expect(comment.body).toBe(
    `<!-- alb-web plan -->\n### Plan of ${UNCHANGED}\n\n- \`one\`: no changes\n- \`two\`: no changes`,
  );
});

test("a plan without changes is kept as such, and nothing is applied", async () => {
  expect(await project.keep(UNCHANGED)).toMatchObject({
    code: 0,
    stdout: "one: no changes, stored in acme-state\ntwo: no changes, stored in acme-state\n",
  });
  expect((await project.keys()).filter((key) => key.startsWith("plans/"))).toEqual(
    ["one", "two"].map((stack) => `plans/3/${UNCHANGED}/${BASE}/${stack}.json`),
  );
  project.github.merge(3, UNCHANGED, MERGE);
  const before = await state("one");
  expect(await project.deploy(MERGE)).toMatchObject({ code: 0, stdout: "one: no changes\ntwo: no changes\n" });
  expect(await state("one")).toBe(before);
});

describe("a reviewed change of both stacks", () => {
  const deploy = async () => said(await project.deploy(OTHER_MERGE));

  beforeAll(async () => {
    await program("reviewed", "reviewed");
    await project.plan(5, REVIEWED);
    project.github.merge(5, REVIEWED, OTHER_MERGE);
  });

  const AGAINST =
    "The new plan differs from the plan that was reviewed in pull request #5, so nothing was changed in any stack:\n";
  const PLAN_AGAIN =
    "\nTo deploy, open another pull request, have its plan reviewed, and merge it. Its commit may be empty: git commit " +
    '--allow-empty -m "Plan again"';
  const refused = (...differences: string[]) => ({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining(
      `${AGAINST}${differences.map((it) => `- ${it}`).join("\n")}${PLAN_AGAIN}\n`,
    ) as string,
  });
  /** Deploys, and nothing is changed. */
  async function notDeployed(): Promise<Ended> {
    const before = await Promise.all(["one", "two"].map(state));
    const ended = await project.deploy(OTHER_MERGE);
    expect(await Promise.all(["one", "two"].map(state))).toEqual(before);
    return ended;
  }

  test("is refused while its plan is not kept", async () => {
    expect(await deploy()).toEqual({
      code: 1,
      stdout: "",
      stderr:
        `No plan of one is stored for commit ${REVIEWED} of pull request #5 ` +
        `(s3://acme-state/plans/5/${REVIEWED}/), so nothing was changed. If the workflow "Keep plan" is still ` +
        "running (see Actions), run this job again when it has finished. If the pull request had no plan, open " +
        "another pull request and merge that.",
    });
  });

  test("is refused whole if main is another program by then, before any stack is touched", async () => {
    expect(await project.keep(REVIEWED)).toMatchObject({ code: 0 });
    await program("reviewed", "and something else");
    expect(await notDeployed()).toEqual(
      refused("two: terraform_data.thing: different values for input", "two: output.value: different values for value"),
    );
  });

  test("is refused whole where one state has moved in a way that changes the plan", async () => {
    await program("reviewed", "by hand");
    expect(await shell("node cli/alb-web.js plan two || node cli/alb-web.js apply two")).toMatchObject({ code: 0 });
    await program("reviewed", "reviewed");
    expect(await state("two")).toContain("by hand");
    expect(await notDeployed()).toEqual(
      refused(
        "two: terraform_data.thing: different values for input, output",
        "two: output.value: different values for value",
      ),
    );
  });

  test("is refused where it was done by hand meanwhile", async () => {
    expect(await shell("node cli/alb-web.js plan two || node cli/alb-web.js apply two")).toMatchObject({ code: 0 });
    expect(await notDeployed()).toEqual(
      refused(
        "two: terraform_data.thing: update was reviewed, but is no longer planned",
        "two: output.value: update was reviewed, but is no longer planned",
      ),
    );
  });

  test("is refused with another backend, whose owner would get the state", async () => {
    await program(
      "reviewed",
      "reviewed",
      'new S3Backend(stack, { bucket: "acme-state", key: "elsewhere/" + id, region: "us-east-1", encrypt: true })',
    );
    await shell("rm -rf cdktf.out");
    const { code, stderr } = await notDeployed();
    expect(code).toBe(1);
    expect(stderr).toContain("- one: the configuration of the backend has changed\n");
    expect(stderr).toContain("- one: terraform_data.thing: update was reviewed, but create is planned\n");
    await shell("rm -rf cdktf.out");
  });

  test("is refused where the merge brings a file that terraform would read and main.ts did not make", async () => {
    await program("reviewed", "reviewed");
    await shell("rm -rf cdktf.out && mkdir -p cdktf.out/stacks/one");
    const extra = join(project.room.stackFolder("one"), "extra.tf");
    await writeFile(
      extra,
      'resource "terraform_data" "extra" {\n  provisioner "local-exec" {\n    command = "touch ran"\n  }\n}\n',
    );
    expect(said(await notDeployed())).toEqual({
      code: 1,
      stdout: "",
      stderr:
        'The folder of one must contain only configuration that main.ts writes (got "extra.tf", which terraform ' +
        "would read), so nothing was changed; delete it from the repository.",
    });
    expect(existsSync(join(project.room.stackFolder("one"), "ran"))).toBe(false);
    await rm(extra);
  });

  test("is refused where the merge brings the name of another workspace, whose state it would change", async () => {
    const workspace = join(project.room.stackFolder("one"), ".terraform", "environment");
    await shell(`mkdir -p '${dirname(workspace)}' && printf elsewhere > '${workspace}'`);
    expect(said(await notDeployed()).stderr).toBe(
      'The folder of one must contain only configuration that main.ts writes (got ".terraform/environment", which ' +
        "terraform would read), so nothing was changed; delete it from the repository.",
    );
    await rm(workspace);
  });

  /** @param when of `$1 $PWD`, such as "apply "*\/two */
  async function failing(when: string, then: string): Promise<() => void> {
    const { TERRAFORM_BINARY_NAME = "terraform" } = project.room.env;
    const file = join(project.room.folder, "failing-terraform");
    await writeFile(
      file,
      `#!/bin/sh\ncase "$1 $PWD" in ${when}) ${then.replaceAll("TERRAFORM", TERRAFORM_BINARY_NAME)} ;; ` +
        `esac\nexec '${TERRAFORM_BINARY_NAME}' "$@"\n`,
      { mode: 0o755 },
    );
    project.room.env.TERRAFORM_BINARY_NAME = file;
    return () => (project.room.env.TERRAFORM_BINARY_NAME = TERRAFORM_BINARY_NAME);
  }

  async function reviewedAndMerged(number: number, commit: string, merge: string): Promise<void> {
    await project.plan(number, commit);
    expect(await project.keep(commit)).toMatchObject({ code: 0 });
    project.github.merge(number, commit, merge);
  }

  test("goes on with the second stack where the job ended after the first", async () => {
    await program("once more", "once more");
    await reviewedAndMerged(6, AGAIN, OTHER_MERGE);
    const repair = await failing('"apply "*/two', "echo 'no more memory' >&2; exit 1");
    expect(await project.deploy(OTHER_MERGE)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("no more memory") as string,
    });
    repair();
    project.github.tips.set("main", OTHER_MERGE);
    expect(await project.deploy(OTHER_MERGE, 2)).toMatchObject({
      code: 0,
      stdout: "one: already applied\ntwo: 0 added, 1 changed, 0 destroyed\n",
    });
    for (const stack of ["one", "two"]) expect(await state(stack)).toContain("once more");
  });

  test("is not run again once main is further, as it could undo what came after it", async () => {
    project.github.tips.set("main", MERGE);
    expect(said(await project.deploy(OTHER_MERGE, 2))).toEqual({
      code: 1,
      stdout: "",
      stderr:
        `main has moved on to ${MERGE}, and deploying an earlier commit again could undo later changes, so nothing ` +
        "was changed. To deploy what is not deployed yet, open a pull request; an empty commit is enough: " +
        `git commit --allow-empty -m "Deploy"`,
    });
  });

  test("waits for Keep plan where it was merged a moment ago", async () => {
    const [commit, merge] = ["e1".repeat(20), "e2".repeat(20)];
    await program("quick", "quick");
    await project.plan(14, commit);
    project.github.merge(14, commit, merge, { at: new Date().toISOString() });
    const deploying = project.deploy(merge);
    while (!project.github.calls.some((call) => call === `GET commits/${merge}/pulls`)) await pause(50);
    expect(await project.keep(commit)).toMatchObject({ code: 0 });
    expect(await deploying).toMatchObject({
      code: 0,
      stdout: "one: 0 added, 1 changed, 0 destroyed\ntwo: 0 added, 1 changed, 0 destroyed\n",
    });
  });

  test("is refused where it was planned twice, against two bases, with two results", async () => {
    const [commit, merge, base] = ["e3".repeat(20), "e4".repeat(20), "e5".repeat(20)];
    await program("twice", "twice");
    await project.plan(15, commit);
    expect(await project.keep(commit)).toMatchObject({ code: 0 });
    await project.plan(15, commit);
    expect(await project.keep(commit, [{ number: 15, base: { sha: base } }])).toMatchObject({ code: 0 });
    await program("another", "twice");
    await project.plan(15, commit);
    expect(await project.keep(commit, [{ number: 15, base: { sha: MERGE } }])).toMatchObject({ code: 0 });
    project.github.merge(15, commit, merge);
    expect(said(await project.deploy(merge)).stderr).toBe(
      `one was planned more than once for commit ${commit} of pull request #15, with different results ` +
        `(s3://acme-state/plans/15/${commit}/). It cannot be determined which one was reviewed, so nothing ` +
        "was changed; open another pull request and merge that.",
    );
  });

  test("goes on in the middle of a stack, where terraform failed after a part of it", async () => {
    const [commit, merge] = ["a1".repeat(20), "a2".repeat(20)];
    await program("halfway", "halfway");
    await reviewedAndMerged(12, commit, merge);
    // It does all, and fails all the same.
    const repair = await failing('"apply "*/one', `"TERRAFORM" "$@"; echo 'the network is gone' >&2; exit 1`);
    expect(await project.deploy(merge)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("the network is gone") as string,
    });
    repair();
    expect(await project.deploy(merge)).toMatchObject({
      code: 0,
      stdout: "one: no changes\ntwo: 0 added, 1 changed, 0 destroyed\n",
    });
  });

  test("and nothing but the rest of it", async () => {
    const [commit, merge] = ["b1".repeat(20), "b2".repeat(20)];
    await program("begun", "begun");
    await reviewedAndMerged(13, commit, merge);
    const repair = await failing('"apply "*/one', "echo 'no more memory' >&2; exit 1");
    expect(await project.deploy(merge)).toMatchObject({ code: 1 });
    repair();
    await program("begun and changed", "begun");
    expect(await project.deploy(merge)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("- one: terraform_data.thing: different values for input\n") as string,
    });
  });

  test("is refused if what is kept was tampered with", async () => {
    const key = `plans/5/${REVIEWED}/${BASE}/two.json`;
    project.github.merge(5, REVIEWED, OTHER_MERGE);
    await project.put(key, (await project.object(key)).replace('"pullRequest": 5', '"pullRequest": 6'));
    expect((await deploy()).stderr).toBe(
      `s3://acme-state/${key} is not a record of this plan (it is for another plan), so nothing was changed; open ` +
        "another pull request and merge that.",
    );
    await project.put(key, "another plan");
    expect((await deploy()).stderr).toContain(`s3://acme-state/${key} is not a record of this plan (`);
  });
});

describe("a record that somebody else forged", () => {
  const [commit, merge] = ["f1".repeat(20), "f2".repeat(20)];
  const forged = (record: string) => record.replaceAll(/"(terraform_data\.thing)": \{/g, '"terraform_data.other": {');

  beforeAll(async () => {
    await program("clean", "clean");
    await project.plan(30, commit);
  });

  test(
    "for the victim's commit, onto another branch whose workflow file is theirs, is not kept, though that pull " +
      "request is closed",
    async () => {
      const clean = project.uploaded();
      project.github.open(31, commit, "evil-base", project.github.branchOf(30));
      project.github.close(31);
      project.upload(Object.fromEntries(Object.entries(clean).map(([name, text]) => [name, forged(text)])));
      expect(await project.keep(commit)).toMatchObject({
        code: 1,
        stderr:
          `Commit ${commit} is also the head of pull request #31 into evil-base, which was closed. It cannot be ` +
          "determined which of the two was planned, so no plan was stored; push another commit, which may be empty: git commit " +
          `--allow-empty -m "Plan again".\n`,
      });
      expect((await project.keys()).filter((key) => key.includes(commit))).toEqual([]);
      expect(project.leftOnGitHub()).toEqual(["logs"]);
    },
  );

  test("is not kept either where that pull request was pushed to, retargeted and closed after its run had started", async () => {
    project.github.open(31, "f4".repeat(20), "main", project.github.branchOf(30));
    project.github.close(31, "2026-11-22T12:31:00Z");
    project.upload(project.uploaded());
    expect(await project.keep(commit)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `Commit ${commit} is on the branch of pull request #31 into main, which was closed. It cannot be ` +
          "determined which of the two was planned",
      ) as string,
    });
    expect((await project.keys()).filter((key) => key.includes(commit))).toEqual([]);
  });

  test("changes nothing even where it is kept: what is deployed is planned by the merge itself", async () => {
    const other = "f3".repeat(20);
    await project.plan(32, other);
    project.upload(Object.fromEntries(Object.entries(project.uploaded()).map(([name, text]) => [name, forged(text)])));
    expect(await project.keep(other)).toMatchObject({ code: 0 });
    project.github.merge(32, other, merge);
    const before = await Promise.all(["one", "two"].map(state));
    expect(await project.deploy(merge)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        "- one: terraform_data.other: update was reviewed, but is no longer planned\n- one: " +
          "terraform_data.thing: update is planned, but was not reviewed\n",
      ) as string,
    });
    expect(await Promise.all(["one", "two"].map(state))).toEqual(before);
  });
});

test("a commit that nobody reviewed is refused, and one from a fork", async () => {
  const [unreviewed, forked] = ["c".repeat(40), "d".repeat(40)];
  expect(said(await project.deploy(unreviewed)).stderr).toBe(
    `Commit ${unreviewed} did not come from a pull request into main, so it has no reviewed plan and ` +
      "nothing was changed. To deploy it, open a pull request; an empty commit is enough: git commit " +
      `--allow-empty -m "Deploy"`,
  );
  project.github.merge(9, REVIEWED, forked, { from: "mallory/site" });
  expect(said(await project.deploy(forked)).stderr).toBe(
    "Pull request #9 came from the fork mallory/site, and pull requests from forks get no plan, so nothing was " +
      "changed. To deploy its changes, open a pull request from a branch of acme/site; an empty commit is enough.",
  );
});

describe("what is uploaded", () => {
  const LOCAL = 'new LocalBackend(stack, { path: "terraform." + id + ".tfstate" })';
  const DIGEST = "d".repeat(32);
  const left = () => project.leftOnGitHub();

  async function keep(pullRequest: number, commit: string, ...stacks: string[]): Promise<Ended> {
    const record = (stack: string) =>
      JSON.stringify({
        version: 1,
        stack,
        configuration: { backend: DIGEST, providers: DIGEST },
        resources: { "a.b": { actions: ["create"], attributes: {} } },
        outputs: {},
      });
    project.upload(Object.fromEntries(stacks.map((stack) => [`${stack}.json`, record(stack)])));
    return project.keep(
      commit,
      [{ number: pullRequest, base: { ref: "main", sha: BASE } }],
      project.github.branchOf(pullRequest),
    );
  }

  test("is kept for a new stack, where all others share a bucket", async () => {
    const commit = "3".repeat(40);
    project.github.open(20, commit);
    await program("1", "1");
    expect(await keep(20, commit, "three")).toMatchObject({ code: 0 });
    expect(await project.keys()).toContain(`plans/20/${commit}/${BASE}/three.json`);
    expect(left()).toEqual(["logs"]);
  });

  test(
    "is not kept, none of it, while the commit is to be merged elsewhere too, and is taken off GitHub all the " +
      "same",
    async () => {
      const commit = "5".repeat(40);
      project.github.open(21, commit);
      project.github.open(22, commit, "release", project.github.branchOf(21));
      expect(await keep(21, commit, "one")).toMatchObject({
        code: 1,
        stderr:
          `Commit ${commit} is also the head of pull request #22 into release. It cannot be determined which of the ` +
          "two was planned, so no plan was stored; close #22, and push another commit, which may be empty: git commit " +
          `--allow-empty -m "Plan again".\n`,
      });
      expect((await project.keys()).filter((key) => key.includes(commit))).toEqual([]);
      expect(left()).toEqual(["logs"]);
    },
  );

  test("is not kept once no pull request ends with it", async () => {
    const commit = "6".repeat(40);
    project.github.open(28, commit);
    project.github.close(28);
    expect(await keep(28, commit, "one")).toMatchObject({
      code: 0,
      stdout: `no plan stored: no pull request has ${commit} as its head any more; it has newer commits or was closed\n`,
    });
    expect((await project.keys()).filter((key) => key.includes(commit))).toEqual([]);
    expect(left()).toEqual(["logs"]);
  });

  test("is not kept once it was pushed to again, while it was planned", async () => {
    const commit = "66".repeat(20);
    project.github.open(35, "67".repeat(20));
    expect(await keep(35, commit, "one")).toMatchObject({
      code: 0,
      stdout: `no plan stored: no pull request has ${commit} as its head any more; it has newer commits or was closed\n`,
    });
    expect(left()).toEqual(["logs"]);
  });

  test("is nothing if the plan failed, which is no error", async () => {
    const commit = "61".repeat(20);
    project.github.open(29, commit);
    expect(await keep(29, commit)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(
        /^no plan stored: run \d+ uploaded no records, because it planned nothing or the plan failed\n$/,
      ) as string,
    });
  });

  test("is deleted where it is no record", async () => {
    const commit = "62".repeat(20);
    project.github.open(29, commit);
    project.upload({ "one.json": "{}" });
    expect(await project.keep(commit, [], project.github.branchOf(29))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("(got one.json, which is not a valid record: ") as string,
    });
    expect(left()).toEqual(["logs"]);
  });

  test("stays on GitHub where AWS does not answer, so that the job can be run again", async () => {
    const commit = "65".repeat(20);
    await program("1", "1");
    project.github.open(34, commit);
    const { AWS_ENDPOINT_URL = "" } = project.room.env;
    project.room.env.AWS_ENDPOINT_URL = "http://127.0.0.1:9";
    expect(await keep(34, commit, "one")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Cannot write s3://acme-state/plans/34/") as string,
    });
    expect(left()).toEqual(["records", "logs"]);
    project.room.env.AWS_ENDPOINT_URL = AWS_ENDPOINT_URL;
    expect(await project.keep(commit, [], project.github.branchOf(34))).toMatchObject({
      code: 0,
      stdout: "one: changes, stored in acme-state\n",
    });
    expect(left()).toEqual(["logs"]);
  });

  test(
    "is kept by the commit that GitHub's event says it was planned against, else by what GitHub says of the pull " +
      "request",
    async () => {
      await program("1", "1");
      const [commit, base] = ["63".repeat(20), "64".repeat(20)];
      project.github.open(33, commit);
      project.upload({});
      await keep(33, commit, "one");
      project.upload({
        "one.json": JSON.stringify({
          version: 1,
          stack: "one",
          configuration: { backend: DIGEST, providers: DIGEST },
          resources: {},
          outputs: {},
        }),
      });
      expect(
        await project.keep(commit, [{ number: 33, base: { sha: base } }], project.github.branchOf(33)),
      ).toMatchObject({ code: 0 });
      expect((await project.keys()).filter((key) => key.includes(commit))).toEqual([
        `plans/33/${commit}/${BASE}/one.json`,
        `plans/33/${commit}/${base}/one.json`,
      ]);
    },
  );

  test("is kept whole or not at all", async () => {
    const commit = "8".repeat(40);
    project.github.open(23, commit);
    await program(
      "1",
      "1",
      `new S3Backend(stack, { bucket: id === "one" ? "acme-state" : "other-state", key: id + ` +
        `"/terraform.tfstate", region: "us-east-1" })`,
    );
    expect(await keep(23, commit, "one", "three")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        "three is not in main.ts of this branch, whose stacks have 2 state buckets;",
      ) as string,
    });
    expect((await project.keys()).filter((key) => key.includes(commit))).toEqual([]);
    expect(left()).toEqual(["logs"]);
  });

  test("is neither kept nor deployed while main.ts still names the placeholder", async () => {
    const [commit, merge] = ["d1".repeat(20), "d2".repeat(20)];
    project.github.open(27, commit);
    await program(
      "1",
      "1",
      'new S3Backend(stack, { bucket: id === "one" ? "acme-state" : "CHANGE-ME", key: id + ' +
        '"/terraform.tfstate", region: "us-east-1" })',
    );
    const refused = {
      code: 2,
      stdout: "",
      stderr:
        "backend.s3.bucket of two must be a bucket name of your own (got CHANGE-ME); set it in main.ts, then " +
        "run npx alb-web bootstrap",
    };
    expect(said(await keep(27, commit, "one"))).toEqual(refused);
    expect((await project.keys()).filter((key) => key.includes(commit))).toEqual([]);
    // It can be kept yet, once main.ts is corrected.
    expect(left()).toEqual(["records", "logs"]);
    project.github.merge(27, commit, merge);
    expect(said(await project.deploy(merge))).toEqual(refused);
  });

  test("is left out for a stack whose state is not in S3, as the comment said, and the other one is deployed", async () => {
    const [commit, merge] = ["4".repeat(40), "9".repeat(40)];
    await program(
      "mixed",
      "mixed",
      `if (id === "one") { ${LOCAL}; } else new S3Backend(stack, { bucket: "acme-state", key: id + ` +
        `"/terraform.tfstate", region: "us-east-1", encrypt: true })`,
    );
    await shell("rm -rf cdktf.out");
    expect(await project.plan(24, commit)).toMatchObject({ code: 0 });
    expect(project.github.comments.get(24)?.[0]?.body).toContain(
      "- `one`: 1 to create (merging does not deploy it, because its state is not in S3)\n- `two`: 1 to update\n",
    );
    const notDeployed =
      "one: not deployed by merging, because its state is not in S3; set backend: { s3: { bucket } }, or deploy " +
      "it by hand\n";
    expect(await project.keep(commit)).toMatchObject({ code: 0, stdout: "two: changes, stored in acme-state\n" });
    project.github.merge(24, commit, merge);
    expect(await project.deploy(merge)).toMatchObject({
      code: 0,
      stdout: `${notDeployed}two: 0 added, 1 changed, 0 destroyed\n`,
    });
  });
});

test("a commit that was merged into another branch is refused", async () => {
  const merge = "0".repeat(40);
  project.github.merge(25, REVIEWED, merge, { into: "release" });
  expect(said(await project.deploy(merge)).stderr).toContain(
    `Commit ${merge} did not come from a pull request into main, so it has no reviewed plan and nothing was ` +
      "changed.",
  );
});

test("apply works where the state is local", async () => {
  await program("local", "local", 'new LocalBackend(stack, { path: "terraform." + id + ".tfstate" })');
  await shell("rm -rf cdktf.out; node cli/alb-web.js plan one || true");
  expect(await shell("node cli/alb-web.js apply one")).toMatchObject({
    code: 0,
    stdout: 'one: 1 added, 0 changed, 0 destroyed\n\nvalue = "local"\n',
  });
  expect(existsSync(join(project.room.stackFolder("one"), "terraform.one.tfstate"))).toBe(true);
  expect(await readFile(join(project.room.stackFolder("one"), "terraform.one.tfstate"), "utf8")).toContain("local");
});
