import { setTimeout as pause } from "node:timers/promises";

const LOOK_EVERY_MS = 20;
const GONE_WITHIN_MS = 5_000;

/**
 * Signals a process when `signal` aborts. The process must lead a group of its own.
 * @param first SIGINT goes to the process alone, which ends its own children; SIGTERM goes to its whole group
 * @param graceMs milliseconds before the process tree is killed; omit to wait indefinitely
 * @returns how to stop listening
 */
export function endOnAbort(
  pid: number | undefined,
  signal: AbortSignal | undefined,
  first: "SIGINT" | "SIGTERM",
  graceMs?: number,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const group = (leader: number) => (process.platform === "win32" ? leader : -leader);
  const onAbort = () => {
    if (pid === undefined) return;
    // On Windows the console has already interrupted it, and a signal would end it before it has stored anything.
    if (first !== "SIGINT" || process.platform !== "win32") send(first === "SIGINT" ? pid : group(pid), first);
    if (graceMs !== undefined) timer = setTimeout(() => send(group(pid), "SIGKILL"), graceMs);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  return () => {
    signal?.removeEventListener("abort", onAbort);
    clearTimeout(timer);
  };
}

/** Waits until no process of a group runs, for at most a few seconds. */
export async function groupIsGone(leader: number | undefined): Promise<void> {
  if (leader === undefined || process.platform === "win32") return;
  for (let round = 0; round < GONE_WITHIN_MS / LOOK_EVERY_MS; round++) {
    try {
      process.kill(-leader, 0);
    } catch {
      return;
    }
    await pause(LOOK_EVERY_MS);
  }
}

function send(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch {
    // It has ended in the meantime.
  }
}
