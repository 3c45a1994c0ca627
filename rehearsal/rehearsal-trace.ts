import type { TraceReport } from "../path/report";
import { acceptedIn, withAccepted } from "../path/trace/accept";
import { trace } from "../path/trace/trace";
import type { StepResult } from "./walkthrough";

/** What a trace says of the plan before it is applied, and of the state after that; absent: it did not come so far. */
export interface Traces {
  plan?: TraceReport;
  state?: TraceReport;
}

const STEP = { id: "trace", title: "Path traced in plan and state" };

/**
 * Traces what `terraform show -json` prints.
 * @param stack the synthesized stack, which says what it accepts
 */
export function traceOf(shown: string, stack: unknown): TraceReport {
  return withAccepted(trace(JSON.parse(shown)), acceptedIn(stack));
}

/**
 * The row of the report: what was predicted from the plan must hold of what was built. It is well where both leave the
 * same open, such as the routes of a VPC that was there before; what is open is said.
 */
export function checkTraces({ plan, state }: Traces): StepResult {
  if (plan === undefined) return { ...STEP, verdict: "unknown", observed: "not reached" };
  if (state === undefined)
    return { ...STEP, verdict: "unknown", observed: `the plan is ${inWords(plan)}; the state was not reached` };
  if (plan.verdict !== state.verdict)
    return { ...STEP, verdict: "broken", observed: `the plan is ${inWords(plan)}, but the state is ${inWords(state)}` };
  if (plan.paths.length === 0 && state.paths.length === 0)
    return { ...STEP, verdict: plan.verdict, observed: "no path in either" };
  return { ...STEP, verdict: plan.verdict === "broken" ? "broken" : "ok", observed: `both ${inWords(state)}` };
}

/** `broken (P33 at aws_security_group.web)` */
export function inWords({ verdict, findings, paths }: TraceReport): string {
  if (verdict === "broken") {
    return `broken (${findings
      .filter(({ severity, accepted }) => severity === "error" && accepted === undefined)
      .map(({ id, address }) => `${id} at ${address}`)
      .join(", ")})`;
  }
  const accepted = [...new Set(findings.filter((it) => it.accepted !== undefined).map(({ id }) => id))];
  if (verdict === "ok") return accepted.length === 0 ? "ok" : `ok but for what is accepted (${accepted.join(", ")})`;
  const [open] = paths.flatMap(({ hops }) => hops.flatMap((hop) => hop.open));
  return open === undefined ? "unknown" : `unknown (${open.address}, ${open.attribute}: ${open.why})`;
}
