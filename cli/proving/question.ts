import { createInterface } from "node:readline";
import { say } from "../command";

/** Whether there is a terminal to ask on. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true;
}

/** Nothing else is accepted: the deploy costs money. */
export function isYes(answer: string): boolean {
  return answer.trim() === "yes";
}

/**
 * Asks on the terminal.
 * @param signal ends the waiting
 * @returns the line that was typed; nothing if the terminal's input has ended
 */
export async function ask(question: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  say(question);
  // With terminal: true, readline would read Ctrl-C as a key.
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve).once("close", () => resolve(""));
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  } finally {
    lines.close();
  }
}
