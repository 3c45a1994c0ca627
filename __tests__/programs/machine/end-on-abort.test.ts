import { spawn } from "node:child_process";
import { endOnAbort } from "../../../machine/processes/end-on-abort";
import { needShell } from "../../support/shell";

/* What becomes of a program that is at work when its command is interrupted. */

beforeAll(needShell);

test("it has all the time that it needs to store what it did", async () => {
  expect(await interrupted(600)).toEqual({ code: 7, signal: null });
});

test("where nothing real is at stake, it is ended if it takes longer than it may", async () => {
  expect(await interrupted(10_000, 200)).toEqual({ code: null, signal: "SIGKILL" });
});

/** Interrupts a program that takes so many milliseconds to end with code 7. */
async function interrupted(takesMs: number, graceMs?: number): Promise<{ code: number | null; signal: string | null }> {
  const stopping = new AbortController();
  const program =
    `process.on("SIGINT", () => setTimeout(() => process.exit(7), ${takesMs})); setInterval(() => {}, 1000); ` +
    `console.log("ready");`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"], detached: true });
  const stop = endOnAbort(child.pid, stopping.signal, "SIGINT", graceMs);
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal })),
  );
  await new Promise((ready) => child.stdout.once("data", ready));
  stopping.abort();
  return ended.finally(stop);
}
