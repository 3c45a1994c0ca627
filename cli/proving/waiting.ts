import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Expectation } from "../../rehearsal/expectation";
import { type Answer, answers200, type FirstGood, firstGood, redirectsToHttps, targetsAreWell } from "./traffic";

/* After an apply, prove waits until the targets are healthy and requests arrive. */

export type Waited = "targets_healthy" | "http" | "https";

export const TITLES: Readonly<Record<Waited, readonly [id: string, title: string]>> = {
  targets_healthy: ["healthy", "Targets become healthy"],
  http: ["http", "http:// redirects to https://"],
  https: ["https", "https:// returns 200"],
};
/** Why none of these can be determined without AWS. */
export const NO_TRAFFIC = "not checked: an emulator of AWS carries no traffic";

const WITHIN_MS = 15 * 60_000;
const HEALTH_EVERY_MS = 5_000;
const REQUEST_EVERY_MS = 2_000;

export interface Site {
  readonly domain: string;
  readonly expected: Expectation;
  /** The end of the apply, by `performance.now()`. */
  readonly since: number;
}

/**
 * Repeats the checks until all succeed, or the time is up.
 * @param onAnswer receives the last result of each check
 */
export async function waitForAll(
  { domain, expected, since }: Site,
  report: (text: string) => void,
  signal: AbortSignal,
  onAnswer: (name: Waited, answer: FirstGood) => void,
): Promise<void> {
  const { region, targetGroupArn = "", instanceCount, healthCheckPath } = expected;
  const elb = new ElasticLoadBalancingV2Client({ region });
  const last = new Map<Waited, string>();
  const wait = async (name: Waited, everyMs: number, ask: (signal: AbortSignal) => Promise<Answer>) => {
    const askAndReport = async (it: AbortSignal) => {
      const answer = await ask(it);
      last.set(name, answer.observed);
      report([...last].map(([what, observed]) => `${TITLES[what][0]}: ${observed}`).join("; "));
      return answer;
    };
    onAnswer(name, await firstGood(askAndReport, { everyMs, withinMs: WITHIN_MS, since, signal }));
  };
  await Promise.all([
    wait("targets_healthy", HEALTH_EVERY_MS, (it) => targetsAreWell(elb, targetGroupArn, instanceCount, it)),
    wait("http", REQUEST_EVERY_MS, (it) => redirectsToHttps(`http://${domain}/`, it)),
    wait("https", REQUEST_EVERY_MS, (it) => answers200(`https://${domain}${healthCheckPath}`, it)),
  ]);
}
