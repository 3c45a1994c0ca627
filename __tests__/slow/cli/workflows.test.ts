import { readdirSync } from "node:fs";
import { BASE, BOT } from "../../support/github-api";
import { GitHubProject } from "../../support/github-project";
import type { Ended } from "../../support/project-room";

/*
 * A change's way from pull request to AWS: each workflow's own lines, one after the other, with the real terraform and
 * provider against the local AWS, and GitHub's API stood in for.
 */

jest.setTimeout(300_000);

const FIRST = "1".repeat(40);
const SECOND = "2".repeat(40);
const MERGE = "e".repeat(40);
const KEY = `plans/7/${SECOND}/${BASE}/web.json`;
const kept = async () => (await project.keys()).filter((key) => key.startsWith("plans/"));
const site = (tags: object) =>
  `new WebStack(app, "web", { domainName: "www.example.com", hostedZone: { create: true, delegated: false }, ` +
  `backend: { s3: { bucket: "acme-state" } }, tags: ${JSON.stringify(tags)} });`;

let project: GitHubProject;
let first: Ended;

beforeAll(async () => {
  project = await GitHubProject.open();
  for (let index = 0; index < 100; index += 1) project.github.comment(7, "somebody", `opinion ${index}`);
  await project.room.program(site({ version: "one" }));
  first = await project.plan(7, FIRST);
});

afterAll(() => project?.close());

const ours = () => (project.github.comments.get(7) ?? []).filter(({ user }) => user.login === BOT);

test("a pull request is planned, and the plan is reported in a comment", async () => {
  expect(first).toMatchObject({ code: 0 });
  expect(ours()).toEqual([
    expect.objectContaining({
      body: expect.stringMatching(
        new RegExp(`^<!-- alb-web plan -->\n### Plan of ${FIRST}\n\n- \`web\`: 1 to create\n`),
      ) as string,
    }),
  ]);
  expect(ours()[0]?.body).toMatch(/^### ✔ /m);
  expect(ours()[0]?.body).toContain('resource "aws_route53_zone"');
  expect(await project.summary()).toContain('resource "aws_route53_zone"');
});

test("a second push updates the comment, and makes no other", async () => {
  await project.room.program(site({ version: "two" }));
  expect(await project.plan(7, SECOND)).toMatchObject({ code: 0 });
  expect(ours()).toEqual([expect.objectContaining({ body: expect.stringContaining(`Plan of ${SECOND}`) as string })]);
  expect(ours()[0]?.body).toContain('"two"');
});

test("a comment of somebody else is not ours, whatever is in it", async () => {
  const theirs = project.github.comment(8, "somebody", "<!-- alb-web plan -->\nmine");
  const { code } = await project.room.shell(
    `node cli/alb-web.js comment --pull-request 8 --commit ${SECOND}`,
    project.github.env,
  );
  expect(code).toBe(0);
  expect(theirs.body).toBe("<!-- alb-web plan -->\nmine");
  expect(project.github.comments.get(8)).toHaveLength(2);
});

test("what it does is kept in the state bucket, encrypted, and taken off GitHub", async () => {
  expect(readdirSync(`${project.artifacts}/records`).sort()).toEqual(["web.json"]);
  expect(await project.keep(SECOND)).toMatchObject({ code: 0, stdout: "web: changes, stored in acme-state\n" });
  expect(await kept()).toEqual([KEY]);
  expect(await project.encryptionOf(KEY)).toBe("AES256");
  expect(project.leftOnGitHub()).toEqual(["logs"]);
});

test("no value of the plan is in it", async () => {
  const record = await project.object(KEY);
  expect(record).toContain("aws_route53_zone");
  expect(record).not.toMatch(/example|two/);
});

test("what is kept can be kept again, but not overwritten", async () => {
  const before = await project.object(KEY);
  const records = project.uploaded();
  project.upload(records);
  expect(await project.keep(SECOND)).toMatchObject({ code: 0 });
  const { stack, ...record } = JSON.parse(records["web.json"] ?? "") as { stack: string };
  project.upload({ "web.json": JSON.stringify({ ...record, stack, resources: {} }) });
  expect(await project.keep(SECOND)).toMatchObject({
    code: 1,
    stderr:
      `s3://acme-state/${KEY} already exists with different content. It is not overwritten, because the reviewed ` +
      "plan must be the deployed plan. To plan the same change again, push another commit, which may be empty: git commit " +
      `--allow-empty -m "Plan again".\n`,
  });
  expect(await project.object(KEY)).toBe(before);
  expect(project.leftOnGitHub()).toEqual(["logs"]);
});

test("merging applies it", async () => {
  project.github.merge(7, SECOND, MERGE);
  expect(await project.deploy(MERGE)).toMatchObject({ code: 0, stdout: "web: 1 added, 0 changed, 0 destroyed\n" });
  expect(await project.object("web/terraform.tfstate")).toContain('"version": "two"');
});

test("the same job again applies nothing twice", async () => {
  expect(await project.deploy(MERGE)).toMatchObject({ code: 0, stdout: "web: already applied\n" });
});
