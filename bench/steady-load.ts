import type { Agent, RequestOptions } from "node:http";
import { request as overHttp } from "node:http";
import { request as overHttps } from "node:https";
import { setTimeout as pause } from "node:timers/promises";

/*
 * Requests at a constant rate, whether or not earlier ones have been answered. Each is measured from the time at which
 * it was due, so that a server that stops for a moment slows all requests that were due in it, not the first alone
 * ("coordinated omission"); autocannon sends the requests of a second in a burst.
 */

export interface Asked {
  readonly isTls: boolean;
  readonly options: RequestOptions & { readonly agent: Agent; readonly ca?: string; readonly servername?: string };
}

/** Connections that are opened before anything is measured. */
const OPEN = 20;

/** @returns the milliseconds of each request; the agent's connections are closed afterwards */
export async function steadyLoad(asked: Asked, perSecond: number, seconds: number): Promise<readonly number[]> {
  await Promise.all(Array.from({ length: OPEN }, () => once200(asked)));
  const began = performance.now();
  const responses: Promise<number>[] = [];
  for (let count = 0; count < perSecond * seconds; count += 1) {
    const due = began + (count * 1000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await pause(early);
    responses.push(once200(asked).then(() => performance.now() - due));
  }
  const times = await Promise.all(responses);
  asked.options.agent.destroy();
  return times;
}

function once200({ isTls, options }: Asked): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = (isTls ? overHttps : overHttp)(options, (response) => {
      if (response.statusCode !== 200) reject(new Error(`expected a 200, got ${response.statusCode}`));
      response.resume().once("end", resolve);
    });
    request.once("error", reject).end();
  });
}

/** @param part such as 0.99 */
export function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)] ?? NaN;
}
