import type { Verdict } from "../path/report";
import type { CheckResult } from "./checks/check-result";
import {
  balancerIsPublic,
  balancerLeadsToTargets,
  httpDoesAsDeclared,
  listenersExist,
} from "./checks/load-balancer-check";
import { aliasesPointToBalancer, certificateIsIssued, domainHasZone, httpsHasCertificate } from "./checks/names-check";
import { balancerCoversZones, vpcHasZones } from "./checks/network-check";
import {
  ALB_GROUP,
  balancerGroupIsOpen,
  balancerHasGroup,
  EC2_GROUP,
  instancesGroupIsClosed,
} from "./checks/security-groups-check";
import { instancesRun, targetGroupMatches, targetsAreHealthy } from "./checks/targets-check";
import {
  balancerAnswers,
  certificateIsVerified,
  eachInstanceResponds,
  groupLetsThrough,
  httpLeadsAsDeclared,
  instancesAnswer,
  listenersAnswer,
  namesResolve,
  subnetsLetThrough,
  targetsPassChecks,
} from "./checks/traffic-check";
import type { Expectation } from "./expectation";
import type { Site } from "./site";
import type { Sent, Traffic } from "./traffic";

/** The result of one step of the walkthrough. */
export interface StepResult {
  readonly id: string;
  readonly title: string;
  readonly verdict: Verdict;
  /** What AWS's API returned, then `by traffic:` and what a client received; or what is wrong with these. */
  readonly observed: string;
}

/** What happened to the plan, which no API returns. */
export interface PlanFacts {
  readonly added: number;
  /** Addresses that a second plan would change; there must be none. */
  readonly driftedAddresses: readonly string[];
  readonly destroyed?: number;
  /** The stage that failed, if one did. */
  readonly failure?: string;
}

const REACHES = "6";

interface Step {
  readonly id: string;
  readonly title: string;
  /** By what AWS's API returns. */
  readonly check: (site: Site, expected: Expectation) => CheckResult;
  /** By what a client of the served site receives; absent: the step is not about traffic. */
  readonly byTraffic?: (traffic: Traffic, expected: Expectation) => CheckResult;
  /** Whether the step can be checked before the rest of the site exists. */
  readonly comesFirst?: boolean;
}

const STEPS: readonly Step[] = [
  { id: "0a", title: "VPC with two or more zones", check: vpcHasZones },
  { id: "0b", title: "Domain in Route 53", check: domainHasZone, comesFirst: true },
  { id: "0c", title: "Certificate from ACM", check: certificateIsIssued },
  { id: "1a", title: ALB_GROUP, check: balancerGroupIsOpen },
  { id: "1b", title: EC2_GROUP, check: instancesGroupIsClosed },
  { id: "2", title: "Instances with a health check", check: instancesRun, byTraffic: instancesAnswer },
  { id: "3", title: "Target group", check: targetGroupMatches },
  { id: "4", title: "Targets are healthy", check: targetsAreHealthy, byTraffic: targetsPassChecks },
  { id: "5.1-2", title: "Application Load Balancer", check: balancerIsPublic, byTraffic: balancerAnswers },
  { id: "5.3", title: "A public subnet in each zone", check: balancerCoversZones, byTraffic: subnetsLetThrough },
  { id: "5.4", title: "Load balancer's security group", check: balancerHasGroup, byTraffic: groupLetsThrough },
  { id: "5.5", title: "HTTP and HTTPS listeners", check: listenersExist, byTraffic: listenersAnswer },
  { id: "5.6", title: "HTTPS uses the certificate", check: httpsHasCertificate, byTraffic: certificateIsVerified },
  {
    id: REACHES,
    title: "Load balancer reaches targets",
    check: balancerLeadsToTargets,
    byTraffic: eachInstanceResponds,
  },
  { id: "7", title: "A alias record of the domain", check: aliasesPointToBalancer, byTraffic: namesResolve },
  { id: "8", title: "HTTP to HTTPS", check: httpDoesAsDeclared, byTraffic: httpLeadsAsDeclared },
];
const PLAN_STEP = { id: "5.7", title: "Plan read, then applied" };
/** Represents all steps of a site that the stack does not contain. */
const SITE_STEP = { id: "site", title: "The site itself" };

