import { execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { ProjectRoom } from "../../support/project-room";
import { needShell } from "../../support/shell";

/*
 * The real OpenTofu in terraform's place, named by TERRAFORM_BINARY_NAME; a terraform that fails stands first on PATH.
 */

jest.setTimeout(600_000);

const PROGRAM =
  'new WebStack(app, "web", { domainName: "www.example.com", hostedZone: { create: true, delegated: false }, ' +
  'backend: { s3: { bucket: "my-state" } } });';

let room: ProjectRoom;

beforeAll(async () => {
  needShell();
  const tofu = openTofu();
  room = await ProjectRoom.open();
  await room.localAws.seed({ region: "us-east-1", buckets: ["my-state"] });
  await room.program(PROGRAM);
  const programs = join(room.folder, "programs");
  await mkdir(programs);
  await writeFile(
    join(programs, "terraform"),
    '#!/bin/sh\necho "terraform was run: $*" >> "$(dirname "$0")/terraform.calls"\nexit 1\n',
  );
  await chmod(join(programs, "terraform"), 0o755);
  Object.assign(room.env, { TERRAFORM_BINARY_NAME: tofu, PATH: `${programs}${delimiter}${process.env.PATH}` });
});

afterAll(() => room?.close());

test("npx alb-web plan plans with it, and keeps its plan as file, JSON, text and review", async () => {
  const { code, stdout } = await room.shell("node cli/alb-web.js plan web");
  expect([code, stdout]).toEqual([2, "web: changes, plans/web.txt, plans/web.md\n"]);
  expect(await readFile(join(room.folder, "plans", "web.txt"), "utf8")).toContain(
    "OpenTofu will perform the following actions",
  );
  expect(await readFile(join(room.folder, "plans", "web.md"), "utf8")).toMatch(/^### ✔ [^]*`web`: 1 to create/);
  expect(JSON.parse(await readFile(join(room.folder, "plans", "web.json"), "utf8"))).toMatchObject({
    resource_changes: [{ change: { actions: ["create"] } }],
  });
});

test("cdktf deploy, diff and destroy work with it, with S3's own lock", async () => {
  expect(await room.cdktf("deploy web --auto-approve")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("next_step"),
  });
  expect(await room.cdktf("diff web")).toMatchObject({ code: 0, stdout: expect.stringContaining("No changes") });
  expect((await room.shell("node cli/alb-web.js plan web")).code).toBe(0);
  expect(await room.cdktf("destroy web --auto-approve")).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("1 destroyed"),
  });
});

test("npm run rehearse rehearses the whole site with it", async () => {
  await room.program('new WebStack(app, "web", { domainName: "www.example.com" });');
  const { code, stdout, stderr } = await room.shell("npm run -s rehearse");
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: expect.stringContaining("web: ok"),
    stderr: expect.stringContaining("opentofu 1."),
  });
});

test("the terraform on PATH was never run", async () => {
  await expect(readFile(join(room.folder, "programs", "terraform.calls"), "utf8")).rejects.toThrow("ENOENT");
});

function openTofu(): string {
  try {
    return execFileSync("sh", ["-c", "command -v tofu"], { encoding: "utf8" }).trim();
  } catch {
    throw new Error(
      "these tests run the real OpenTofu, and there is no tofu on PATH; install it as " +
        "opentofu.org/docs/intro/install says",
    );
  }
}
