import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Expectation } from "../../rehearsal/expectation";
import { type Answer, answers200, type FirstGood, firstGood, redirectsToHttps, targetsAreWell } from "./traffic";

/* What is waited for after an apply: that the targets are healthy, and that requests arrive. */

export type Waited = "targets_healthy" | "http" | "https";

export const TITLES: Readonly<Record<Waited, readonly [id: string, title: string]>> = {
  targets_healthy: ["healthy", "Targets become healthy"],
  http: ["http", "http:// redirects to https://"],
  https: ["https", "https:// answers"],
};
/** Why none of it is known where there is no AWS. */
export const NO_TRAFFIC = "not asked: this is a stand-in for AWS, which carries no traffic";

const WITHIN_MS = 15 * 60_000;
const HEALTH_EVERY_MS = 5_000;
const REQUEST_EVERY_MS = 2_000;

export interface Site {
  readonly domain: string;
  readonly expected: Expectation;
  /** When the apply had ended, by `performance.now()`. */
  readonly since: number;
}

/**
 * Asks until all of it is good, or the time is up.
 * @param onAnswer is given the last answer to each question
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
