import { setTimeout as pause } from "node:timers/promises";
import {
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { Agent, request } from "undici";
import { reasonOf } from "../../machine/setup/download";

/** The result of one check. */
export interface Answer {
  readonly isGood: boolean;
  readonly observed: string;
}

export interface FirstGood extends Answer {
  /** From the beginning to this result. */
  readonly seconds: number;
}

export interface Patience {
  readonly everyMs: number;
  readonly withinMs: number;
  /** The start of the measured time, by `performance.now()`. */
  readonly since: number;
  readonly signal: AbortSignal;
}

const ANSWERS_WITHIN_MS = 10_000;

/** Repeats a check. @returns the first good result, or the last one in time */
export async function firstGood(
  ask: (signal: AbortSignal) => Promise<Answer>,
  { everyMs, withinMs, since, signal }: Patience,
): Promise<FirstGood> {
  for (;;) {
    signal.throwIfAborted();
    const answer = await ask(signal);
    signal.throwIfAborted();
    const passed = performance.now() - since;
    if (answer.isGood || passed + everyMs > withinMs) return { ...answer, seconds: Math.round(passed / 1000) };
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Whether plain HTTP redirects to HTTPS with the same host name. */
export function redirectsToHttps(url: string, signal: AbortSignal): Promise<Answer> {
  return asked(url, signal, (status, location) => {
    const target = location === undefined || !URL.canParse(location, url) ? undefined : new URL(location, url);
    const isGood = status === 301 && target?.protocol === "https:" && target.hostname === new URL(url).hostname;
    return { isGood, observed: location === undefined ? `${status}` : `${status} to ${location}` };
  });
}

/** Whether a URL returns 200; with HTTPS, also whether its certificate is trusted. */
export function answers200(url: string, signal: AbortSignal): Promise<Answer> {
  return asked(url, signal, (status) => ({
    isGood: status === 200,
    observed: url.startsWith("https:") ? `${status}, certificate trusted` : `${status}`,
  }));
}

/** A new connection for each request, so that the name is resolved again; redirects are not followed. */
async function asked(
  url: string,
  signal: AbortSignal,
  judge: (status: number, location?: string) => Answer,
): Promise<Answer> {
  const dispatcher = new Agent();
  try {
    const {
      statusCode,
      headers: { location },
    } = await request(url, { dispatcher, signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWERS_WITHIN_MS)]) });
    return judge(statusCode, typeof location === "string" ? location : undefined);
  } catch (error) {
    return { isGood: false, observed: `no response (${codeOf(error)})` };
  } finally {
    await dispatcher.destroy();
  }
}

/** Whether all targets are healthy; the result has their states on AWS. */
export async function targetsAreWell(
  elb: ElasticLoadBalancingV2Client,
  TargetGroupArn: string,
  count: number,
  abortSignal: AbortSignal,
): Promise<Answer> {
  try {
    const { TargetHealthDescriptions: targets = [] } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
      { abortSignal },
    );
    const said = targets.map(({ TargetHealth: { State, Reason } = {} }) =>
      [State, ...(Reason === undefined ? [] : [`(${Reason})`])].join(" "),
    );
    return {
      isGood: targets.length === count && targets.every(({ TargetHealth }) => TargetHealth?.State === "healthy"),
      observed: said.join(", ") || "no targets",
    };
  } catch (error) {
    return { isGood: false, observed: `AWS does not respond (${(error as Error).name})` };
  }
}

function codeOf(error: unknown): string {
  const { code, name } = error as NodeJS.ErrnoException;
  return code ?? (name === "TimeoutError" ? `none within ${ANSWERS_WITHIN_MS / 1000} s` : reasonOf(error));
}
