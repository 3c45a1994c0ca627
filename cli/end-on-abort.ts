/** A process that takes longer to end by itself is ended, with all that it started. */
const GRACE_MS = 20_000;

/**
 * Signals a process when `signal` aborts, and ends its group if that does not help. The process must lead a group of its own.
 * @param first SIGINT goes to the process alone, which ends its children by itself; SIGTERM to its whole group
 * @returns how to stop listening
 */
export function endOnAbort(pid: number | undefined, signal: AbortSignal | undefined, first: "SIGINT" | "SIGTERM"): () => void {
  let timer: NodeJS.Timeout | undefined;
  const group = (leader: number) => (process.platform === "win32" ? leader : -leader);
  const onAbort = () => {
    if (pid === undefined) return;
    send(first === "SIGINT" ? pid : group(pid), first);
    timer = setTimeout(() => send(group(pid), "SIGKILL"), GRACE_MS);
  };
  signal?.addEventListener("abort", onAbort, { once: true });
  return () => {
    signal?.removeEventListener("abort", onAbort);
    clearTimeout(timer);
  };
}

function send(target: number, name: NodeJS.Signals): void {
  try {
    process.kill(target, name);
  } catch {
    // It has ended meanwhile.
  }
}
