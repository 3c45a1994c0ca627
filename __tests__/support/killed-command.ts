import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { LocalAws } from "../../rehearsal/local-aws";
import { CrashRoom, seededAccount } from "./crash-room";
import { endProcesses } from "./processes";
import { type Ended, ProjectRoom } from "./project-room";
import { zoneStack } from "./terraform-cloud-room";

/**
 * What a killed command started must be gone by then. terraform finishes what it is at, which takes minutes on a
 * machine that does much else.
 */
const GONE_WITHIN_MS = 20 * 60_000;
const LOOK_EVERY_MS = 100;
/** An environment variable of a command and of everything that it starts, whatever their parent is now. */
const MARK = "ALB_WEB_KILLED_RUN";
const BACKEND = '{ s3: { bucket: "states" } }';
const BUCKET = "acme-states";

/** A command that is killed, and what its next run must do. */
export interface KilledCommand {
  readonly name: string;
  readonly args: readonly string[];
  /** Its exit code if it is not killed. */
  readonly code: number;
  /**
   * About how long it takes on a machine that does nothing else. A kill that comes too late is tried again, earlier.
   */
  readonly takesMs: number;
  /** What comes before, such as the plan that is applied. */
  readonly prepare?: (room: ProjectRoom) => Promise<void>;
  /** What is wrong after the kill; empty if nothing is. */
  readonly goOn: (run: () => Promise<Ended>, room: ProjectRoom) => Promise<string[]>;
}

/** What came of one kill. */
export interface Kill {
  readonly command: string;
  /** What it said last, and when it was killed. */
  readonly phase: string;
  readonly afterMs: number;
  /** Of its processes and folders at the kill, and how long the last process ran on. */
  readonly left: {
    readonly processes: readonly string[];
    readonly folders: readonly string[];
    readonly goneAfterMs: number;
  };
  /** What the next run did. */
  readonly next: string;
  readonly problems: readonly string[];
}

const endsWith =
  (code: number) =>
  async (run: () => Promise<Ended>): Promise<string[]> => {
    const next = await run();
    return next.code === code ? [] : [`the next run ended with ${next.code} in place of ${code}:\n${next.stderr}`];
  };

export const COMMANDS: readonly KilledCommand[] = [
  { name: "rehearse", args: [], code: 3, takesMs: 12_000, goOn: endsWith(3) },
  {
    name: "plan",
    args: ["web"],
    code: 2,
    takesMs: 6_000,
    goOn: async (run, room) => {
      const at = (kind: string) => existsSync(join(room.folder, "plans", `web.${kind}`));
      const unreviewed =
        at("tfplan") && !["json", "txt", "md"].every(at)
          ? ["there is a plan without its review, which could be applied"]
          : [];
      return [
        ...unreviewed,
        ...(await endsWith(2)(run)),
        ...(readdirSync(join(room.folder, "plans")).some((name) => name.includes("unfinished"))
          ? ["an unfinished plan stays"]
          : []),
      ];
    },
  },
  {
    name: "apply",
    args: ["web"],
    code: 0,
    takesMs: 8_000,
    prepare: (room) => run(room, "plan", ["web"]).then(mustEnd(2)),
    goOn: async (apply, room) => {
      const next = await apply();
      // terraform, which outlives its command, may have applied it.
      const isDone =
        next.code === 1 && /has already been applied|has changed since this plan was made/.test(next.stderr);
      const after = await run(room, "plan", ["web"]);
      return [
        ...(next.code === 0 || isDone ? [] : [`the next run ended with ${next.code}:\n${next.stderr}`]),
        ...(after.code === 0 ? [] : [`then a plan ended with ${after.code}:\n${after.stdout}${after.stderr}`]),
      ];
    },
  },
  {
    name: "bootstrap",
    args: ["--bucket", BUCKET, "--region", "us-east-1"],
    code: 0,
    takesMs: 60_000,
    goOn: endsWith(0),
  },
  {
    name: "adopt",
    args: ["web"],
    code: 0,
    takesMs: 12_000,
    prepare: async (room) => {
      const crash = CrashRoom.of(room);
      await crash.terraform("init -input=false -no-color");
      await crash.apply();
      await crash.terraform(`state rm ${(await crash.addresses("aws_route53_zone")).join(" ")}`);
    },
    goOn: async (next, room) => {
      const wrong = await endsWith(0)(next);
      return existsSync(join(room.stackFolder("web"), "adopted.tf.json"))
        ? wrong
        : [...wrong, "no import block was written"];
    },
  },
];

/** `main.ts` without everything that takes long; a rehearsal cannot determine whether it is a site. */
export const STACK = zoneStack("web", BACKEND);

