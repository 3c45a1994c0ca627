import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { isRunning } from "../../rehearsal/local-aws";
import { runCommand, writeResult } from "../command";
import { CACHE } from "../project/project";
import { CLIENT, CLOCK, serveDocument } from "../serve/serve";
import { servedAsText } from "../serve/served-output";
import type { Ready } from "./kept-site";

/*
 * Serves the state of a rehearsed stack with --keep, in a process of its own: node -r ./cli/typescript.js
 * cli/rehearsing/serve-kept.ts NAME STATE-FILE PID. It prints one line when the site is ready, and ends with the local
 * AWS, the process PID.
 */

const POLL_MS = 1_000;

void runCommand(async () => {
  const [source = "", file = "", pid = ""] = process.argv.slice(2);
  const stopping = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => stopping.abort());
  const { signal } = stopping;
  const document: unknown = JSON.parse(await readFile(file, "utf8"));
  const served = await serveDocument(document, {
    source,
    client: CLIENT,
    clock: CLOCK,
    cacheDir: CACHE,
    env: process.env,
  });
  try {
    const ready: Ready = { text: servedAsText(served) };
    await writeResult(JSON.stringify(ready));
    while (!signal.aborted && isRunning(Number(pid)))
      await pause(POLL_MS, undefined, { signal }).catch(() => undefined);
  } finally {
    await served.close();
  }
});
