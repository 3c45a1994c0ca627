import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ServeOptions, serveDocument } from "../../cli/serve/serve";
import type { Served } from "../../cli/serve/served";
import type { Serve } from "../serve-cases/run-case";

/* Sites that are served for tests: with an authority of their own, and as fast as possible. */

/** Removed when the process ends. */
const AUTHORITY = mkdtempSync(join(tmpdir(), "alb-web-authority-"));
process.once("exit", () => rmSync(AUTHORITY, { recursive: true, force: true }));

/** The authority of these sites. */
export const AUTHORITY_FOLDER = join(AUTHORITY, "authority");

export const CLIENT = "203.0.113.10";

/** Serves a file without NGINX: stand-ins respond, or the app of `target`. */
export function servedSite(document: unknown, options: Partial<ServeOptions> = {}): Promise<Served> {
  return serveDocument(document, {
    source: "a file",
    client: CLIENT,
    clock: 1_000,
    cacheDir: join(AUTHORITY, "no-cache"),
    env: {},
    authorityFolder: AUTHORITY_FOLDER,
    ...options,
  });
}

/** The same for the cases that are written by hand. */
export const serveCase: Serve = async (file, { client = CLIENT, target }) => {
  const served = await servedSite(file, { client, target });
  const stopped = new Set<string>();
  const targetOf = (id: string, group?: string) =>
    served.status().targets.find((it) => it.id.startsWith(id) && (group === undefined || it.targetGroup === group));
  return {
    where: { listeners: served.listeners, dns: served.dns, ca: readFileSync(served.ca, "utf8") },
    notModeled: served.notModelled,
    onLog: (listener) => served.onRequest((entry) => entry.method !== "DNS" && listener(entry)),
    stop: async (instance) => {
      for (const { id } of served.status().targets)
        if (id.startsWith(instance)) {
          stopped.add(id);
          await served.stop(id);
        }
    },
    settled: async () => {
      await served.settled();
      const isLeft = () =>
        served
          .status()
          .targets.some(({ id, health }) => stopped.has(id) && (health === "healthy" || health === "initial"));
      while (isLeft())
        await new Promise<void>((resolve) => {
          const off = served.onChange(() => {
            off();
            resolve();
          });
        });
    },
    health: (instance, group) => {
      const { health = "none", code } = targetOf(instance, group) ?? {};
      return { state: health, ...(code !== undefined && { code }) };
    },
    close: () => served.close(),
  };
};
