import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RehearsalResult } from "../../../rehearsal/rehearsal-run";
import { copyOfProject } from "../../support/project-copy";
import { type EndedCommand, start } from "../../support/rehearse-command";

/* `rehearse` on a machine on which nothing can be applied. */

let checkout: Awaited<ReturnType<typeof copyOfProject>>;
let room: string;
let temporary: string;

beforeAll(async () => {
  checkout = await copyOfProject();
  room = mkdtempSync(join(tmpdir(), "alb-web-tools-"));
  temporary = join(room, "tmp");
  mkdirSync(temporary);
  const bin = join(room, "bin");
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, "node"));
  symlinkSync("/bin/sh", join(bin, "sh"));
});

afterAll(async () => {
  await checkout.remove();
  rmSync(room, { recursive: true, force: true });
});

function rehearse(env: NodeJS.ProcessEnv, ...args: string[]): Promise<EndedCommand> {
  return start(process.execPath, ["cli/alb-web.js", "rehearse", ...args], {
    cwd: checkout.folder,
    env: { ...process.env, TMPDIR: temporary, ...env },
  }).ended;
}

const WITHOUT_TERRAFORM = { TERRAFORM_BINARY_NAME: "/nowhere/terraform" };
const FIRST =
  "Nothing was applied: the rehearsal left out plan, apply, second plan and destroy, because TERRAFORM_BINARY_NAME is " +
  "'/nowhere/terraform', which is missing; set it to a terraform or OpenTofu of at least 1.10.0, or unset it";

test("without terraform, the first line says what was left out and how to get it, and the exit code is 3", async () => {
  const { code, stdout, stderr, leftOver } = await rehearse(WITHOUT_TERRAFORM);
  expect([code, leftOver]).toEqual([3, []]);
  expect(stdout.split("\n").slice(0, 3)).toEqual([FIRST, "", expect.stringMatching(/^web: unknown \(\d+ s\)$/)]);
  expect(stdout).toMatch(/│ 5\.7 .* \? unknown │ not applied: Terraform or its provider is not available/);
  expect(stderr).toMatch(/web: trace the synthesized stack: ok/);
  // The next step is in the first line.
  expect(stderr).not.toContain("Next");
  expect(readdirSync(temporary)).toEqual([]);
});

test("as JSON, that line goes to standard error", async () => {
  const { code, stdout, stderr } = await rehearse(WITHOUT_TERRAFORM, "--format", "json", "--keep");
  const [result] = JSON.parse(stdout) as RehearsalResult[];
  expect(code).toBe(3);
  expect(result).toMatchObject({ stack: "web", verdict: "unknown" });
  expect(result?.steps.find(({ id }) => id === "trace")).toMatchObject({
    verdict: "unknown",
    observed: "the synthesized stack is ok; there is no plan and no state",
  });
  expect(stderr).toContain(FIRST.replace(" and destroy,", " and destroy, and keeps no local AWS,"));
});

test("without Python, the local AWS cannot be started, and the rest is the same", async () => {
  // The project's own Python would be found without PATH.
  rmSync(join(checkout.folder, ".rehearsal"));
  const terraform = join(room, "terraform");
  writeFileSync(terraform, `#!/bin/sh\necho '{"terraform_version": "1.11.4"}'\n`, { mode: 0o755 });
  const { code, stdout } = await rehearse({ PATH: join(room, "bin"), TERRAFORM_BINARY_NAME: terraform });
  expect(code).toBe(3);
  expect(stdout.split("\n")[0]).toMatch(
    /^Nothing was applied: .* because the local AWS requires Python, and there is none on PATH .*; install Python 3\.10 or later/,
  );
  expect(stdout).toMatch(/│ 5\.7 .* not applied: Python for the local AWS is not available/);
});
