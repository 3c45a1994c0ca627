import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writeFile } from "../../../machine/files/write-file";
import type { Nginx } from "../../../machine/setup/nginx";
import { firstLine } from "../../../machine/setup/program";
import type { TargetProgram } from "../../../path/serve/nginx-configuration";
import { freePort, type HeldPort, holdPort } from "./ports";
import type { RunningProgram } from "./program";

/** NGINX refused the configuration; the message is NGINX's own. */
export class NginxRefused extends Error {}

export interface NginxOptions {
  readonly nginx: Nginx;
  readonly program: Extract<TargetProgram, { kind: "nginx" }>;
  /** The loopback port for each port that the configuration proxies to. */
  readonly apps: ReadonlyMap<number, number>;
  /** A private folder that exists. */
  readonly folder: string;
}

const ATTEMPTS = 5;
const START_TIMEOUT_MS = 20_000;
const END_TIMEOUT_MS = 3_000;
const POLL_MS = 3;
/** NGINX tries five times, for half a second each. */
const BIND_FAILED = /bind\(\) to .* failed/;

/**
 * Runs NGINX, and ends it when its standard input ends: when this process closes it, and also when this process is
 * killed. A POSIX shell has all that it needs.
 */
const WATCHED = [
  "exec 3<&0",
  '"$@" </dev/null 3<&- &',
  "n=$!",
  "(while read -r _; do :; done; kill -TERM $n) <&3 3<&- >/dev/null 2>&1 &",
  "w=$!",
  "exec 3<&-",
  "wait $n",
  "c=$?",
  "kill $w 2>/dev/null",
  // The shell ends last, so that nothing is left when it has ended.
  "wait $w",
  "exit $c",
].join("\n");

/**
 * Starts one NGINX for an instance.
 * @throws NginxRefused if NGINX does not accept the configuration
 */
export async function startNginx(options: NginxOptions): Promise<RunningProgram> {
  const { folder, program } = options;
  await writeSite(folder, program.files);
  let ports = await freePorts(program.ports);
  await configure(options, ports);
  let child = await start(options);
  for (let attempt = 1; child === undefined; attempt++) {
    const log = await errorLog(folder);
    // A port can be taken in the meantime; another error of the configuration stays.
    const isRefused = /\[emerg\]/.test(log) && !BIND_FAILED.test(log);
    if (isRefused || attempt === ATTEMPTS) throw new NginxRefused(messageIn(log, folder));
    ports = await freePorts(program.ports);
    await configure(options, ports);
    child = await start(options);
  }
  return runningNginx(options, ports, child);
}

function runningNginx(options: NginxOptions, ports: ReadonlyMap<number, number>, first: ChildProcess): RunningProgram {
  let child: ChildProcess | undefined = first;
  let held: HeldPort[] = [];
  const release = async () => {
    await Promise.all(held.map((it) => it.release()));
    held = [];
  };
  const stop = async () => {
    if (child !== undefined) await end(child);
    child = undefined;
  };
  return {
    listens: ports,
    stop: async () => {
      if (child === undefined) return;
      await stop();
      held = await Promise.all([...ports.values()].map(holdPort));
    },
    start: async () => {
      if (child !== undefined) return;
      await release();
      for (let attempt = 1; child === undefined && attempt <= ATTEMPTS; attempt++) child = await start(options);
      if (child === undefined) throw new Error(`NGINX does not start again: ${await lastError(options.folder)}`);
    },
    close: async () => {
      await stop();
      await release();
    },
  };
}

async function writeSite(folder: string, files: readonly { readonly path: string; readonly text: string }[]) {
  await mkdir(join(folder, "temporary"), { recursive: true });
  for (const { path, text } of files) {
    const file = join(folder, "files", path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { mode: 0o600 });
  }
}

async function freePorts(ports: readonly number[]): Promise<Map<number, number>> {
  return new Map(await Promise.all(ports.map(async (port) => [port, await freePort()] as const)));
}

async function configure({ program, apps, folder, nginx }: NginxOptions, ports: ReadonlyMap<number, number>) {
  // What the configuration proxies to can be NGINX itself.
  const all = new Map([...apps, ...[...ports].filter(([port]) => program.proxiesTo.includes(port))]);
  const text = program.configuration({ ports, apps: all, folder, without: nginx.without });
  await writeFile(configurationIn(folder), text, { mode: 0o600 });
}

function configurationIn(folder: string): string {
  return join(folder, "nginx.conf");
}

function argumentsFor(folder: string): string[] {
  return ["-p", `${folder}/`, "-e", join(folder, "error.log"), "-c", configurationIn(folder)];
}

/** @returns nothing if NGINX has ended, or cannot listen because another program has taken a port */
async function start({ nginx, folder }: NginxOptions): Promise<ChildProcess | undefined> {
  await rm(join(folder, "nginx.pid"), { force: true });
  await rm(join(folder, "error.log"), { force: true });
  const command = [nginx.executable, ...argumentsFor(folder)];
  const [program = "", ...args] = process.platform === "win32" ? command : ["/bin/sh", "-c", WATCHED, "sh", ...command];
  // Its own process group: Ctrl-C in a terminal ends this process alone, which then ends NGINX.
  const child = spawn(program, args, { cwd: folder, env: {}, stdio: ["pipe", "ignore", "ignore"], detached: true });
  child.stdin?.on("error", () => undefined);
  let hasEnded = false;
  child.once("error", () => (hasEnded = true)).once("exit", () => (hasEnded = true));
  // Many start at once, so looking must be cheap.
  const sizeOf = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
  for (const before = Date.now(); !hasEnded && Date.now() - before < START_TIMEOUT_MS; await sleep(POLL_MS)) {
    // NGINX writes it when it listens on all ports.
    if (sizeOf("nginx.pid") > 0) return child;
    if (sizeOf("error.log") > 0 && BIND_FAILED.test(await errorLog(folder))) break;
  }
  await end(child);
  return undefined;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const { pid } = child;
  const exited = once(child, "exit");
  child.stdin?.destroy();
  if (process.platform === "win32") child.kill();
  const timer = setTimeout(() => killGroup(pid), END_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended in this moment.
  }
}

function errorLog(folder: string): Promise<string> {
  return readFile(join(folder, "error.log"), "utf8").catch(() => "");
}

async function lastError(folder: string): Promise<string> {
  return messageIn(await errorLog(folder), folder);
}

/** Without the time, the process and the place in a file that the user does not know. */
function messageIn(text: string, folder: string): string {
  const emergency = /\[(?:emerg|alert|crit)\] (?:\d+#\d+: )?([^\n]*)/.exec(text)?.[1] ?? firstLine(text);
  return emergency
    .replaceAll(`${folder}/files`, "")
    .replace(/ in \S+nginx\.conf:\d+$/, "")
    .replaceAll(folder, "");
}
