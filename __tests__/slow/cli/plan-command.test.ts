import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FamilyWatch } from "../../support/processes";
import { ProjectRoom } from "../../support/project-room";

/* `npx alb-web plan` in a person's checkout: two stacks that are as small as can be, their states in S3. */

jest.setTimeout(180_000);

const zone = (id: string, domain: string) =>
  `const ${id} = new WebStack(app, "${id}", { domainName: "www.${domain}", hostedZone: { create: true, ` +
  `delegated: false }, backend: { s3: { bucket: "my-state" } } });`;
const SECRET = '{ value: "correct horse battery staple", sensitive: true }';
const KINDS = ["tfplan", "json", "txt", "md"];

let room: ProjectRoom;

beforeAll(async () => {
  room = await ProjectRoom.open();
  await room.localAws.seed({ region: "us-east-1", buckets: ["my-state"] });
  await room.program(
    zone("web", "example.com"),
    zone("shop", "example.org"),
    `web.addOverride("output.secret", ${SECRET});`,
  );
});

afterAll(() => room.close());

test("all stacks are planned, with terraform's code for changes, and each is kept as file, JSON, text and review", async () => {
  const { code, stdout, stderr } = await room.shell("node cli/alb-web.js plan");
  expect([code, stdout]).toEqual([
    2,
    "shop: changes, plans/shop.txt, plans/shop.md\nweb: changes, plans/web.txt, plans/web.md\n",
  ]);
  expect(stderr).toContain("The .tfplan and .json files can contain secrets in clear text");
  for (const file of ["web", "shop"].flatMap((id) => KINDS.map((kind) => `plans/${id}.${kind}`)))
    expect([file, existsSync(join(room.folder, file))]).toEqual([file, true]);
  expect(readdirSync(join(room.folder, "plans"))).toHaveLength(2 * KINDS.length);
  for (const kind of ["tfplan", "json"])
    expect(statSync(join(room.folder, "plans", `web.${kind}`)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await kept("web.json"))).toMatchObject({
    format_version: expect.stringMatching(/^1\./),
    resource_changes: [{ type: "aws_route53_zone", change: { actions: ["create"] } }],
  });
  expect(await kept("web.txt")).toContain("Plan: 1 to add, 0 to change, 0 to destroy.");
});

test("a sensitive value is in the JSON, as the warning says, and not in the text or the review", async () => {
  expect(await kept("web.json")).toContain("correct horse");
  for (const shown of ["web.txt", "web.md"]) expect(await kept(shown)).not.toContain("correct horse");
  expect(await kept("web.txt")).toContain("(sensitive value)");
});

test("planned once more, only the time of the plan differs", async () => {
  const before = { json: await kept("web.json"), txt: await kept("web.txt") };
  expect((await room.shell("node cli/alb-web.js plan web")).code).toBe(2);
  const withoutTime = (json: string) => json.replace(/"timestamp":"[^"]+"/, "");
  expect([withoutTime(await kept("web.json")), await kept("web.txt")]).toEqual([withoutTime(before.json), before.txt]);
});

test("the plan is terraform's own: it can be applied, and then there are no changes", async () => {
  const applied = await room.shell("$TERRAFORM -chdir=cdktf.out/stacks/web apply -no-color $PWD/plans/web.tfplan", {
    TERRAFORM: room.env.TERRAFORM_BINARY_NAME ?? "terraform",
  });
  expect([applied.code, applied.stdout]).toEqual([0, expect.stringContaining("1 added")]);
  const { code, stdout } = await room.shell("node cli/alb-web.js plan web");
  expect([code, stdout]).toEqual([0, "web: no changes, plans/web.txt, plans/web.md\n"]);
});

test("a stack that does not exist is one sentence and code 1, as 2 means changes", async () => {
  const { code, stdout, stderr } = await room.shell("node cli/alb-web.js plan wbe");
  expect([code, stdout, stderr]).toEqual([
    1,
    "",
    expect.stringContaining("<stack> must be a stack of main.ts: shop, web (got wbe)\n"),
  ]);
});

test("when a plan fails, code 1 and one sentence, printed once; no older plan is left in its place", async () => {
  const { code, stdout, stderr } = await room.shell("node cli/alb-web.js plan shop", {
    AWS_ACCESS_KEY_ID: "",
    AWS_SECRET_ACCESS_KEY: "",
    AWS_EC2_METADATA_DISABLED: "true",
  });
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr.match(/There are no AWS credentials/g)).toHaveLength(1);
  expect(KINDS.map((kind) => existsSync(join(room.folder, "plans", `shop.${kind}`)))).toEqual(KINDS.map(() => false));
});

test("interrupted, it leaves no process and no lock", async () => {
  const child = spawn("npx", ["alb-web", "plan", "web"], {
    cwd: room.folder,
    env: room.env,
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
  });
  const family = new FamilyWatch(child.pid ?? 0);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await new Promise<void>((planning) =>
    child.stderr.on("data", (text: Buffer) => text.includes("terraform plan") && planning()),
  );
  await new Promise((wake) => setTimeout(wake, 3_000));
  // As Ctrl-C does: to the whole group.
  process.kill(-(child.pid ?? 0), "SIGINT");
  expect(await ended).not.toBe(0);
  expect(family.leftOver()).toEqual([]);
  expect((await room.shell("aws s3 ls s3://my-state/web/")).stdout).not.toContain("tflock");
});

function kept(file: string): Promise<string> {
  return readFile(join(room.folder, "plans", file), "utf8");
}
