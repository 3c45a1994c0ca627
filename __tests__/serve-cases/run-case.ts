import type { LogEntry } from "../../cli/serve/front";
import type { SynthesizedJson } from "../mutants/mutant";
import { asked, type Where } from "./client";
import { differences, type Observed, type ObservedResponse } from "./observed";
import { type ScriptedApp, startApp } from "./scripted-app";
import type { ServeCase } from "./serve-case";

/** A site that is being served, as far as a case has to know of it. */
interface ServedSite {
  readonly where: Where;
  readonly notModeled: readonly string[];
  /** Calls back for each entry of the log from now on. */
  readonly onLog: (listener: (entry: LogEntry) => void) => void;
  /** Stops the program of an instance, so that its port refuses connections. */
  readonly stop: (instance: string) => Promise<unknown>;
  /** Resolves when the health of no target is going to change any more. */
  readonly settled: () => Promise<unknown>;
  readonly health: (instance: string, group: string) => { readonly state: string; readonly code?: string };
  readonly close: () => Promise<unknown>;
}

/** @param options `target` is the program behind every target, as with `--target` */
export type Serve = (
  file: SynthesizedJson,
  options: { readonly client?: string; readonly target: string },
) => Promise<ServedSite>;

/** Serves the file of a case, asks, and returns what is not as expected, a sentence each. */
export async function differencesOf(it: ServeCase, serve: Serve): Promise<string[]> {
  const app = await startApp(it.app);
  try {
    const site = await serve(it.file, { target: app.url, ...(it.client !== undefined && { client: it.client }) });
    try {
      for (const instance of it.stopped ?? []) await site.stop(instance);
      await site.settled();
      return differences(it, await observed(it, site, app));
    } finally {
      await site.close();
    }
  } finally {
    await app.close();
  }
}

async function observed(it: ServeCase, site: ServedSite, app: ScriptedApp): Promise<Observed> {
  if ("start" in it.ask) return { notModeled: site.notModeled };
  if ("health" in it.ask) {
    const received = app.healthChecks.at(-1);
    const { instance, group } = it.ask.health;
    return { health: { ...site.health(instance, group), ...(received !== undefined && { received }) } };
  }
  const log = new Log(site);
  const seen = await asked(it.ask, site.where, log.silence);
  return { ...seen, ...(seen.responses !== undefined && { responses: await withLog(seen.responses, log, it, app) }) };
}

/** Entries come when a response has ended, which may be after the client has seen that. */
class Log {
  readonly entries: LogEntry[] = [];
  private readonly given = new AbortController();
  private wake: () => void = () => undefined;

  constructor(site: ServedSite) {
    site.onLog((entry) => {
      this.entries.push(entry);
      if (entry.status === undefined && entry.result === undefined) this.given.abort();
      this.wake();
    });
  }

  /** Aborted when a connection is never answered. */
  get silence(): AbortSignal {
    return this.given.signal;
  }

  async atLeast(count: number): Promise<readonly LogEntry[]> {
    while (this.entries.length < count)
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    return this.entries;
  }
}

async function withLog(
  responses: readonly ObservedResponse[],
  log: Log,
  { file }: ServeCase,
  app: ScriptedApp,
): Promise<ObservedResponse[]> {
  const isLogged = ({ status, stage }: ObservedResponse) => status !== undefined || stage === "no answer";
  const entries = await log.atLeast(responses.filter(isLogged).length);
  const requests = [...app.requests];
  let next = 0;
  return responses.map((response): ObservedResponse => {
    const entry = isLogged(response) ? entries[next] : undefined;
    if (entry === undefined) return response;
    next += 1;
    const { hop, text } = entry;
    // A target that is registered with several ports has the port in its name.
    const target = entry.target?.replace(/:\d+$/, "");
    if (target === undefined) return { ...response, hop, text };
    const group = groupOf(target, text, file);
    const received = requests.shift();
    return {
      ...response,
      hop,
      text,
      target,
      ...(group !== undefined && { group }),
      ...(received !== undefined && { received }),
    };
  });
}

/** The target group in which an instance is; of several, the one that the log names. */
function groupOf(instance: string, text: string, { resource }: SynthesizedJson): string | undefined {
  const groups = Object.values(resource.aws_lb_target_group_attachment ?? {})
    .filter(({ target_id }) => target_id === `\${${instance}.id}`)
    .flatMap(({ target_group_arn }) => /^\$\{(.+)\.arn\}$/.exec(String(target_group_arn))?.[1] ?? []);
  return groups.length === 1 ? groups[0] : groups.find((group) => text.includes(group));
}
