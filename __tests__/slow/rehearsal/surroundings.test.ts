import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyOfProject } from "../../support/project-copy";
import { RehearsalRoom } from "../../support/rehearsal-room";
import { type CommandRun, start } from "../../support/rehearse-command";

/*
 * README's first command on machines that differ from ours, once everything is installed and cached: all of them at the
 * same time, each in a folder of its own and finding the provider by itself. One has all that is odd at once and goes
 * to the end; the others are stopped after the plan.
 */

jest.setTimeout(900_000);

/** A blank, letters beyond ASCII, and what a shell would take apart. */
const ODD = "alb-web Übung & 'é' ";

interface Run {
  readonly command: CommandRun;
  readonly temporary: string;
  readonly remove: () => Promise<void>;
}

const runs: Record<string, Run> = {};
let nobody: string;

beforeAll(async () => {
  // As after a first run: the project's cache has the provider.
  const room = await RehearsalRoom.open();
  try {
    const [stack] = await room.synthesize("site-with-more");
    if (stack === undefined) throw new Error("the fixture has no stack");
    await room.seed([stack]);
    await room.init(stack);
  } finally {
    await room.close();
  }
  nobody = await closedAddress();
  const proxy = { HTTP_PROXY: nobody, HTTPS_PROXY: nobody, http_proxy: nobody, https_proxy: nobody };
  const plain = "alb-web-copy-";
  runs["all of it"] = await run(ODD, { HOME: readOnlyHome(), ...proxy }, ODD);
  runs["a path with blanks and letters beyond ASCII"] = await run(ODD, {}, plain);
  runs["a home folder that is read-only"] = await run(plain, { HOME: readOnlyHome() }, plain);
  runs["a TMPDIR elsewhere"] = await run(plain, {}, ODD);
  runs["a proxy that leads nowhere"] = await run(plain, proxy, plain);
});

afterAll(async () => {
  await Promise.allSettled(Object.values(runs).map(({ command }) => command.ended));
  for (const { remove } of Object.values(runs)) await remove();
});

test.each([
  "a path with blanks and letters beyond ASCII",
  "a home folder that is read-only",
  "a TMPDIR elsewhere",
  "a proxy that leads nowhere",
])("a rehearsal gets through its plan with %s", async (what) => {
  const { command, temporary } = theRun(what);
  await command.says(/web: plan: [1-9]\d* to add/);
  process.kill(-command.pid, "SIGINT");
  const { stderr, leftOver } = await command.ended;
  expect(stderr).toMatch(/✔ (terraform|opentofu) [\d.]+, provider from \S/);
  expect(stderr).toMatch(/\nInterrupted by SIGINT; nothing is left running\.\n$/);
  expect(leftOver).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
});

test("a rehearsal gets to its end with all of it, while the others run", async () => {
  const { command, temporary } = theRun("all of it");
  const { code, stdout, stderr, leftOver } = await command.ended;
  expect([code, stderr]).toEqual([0, expect.stringContaining("web: destroy")]);
  expect(stdout).toMatch(/^web: ok /m);
  expect(leftOver).toEqual([]);
  expect(readdirSync(temporary)).toEqual([]);
});

function theRun(what: string): Run {
  const found = runs[what];
  if (found === undefined) throw new Error(`nothing was started with ${what}`);
  return found;
}

/** @param name of the checkout's folder @param temporaryName of the folder that TMPDIR names */
async function run(name: string, env: NodeJS.ProcessEnv, temporaryName: string): Promise<Run> {
  const { folder, remove } = await copyOfProject(name);
  const temporary = mkdtempSync(join(tmpdir(), temporaryName));
  // What the tests' own set-up has found is not handed on.
  const { TF_CLI_CONFIG_FILE: _found, ...inherited } = process.env;
  const command = start("npm", ["run", "-s", "rehearse"], {
    cwd: folder,
    env: { ...inherited, TMPDIR: temporary, ...env },
  });
  return {
    command,
    temporary,
    remove: async () => {
      rmSync(temporary, { recursive: true, force: true });
      await remove();
    },
  };
}

/** Where nobody may write, not even root: /proc on Linux. */
function readOnlyHome(): string {
  if (process.platform === "linux") return "/proc/sys";
  const folder = mkdtempSync(join(tmpdir(), "alb-web-home-"));
  chmodSync(folder, 0o500);
  return folder;
}

/** An address of this machine where nobody listens. */
async function closedAddress(): Promise<string> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return `http://127.0.0.1:${port}`;
}
