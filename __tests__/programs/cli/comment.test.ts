import { COMMENT_LIMIT, commentBody, MARKER, type PlannedStack } from "../../../cli/github/comment-body";
import { GitHub } from "../../../cli/github/github";
import { hasChanges, shownSummary, summaryOf } from "../../../cli/github/plan-summary";
import { review } from "../../../path/review/review";
import { BOT, GitHubApi, REPOSITORY } from "../../support/github-api";
import { planOf, replaced } from "../../support/standing-site";

const COMMIT = "a".repeat(40);
const WHOLE_AT = "https://github.com/acme/site/actions/runs/77";
/** Both instances of a site are replaced. */
const REVIEW = review(
  planOf({ "aws_instance.a": replaced("ami", { ami: "ami-2" }), "aws_instance.b": replaced("ami", { ami: "ami-2" }) }),
);
const NOTHING = { create: 0, update: 0, replace: 0, destroy: 0, others: 0 };

describe("a plan's summary", () => {
  const resource = (actions: string[], more: object = {}) => ({
    mode: "managed",
    address: "aws_lb.a",
    change: { actions },
    ...more,
  });
  const plan = (resource_changes: object[], output_changes: object = {}) => ({
    format_version: "1.2",
    resource_changes,
    output_changes,
  });

  test("counts what is created, updated, replaced either way round, and destroyed", () => {
    const all = [
      ["create"],
      ["create"],
      ["update"],
      ["delete", "create"],
      ["create", "delete"],
      ["delete"],
      ["no-op"],
    ].map((actions) => resource(actions));
    expect(summaryOf(plan(all))).toEqual({ create: 2, update: 1, replace: 2, destroy: 1, others: 0 });
    expect(shownSummary(summaryOf(plan(all)))).toBe("2 to create, 1 to update, 2 to replace, 1 to destroy");
  });

  test.each<[string, object, boolean]>([
    ["nothing", plan([resource(["no-op"])], { url: { actions: ["no-op"] } }), false],
    ["no resources at all", {}, false],
    [
      "data that is read during the apply",
      plan([{ mode: "data", address: "data.aws_ami.a", change: { actions: ["read"] } }]),
      false,
    ],
    ["an output", plan([], { url: { actions: ["update"] } }), true],
    [
      "an import without a change",
      plan([resource(["no-op"], { change: { actions: ["no-op"], importing: { id: "x" } } })]),
      true,
    ],
    ["a resource that is only called otherwise", plan([resource(["no-op"], { previous_address: "aws_lb.b" })]), true],
    ["a resource that is forgotten", plan([resource(["forget"])]), true],
    ["one that is forgotten and created again", plan([resource(["create", "forget"])]), true],
    ["what no terraform does so far", plan([resource(["exchange"])]), true],
  ])("determines whether %s is a change", (_, it, expected) => {
    expect(hasChanges(summaryOf(it))).toBe(expected);
  });

  test("counts what is forgotten and created again as the review in the same comment does", () => {
    const again = plan([{ ...resource(["create", "forget"]), type: "aws_lb" }]);
    expect(summaryOf(again)).toEqual({ ...review(again).report.counts, others: 0 });
    expect(shownSummary(summaryOf(again))).toBe("1 to create");
  });

  test.each([undefined, null, [], { resource_changes: 1 }])("refuses %j, which is no plan", (it) => {
    expect(() => summaryOf(it)).toThrow();
  });
});

