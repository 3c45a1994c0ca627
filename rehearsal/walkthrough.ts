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
import type { Expectation } from "./expectation";
import type { Site } from "./site";

/** The result of one step of the walkthrough. */
export interface StepResult {
  readonly id: string;
  readonly title: string;
  readonly verdict: Verdict;
  /** What AWS's API returned, or what is wrong with it. */
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

interface Step {
  readonly id: string;
  readonly title: string;
  readonly check: (site: Site, expected: Expectation) => CheckResult;
  /** Whether the step can be checked before the rest of the site exists. */
  readonly comesFirst?: boolean;
}

const STEPS: readonly Step[] = [
  { id: "0a", title: "VPC with two or more zones", check: vpcHasZones },
  { id: "0b", title: "Domain in Route 53", check: domainHasZone, comesFirst: true },
  { id: "0c", title: "Certificate from ACM", check: certificateIsIssued },
  { id: "1a", title: ALB_GROUP, check: balancerGroupIsOpen },
  { id: "1b", title: EC2_GROUP, check: instancesGroupIsClosed },
  { id: "2", title: "Instances with a health check", check: instancesRun },
  { id: "3", title: "Target group", check: targetGroupMatches },
  { id: "4", title: "Targets are healthy", check: targetsAreHealthy },
  { id: "5.1-2", title: "Application Load Balancer", check: balancerIsPublic },
  { id: "5.3", title: "A public subnet in each zone", check: balancerCoversZones },
  { id: "5.4", title: "Load balancer's security group", check: balancerHasGroup },
  { id: "5.5", title: "HTTP and HTTPS listeners", check: listenersExist },
  { id: "5.6", title: "HTTPS uses the certificate", check: httpsHasCertificate },
  { id: "6", title: "Load balancer reaches targets", check: balancerLeadsToTargets },
  { id: "7", title: "A alias record of the domain", check: aliasesPointToBalancer },
  { id: "8", title: "HTTP to HTTPS", check: httpDoesAsDeclared },
];
const PLAN_STEP = { id: "5.7", title: "Plan read, then applied" };
/** Represents all steps of a site that the stack does not contain. */
const SITE_STEP = { id: "site", title: "The site itself" };

/**
 * All steps, in the walkthrough's order. For a stack without the site: the steps that can already be checked, and one
 * for the rest.
 */
export function checkWalkthrough(site: Site | undefined, expected: Expectation, plan: PlanFacts): StepResult[] {
  const { hasSite, createdZone } = expected;
  const check = (step: Step): StepResult => {
    const { id, title } = step;
    if (site === undefined) return { id, title, verdict: "unknown", observed: "not reached" };
    const { problems, observed } = step.check(site, expected);
    return {
      id,
      title,
      verdict: problems.length > 0 ? "broken" : "ok",
      observed: problems.length > 0 ? problems.join("; ") : observed,
    };
  };
  if (!hasSite) {
    const first = createdZone === undefined ? [] : STEPS.filter(({ comesFirst }) => comesFirst === true);
    const observed =
      createdZone === undefined ? "the stack contains no site" : "not created until hostedZone.delegated is true";
    return [...first.map(check), checkPlan(plan), { ...SITE_STEP, verdict: "unknown", observed }];
  }
  const results = STEPS.map(check);
  results.splice(
    results.findIndex(({ id }) => id === "6"),
    0,
    checkPlan(plan),
  );
  return results;
}

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
