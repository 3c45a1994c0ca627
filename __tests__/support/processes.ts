import { execFileSync } from "node:child_process";

export interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

const LOOK_EVERY_MS = 500;

/** All processes of this machine; one that ended but was not collected by its parent does not count. */
export function runningProcesses(): RunningProcess[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,args="], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  }).split("\n");
  return lines.flatMap((line) => {
    const [, pid, parent, state = "Z", command = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return state.startsWith("Z") ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** Ends processes at once. */
export function endProcesses(processes: readonly Pick<RunningProcess, "pid">[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended in the meantime.
    }
  }
}

/** Keeps an eye on a process and all that descend from it, also those that leave its group. */
export class FamilyWatch {
  private readonly seen = new Map<number, string>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly root: number) {
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    this.timer.unref();
    this.look();
  }

  /** Command lines of all that were seen. */
  get commands(): string[] {
    return [...this.seen.values()];
  }

  /** Ends the watch; returns those of the family that still run. */
  leftOver(): RunningProcess[] {
    clearInterval(this.timer);
    return this.look().filter(({ pid }) => this.seen.has(pid));
  }

  private look(): RunningProcess[] {
    const running = runningProcesses();
    let before = -1;
    // A child can come before its parent in the list.
    while (before !== this.seen.size) {
      before = this.seen.size;
      for (const { pid, parent, command } of running) {
        // One that is about to end has its name in brackets, and its command line no more.
        if (pid === this.root || this.seen.has(parent))
          this.seen.set(pid, command.startsWith("[") ? (this.seen.get(pid) ?? command) : command);
      }
    }
    return running;
  }
}