describe("the comment", () => {
  const stack = (id: string, text: string, summary = { ...NOTHING, create: 2 }, isDeployed = true): PlannedStack => ({
    id,
    summary,
    text,
    isDeployed,
    review: REVIEW,
  });
  const body = (stacks: PlannedStack[], limit?: number) =>
    commentBody({ commit: COMMIT, stacks, wholeAt: WHOLE_AT, limit });

  test("names the commit, lists each stack in a line, and folds the plans of those that change", () => {
    const [head = "", reported = "", ...rest] = body([
      stack("production", "Plan: 2 to add"),
      stack("staging", "No changes.", NOTHING),
    ]).split(/^(?=### ✖ Outage)|(?<=(?:<\/details>|```)\n)\n*(?=\nAfter the merge)/m);
    expect(head).toBe(
      `${MARKER}\n### Plan of ${COMMIT}\n\n- \`production\`: 2 to create\n- \`staging\`: no changes\n\n`,
    );
    expect(reported).toMatch(
      /^### ✖ Outage: `www.example.com` is unreachable until the new instances have booted and pass health checks\.\n\n`production`: /,
    );
    expect(reported).toMatch(/```mermaid\n%%.*\nflowchart TB\n/);
    expect(rest.join("").trim()).toBe(
      [
        "After the merge, a new plan is made. It is applied only if it does exactly this.",
        "",
        "<details><summary>Plan of <code>production</code></summary>",
        "",
        "```text",
        "Plan: 2 to add",
        "```",
        "",
        "</details>",
      ].join("\n"),
    );
  });

  test("says nothing of what plans do where nothing changes", () => {
    expect(body([stack("staging", "No changes.", NOTHING)])).toBe(
      `${MARKER}\n### Plan of ${COMMIT}\n\n- \`staging\`: no changes`,
    );
  });

  test("does without a review where one could not be made", () => {
    expect(body([{ ...stack("web", "Plan: 2 to add"), review: undefined }])).not.toContain("### ✖");
    expect(body([{ ...stack("web", "Plan: 2 to add"), review: undefined }])).toContain(
      "- `web`: 2 to create\n\nAfter the merge, a new plan is made",
    );
  });

  test("promises no deploy of a stack whose state is not in S3", () => {
    const alone = body([stack("web", "-", undefined, false)]);
    expect(alone).toContain("- `web`: 2 to create (merging does not deploy it, because its state is not in S3)\n");
    expect(alone).not.toContain("Merging applies");
    expect(body([stack("web", "-", undefined, false), stack("other", "-")])).toContain(
      "After the merge, a new plan is made",
    );
  });

  test("shows what is replaced or destroyed in bold", () => {
    expect(body([stack("web", "-", { ...NOTHING, replace: 1 })])).toContain("- `web`: **1 to replace**");
    expect(body([stack("web", "-", { ...NOTHING, destroy: 1 })])).toContain("- `web`: **1 to destroy**");
  });

  test.each(["```\n</details>\n# mine", "`````\n@everyone", "a ```` b"])(
    "is not left by a plan that says %j",
    (text) => {
      const lines = body([stack("web", text)]).split("\n");
      const opening = lines.findIndex((line) => /^`+text$/.test(line));
      const fence = lines[opening]!.replace("text", "");
      // CommonMark: only a line of at least as many backticks ends a block.
      const closing = lines.findIndex(
        (line, index) => index > opening && /^ {0,3}`+\s*$/.test(line) && line.trim().length >= fence.length,
      );
      expect(lines.slice(opening + 1, closing).join("\n")).toBe(text);
      expect(lines.slice(closing)).toEqual([fence, "", "</details>", ""]);
    },
  );

  test.each([600, 1_000, 5_000, COMMENT_LIMIT])(
    "has at most %i characters, cut at a line's end, and says where the rest is",
    (limit) => {
      const line = '  + resource "aws_lb" "web" {}';
      const long = Array(10_000).fill(line).join("\n");
      const cut = body([stack("one", long), stack("two", "short"), stack("three", long)], limit);
      expect(cut.length).toBeLessThanOrEqual(limit);
      expect(cut.split("\n").filter((it) => it.includes("resource") && it !== line)).toEqual([]);
      expect(cut).toContain(
        `Cut off at GitHub's limit for comments; the full plan is in the [summary of the run](${WHOLE_AT}).`,
      );
      if (limit === COMMENT_LIMIT) expect(cut.length).toBeGreaterThan(COMMENT_LIMIT - 200);
      expect(cut.match(/<details[ >]/g)?.length ?? 0).toBe(cut.match(/<\/details>/g)?.length ?? 0);
    },
  );

  test("omits stacks that change nothing first, if there are too many to list, and says so", () => {
    const many = Array.from({ length: 900 }, (_, index) =>
      stack(`${index}-${"x".repeat(120)}`, "long ".repeat(100), index % 2 === 0 ? NOTHING : { ...NOTHING, create: 1 }),
    );
    const cut = body(many);
    expect(cut.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(cut.length).toBeGreaterThan(COMMENT_LIMIT - 400);
    const reported = cut.split("\n").filter((line) => line.startsWith("- `"));
    expect(reported.filter((line) => line.endsWith("1 to create"))).toHaveLength(450);
    expect(cut).toContain(
      `- and ${900 - reported.length} more stacks that do not fit in a GitHub comment; all stacks are in the ` +
        `[summary of the run](${WHOLE_AT}).`,
    );
    expect(cut).toContain("\nAfter the merge, a new plan is made");
  });

  test("leaves the room that a short plan does not need to the long ones", () => {
    const long = Array(10_000).fill("  + line").join("\n");
    const cut = body([stack("one", long), stack("two", "short")], 10_000);
    expect(cut).toContain("\nshort\n");
    expect(cut.length).toBeGreaterThan(9_900);
  });
});

describe("GitHub", () => {
  let api: GitHubApi;
  const github = (env: object = {}) => GitHub.of({ ...api.env, ...env }, new AbortController().signal);

  beforeEach(async () => {
    api = await GitHubApi.start();
  });
  afterEach(() => api.stop());

  test("gives all pages of a pull request's comments", async () => {
    for (let i = 0; i < 201; i += 1) api.comment(7, "somebody", `${i}`);
    expect((await github().comments(7)).map(({ body }) => Number(body))).toEqual(
      Array.from({ length: 201 }, (_, i) => i),
    );
    expect(api.calls).toHaveLength(3);
  });

  test("changes the comment that is given to it", async () => {
    const [mine, other] = [api.comment(7, BOT, `${MARKER} old`), api.comment(7, BOT, "other")];
    await github().updateComment(mine.id, "new");
    expect([mine.body, other.body]).toEqual(["new", "other"]);
  });

  test("deletes what a run left under a name, and nothing else", async () => {
    const others = Array.from({ length: 150 }, (_, id) => ({ id: id + 10, name: "logs" }));
    api.artifacts.set(5, [...others, { id: 1, name: "plans" }]).set(6, [{ id: 2, name: "plans" }]);
    await github().deleteArtifacts(5, "plans");
    expect(api.artifacts.get(5)).toEqual(others);
    expect(api.artifacts.get(6)).toHaveLength(1);
  });

  test.each<[string, { status: number; body?: object; headers?: Record<string, string> }, string]>([
    [
      "a token that it does not know",
      { status: 401 },
      "GitHub does not accept GITHUB_TOKEN (GET issues/7/comments); in a workflow, use ${{ github.token }}, " +
        "otherwise a token that has not expired.",
    ],
    [
      "a token that may not",
      { status: 403 },
      "GITHUB_TOKEN lacks a permission (GET issues/7/comments); add to the job: permissions: pull-requests: write. " +
        "A pull request from a fork never gets more than read permissions.",
    ],
    [
      "too many calls",
      { status: 403, headers: { "x-ratelimit-remaining": "0" } },
      "GitHub's rate limit of this token is exceeded (GET issues/7/comments); run the job again in an hour.",
    ],
    [
      "something that is not there",
      { status: 404 },
      `GitHub did not find GET issues/7/comments in ${REPOSITORY}, or the token may not read it; check the ` +
        "number, and that the job has permissions: pull-requests: write.",
    ],
    [
      "an error of its own",
      { status: 502, body: { message: "Server Error" } },
      "GitHub returned 502 (GET issues/7/comments): Server Error",
    ],
  ])("answers %s with a sentence", async (_, error, sentence) => {
    api.error = error;
    await expect(github().comments(7)).rejects.toHaveProperty("message", sentence);
  });

  test("that answers with something else than JSON, as a proxy does, is reported as such", async () => {
    api.error = { status: 200, text: "<html>sign in</html>" };
    await expect(github().comments(7)).rejects.toThrow(
      new Error(
        `GitHub (${api.env.GITHUB_API_URL}) returned 200 without JSON (GET issues/7/comments): <html>sign ` +
          "in</html>; the response may come from a proxy. Check GITHUB_API_URL and try again.",
      ),
    );
  });

  test("that does not answer is reported as such", async () => {
    await expect(github({ GITHUB_API_URL: "http://127.0.0.1:1" }).comments(7)).rejects.toThrow(
      "GitHub (http://127.0.0.1:1) did not respond: ",
    );
  });

  test.each([
    [
      { GITHUB_TOKEN: "" },
      "GITHUB_TOKEN must be set; in a workflow, add to the step: env: GITHUB_TOKEN: ${{ github.token }}",
    ],
    [{ GITHUB_REPOSITORY: "acme" }, "GITHUB_REPOSITORY must be OWNER/REPO, as GitHub Actions sets it (got 'acme')"],
    [{ GITHUB_REPOSITORY: undefined }, "GITHUB_REPOSITORY must be OWNER/REPO, as GitHub Actions sets it (got '')"],
  ])("is not asked with %j", (env, sentence) => {
    expect(() => github(env)).toThrow(sentence);
  });
});