/** The steps of a walkthrough are checked by these. */
export interface Evidence {
  /** What AWS's API returned; absent: not reached. */
  readonly site?: Site;
  /** What a client received; absent: nothing sends requests, and the steps are checked by AWS's API alone. */
  readonly sent?: Sent;
  /** Why there is no site; absent: the rehearsal ended before. */
  readonly notApplied?: string;
}

/**
 * All steps, in the walkthrough's order. For a stack without the site: the steps that can already be checked, and one
 * for the rest.
 */
export function checkWalkthrough(site: Site | undefined, expected: Expectation, plan: PlanFacts): StepResult[] {
  return checkBy({ site }, expected, plan);
}

/** The same, by traffic too. */
export function checkBy(evidence: Evidence, expected: Expectation, plan: PlanFacts): StepResult[] {
  const { hasSite, createdZone } = expected;
  const planned: StepResult =
    evidence.notApplied === undefined
      ? checkPlan(plan)
      : { ...PLAN_STEP, verdict: "unknown", observed: evidence.notApplied };
  const check = (step: Step) => resultOf(step, evidence, expected);
  if (!hasSite) {
    const first = createdZone === undefined ? [] : STEPS.filter(({ comesFirst }) => comesFirst === true);
    const observed =
      createdZone === undefined ? "the stack contains no site" : "not created until hostedZone.delegated is true";
    return [...first.map(check), planned, { ...SITE_STEP, verdict: "unknown", observed }];
  }
  const results = STEPS.map(check);
  results.splice(
    results.findIndex(({ id }) => id === REACHES),
    0,
    planned,
  );
  return results;
}

function resultOf({ id, title, check, byTraffic }: Step, evidence: Evidence, expected: Expectation): StepResult {
  const { site, sent, notApplied } = evidence;
  const byApi = site === undefined ? undefined : check(site, expected);
  const traffic =
    byTraffic === undefined || sent === undefined
      ? undefined
      : sent.kind === "sent"
        ? byTraffic(sent.traffic, expected)
        : { problems: [], unknown: [sent.why], observed: "" };
  if (byApi === undefined && (traffic === undefined || notApplied === undefined))
    return { id, title, verdict: "unknown", observed: notApplied ?? "not reached" };
  const marked = (texts: readonly string[] = []) => (texts.length === 0 ? [] : [`by traffic: ${texts.join("; ")}`]);
  const problems = [...(byApi?.problems ?? []), ...marked(traffic?.problems)];
  if (problems.length > 0) return { id, title, verdict: "broken", observed: problems.join("; ") };
  const unknown = marked(traffic?.unknown);
  if (unknown.length > 0) return { id, title, verdict: "unknown", observed: unknown.join("; ") };
  const notSent = id === REACHES && traffic === undefined ? " (configuration checked, no request sent)" : "";
  const observed = [...(byApi === undefined ? [] : [`${byApi.observed}${notSent}`]), ...marked(observedOf(traffic))];
  return { id, title, verdict: "ok", observed: observed.join("; ") };
}

const observedOf = (result: CheckResult | undefined) => (result === undefined ? [] : [result.observed]);

function checkPlan({ added, driftedAddresses, destroyed, failure }: PlanFacts): StepResult {
  if (failure !== undefined) return { ...PLAN_STEP, verdict: "broken", observed: failure };
  if (driftedAddresses.length > 0)
    return { ...PLAN_STEP, verdict: "broken", observed: `a second plan would change ${driftedAddresses.join(", ")}` };
  if (destroyed !== undefined && destroyed !== added)
    return { ...PLAN_STEP, verdict: "broken", observed: `${added} added, but ${destroyed} destroyed` };
  return {
    ...PLAN_STEP,
    verdict: "ok",
    observed: `${added} added, second plan empty${destroyed === undefined ? "" : `, ${destroyed} destroyed`}`,
  };
}
