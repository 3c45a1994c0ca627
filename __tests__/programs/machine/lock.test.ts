import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { WorkFailed } from "../../../machine/errors";
import { withLock } from "../../../machine/files/lock";
import { Terraform } from "../../../machine/terraform/terraform";
import { isRunning } from "../../../rehearsal/local-aws";
import { fullDevice } from "../../support/full-device";
import { PROJECT } from "../../support/project";

/* One holder at a time, in this process and in others, however a holder ends and whatever lies in its file. */

let folder: string;
let lock: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-lock-"));
  lock = join(folder, "lock");
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a program that has `withLock`, `Terraform` and `lock`. */
function run(program: string): ChildProcess {
  const head =
    `const { withLock } = require("./machine/files/lock.ts"); const { Terraform } = ` +
    `require("./machine/terraform/terraform.ts"); ` +
    `const lock = ${JSON.stringify(lock)};`;
  const child = spawn(process.execPath, ["-r", "./cli/typescript.js", "-e", `${head}\n${program}`], {
    cwd: PROJECT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  return child;
}

const endOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once("exit", resolve));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20);
}

/** A process that holds the lock until it is killed. */
async function holder(): Promise<ChildProcess> {
  const child = run(
    `void withLock(lock, () => undefined, () => new Promise(() => { console.log("held"); setInterval(() => ` +
      "undefined, 1000); }));",
  );
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  return child;
}

/** Who holds the lock, as reported to whoever waits for it; nothing if nobody does. */
async function heldBy(): Promise<string | undefined> {
  const stopping = new AbortController();
  let reported: string | undefined;
  const onWait = (who: string) => {
    reported = who;
    stopping.abort();
  };
  await withLock(lock, onWait, () => Promise.resolve(), stopping.signal).catch(() => undefined);
  return reported;
}

test("whoever waits learns once for whom, and stops when it is interrupted", async () => {
  const { pid } = await holder();
  const stopping = new AbortController();
  const reported: string[] = [];
  const waiting = withLock(
    lock,
    (who) => reported.push(who),
    () => Promise.resolve("done"),
    stopping.signal,
  ).catch((error: unknown) => error);
  await until(() => reported.length > 0);
  stopping.abort(new WorkFailed("interrupted"));
  expect(await waiting).toEqual(new WorkFailed("interrupted"));
  expect(reported).toEqual([`process ${pid}`]);
});

test("a holder that is killed has let go", async () => {
  const child = await holder();
  expect(await heldBy()).toBe(`process ${child.pid}`);
  child.kill("SIGKILL");
  await endOf(child);
  expect(await heldBy()).toBeUndefined();
});

test("a holder that works for longer than anybody expected is not passed by", async () => {
  const { pid } = await holder();
  const longAgo = new Date(Date.now() - 24 * 60 * 60_000);
  utimesSync(lock, longAgo, longAgo);
  expect(await heldBy()).toBe(`process ${pid}`);
});

test.each([
  ["of a process that runs", () => String(process.pid)],
  ["that is empty, as a full disk left it", () => ""],
  ["of no known kind", () => "x\n"],
])("a file of an earlier version %s holds nobody up", async (_, content) => {
  writeFileSync(lock, content());
  expect(await heldBy()).toBeUndefined();
});

test("a full disk, which takes no note of who holds it, is no reason not to work", async () => {
  symlinkSync(fullDevice(), lock);
  expect(
    await withLock(
      lock,
      () => undefined,
      () => Promise.resolve("done"),
    ),
  ).toBe("done");
});

test("within one process, too, one works after the other, also after one that fails", async () => {
  const log: string[] = [];
  const work = (name: string) =>
    withLock(
      lock,
      () => undefined,
      async () => {
        log.push(`${name} begins`);
        await pause(20);
        log.push(`${name} ends`);
        if (name === "a") throw new Error("failed");
      },
    );
  await Promise.allSettled([work("a"), work("b"), work("c")]);
  expect(log).toHaveLength(6);
  for (let index = 0; index < log.length; index += 2)
    expect(log[index + 1]).toBe(log[index]?.replace("begins", "ends"));
});

test("of several processes never two work at once, even if some are killed while they work", async () => {
  const [place, go] = [join(folder, "place"), join(folder, "go")];
  writeFileSync(lock, "4194304");
  const workers = ["killed", "1", "2", "killed", "3"].map((name, index) =>
    run(`
    const { existsSync, mkdirSync, rmSync, writeFileSync } = require("node:fs");
    const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));
    const round = () => withLock(lock, () => undefined, async () => {
      mkdirSync(${JSON.stringify(place)});
      await pause(20);
      rmSync(${JSON.stringify(place)}, { recursive: true });
      // Nothing is half done here.
      if (${JSON.stringify(name)} === "killed") process.kill(process.pid, "SIGKILL");
    });
    writeFileSync(${JSON.stringify(join(folder, "ready"))} + ${index}, "");
    void (async () => {
      while (!existsSync(${JSON.stringify(go)})) await pause(5);
      for (let count = 0; count < 5; count++) await round();
    })();
  `),
  );
  const ends = workers.map(endOf);
  // All at once, so that there is something to keep apart.
  await until(() => workers.every((_, index) => existsSync(join(folder, `ready${index}`))));
  writeFileSync(go, "");
  const codes = await Promise.all(ends);
  expect(codes).toEqual([null, 0, 0, null, 0]);
  // Nobody has left it.
  mkdirSync(place);
  rmdirSync(place);
});

test("terraform that outlives its command keeps the lock until it has ended", async () => {
  const [terraform, go] = [join(folder, "terraform"), join(folder, "go")];
  writeFileSync(terraform, `#!/bin/sh\necho $$ > pid.new; mv pid.new pid\nuntil [ -e go ]; do sleep 0.1; done\n`, {
    mode: 0o755,
  });
  const command = run(`
    const terraform = new Terraform({ command: ${JSON.stringify(terraform)}, folder: ${JSON.stringify(folder)}, env: process.env });
    void withLock(lock, () => undefined, (held) => terraform.holding(held).run(["init"]));
  `);
  await until(() => existsSync(join(folder, "pid")));
  command.kill("SIGKILL");
  await endOf(command);
  expect(await heldBy()).toBe(`a program that process ${command.pid} started before it ended`);
  writeFileSync(go, "");
  const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
  await until(() => !isRunning(pid));
  expect(await heldBy()).toBeUndefined();
});

test("terraform that has ended holds it no longer, while the command goes on", async () => {
  const terraform = new Terraform({ command: "true", folder, env: process.env });
  await withLock(
    lock,
    () => undefined,
    (held) => terraform.holding(held).run(["init"]),
  );
  expect(await heldBy()).toBeUndefined();
});