/** An account in which commands are killed. */
export class Killing {
  private constructor(private readonly seeded: LocalAws) {}

  static async open(): Promise<Killing> {
    return new Killing(await seededAccount());
  }

  /** Runs a command in a room of its own, to its end. @returns how long it takes here and now, in milliseconds */
  async undisturbed(command: KilledCommand): Promise<number> {
    return this.inRoom(command, async (room) => {
      const began = Date.now();
      mustEnd(command.code)(await run(room, command.name, command.args));
      return Date.now() - began;
    });
  }

  /** Kills a command at a moment of its life, any one, and goes on. */
  async kill(command: KilledCommand, takesMs = command.takesMs): Promise<Kill> {
    for (let longest = takesMs; ; longest /= 2) {
      const kill = await this.inRoom(command, (room) => killIn(room, command, Math.random() * longest));
      // It was faster than before, and done.
      if (kill !== undefined) return kill;
    }
  }

  async close(): Promise<void> {
    await this.seeded.stop();
  }

  private async inRoom<T>(command: KilledCommand, work: (room: ProjectRoom) => Promise<T>): Promise<T> {
    const room = await ProjectRoom.open(await this.seeded.clone());
    try {
      mkdirSync(temporaryOf(room));
      await room.program(STACK);
      await room.synthesize();
      await command.prepare?.(room);
      return await work(room);
    } finally {
      await room.close();
    }
  }
}

async function killIn(
  room: ProjectRoom,
  { name, args, goOn }: KilledCommand,
  afterMs: number,
): Promise<Kill | undefined> {
  const mark = randomUUID();
  const child = spawn(process.execPath, commandLine(name, args), {
    cwd: room.folder,
    env: environment(room, mark),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
  try {
    const signal = await ended;
    clearTimeout(timer);
    if (signal !== "SIGKILL") return undefined;
    const began = Date.now();
    const [processes, folders] = [processesOf(mark), readdirSync(temporaryOf(room))];
    while (processesOf(mark).length > 0 && Date.now() - began < GONE_WITHIN_MS) await pause(LOOK_EVERY_MS);
    const goneAfterMs = Date.now() - began;
    const runOn = processesOf(mark).map((it) => `still runs: ${it}`);
    let next = "";
    const again = async (): Promise<Ended> => {
      const result = await run(room, name, args);
      next = `code ${result.code}: ${(result.stderr.trim().split("\n").at(-1) ?? "").slice(0, 100)}`;
      return result;
    };
    const wrong = await goOn(again, room);
    const stays = readdirSync(temporaryOf(room)).map((it) => `still there: ${it}`);
    return {
      command: name,
      phase: stderr.trim().split("\n").at(-1) ?? "",
      afterMs: Math.round(afterMs),
      left: { processes: processes.map((it) => it.slice(0, 80)), folders, goneAfterMs },
      next,
      problems: [...runOn, ...wrong, ...stays],
    };
  } finally {
    endProcesses(linesOf(mark));
  }
}

/** The command lines of all processes with a mark in their environment, which `ps` shows behind them. */
function processesOf(mark: string): string[] {
  return linesOf(mark).map(({ text }) => text);
}

function linesOf(mark: string): { pid: number; text: string }[] {
  const lines = execFileSync("ps", ["axeww", "-o", "pid=,stat=,args="], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  }).split("\n");
  return lines.flatMap((line) => {
    const [, pid, text = ""] = /^\s*(\d+)\s+[^Z\s]\S*\s+(.*)$/.exec(line) ?? [];
    return text.includes(`${MARK}=${mark}`)
      ? [{ pid: Number(pid), text: text.replace(/(?: [A-Za-z_]\w*=.*)$/, "") }]
      : [];
  });
}

function run(room: ProjectRoom, name: string, args: readonly string[]): Promise<Ended> {
  return room.shell(`exec "${process.execPath}" ${commandLine(name, args).join(" ")}`, environment(room, "none"));
}

function mustEnd(code: number): (ended: Ended) => void {
  return (ended) => {
    if (ended.code !== code) throw new Error(`expected the code ${code}, got ${ended.code}:\n${ended.stderr}`);
  };
}

const commandLine = (name: string, args: readonly string[]): string[] => ["cli/alb-web.js", name, ...args];
const temporaryOf = (room: ProjectRoom): string => join(room.folder, "tmp");
const environment = (room: ProjectRoom, mark: string): NodeJS.ProcessEnv => ({
  ...room.env,
  TMPDIR: temporaryOf(room),
  [MARK]: mark,
});
