import type { TraceReport } from "../path/report";
import { acceptedIn, withAccepted } from "../path/trace/accept";
import { trace } from "../path/trace/trace";
import type { StepResult } from "./walkthrough";

/** The traces of the plan before the apply and of the state after it; absent if the rehearsal ended before. */
export interface Traces {
  plan?: TraceReport;
  state?: TraceReport;
}

const STEP = { id: "trace", title: "Path traced in plan and state" };

/**
 * Traces the output of `terraform show -json`.
 * @param stack the synthesized stack, which lists the findings that it accepts
 */
export function traceOf(shown: string, stack: unknown): TraceReport {
  return withAccepted(trace(JSON.parse(shown)), acceptedIn(stack));
}

/**
 * The row of the report: the trace of the plan must match the trace of the state. The step is ok if both leave the same
 * attributes open, such as the routes of an existing VPC; the row shows what is open.
 */
export function checkTraces({ plan, state }: Traces): StepResult {
  if (plan === undefined) return { ...STEP, verdict: "unknown", observed: "not reached" };
  if (state === undefined)
    return { ...STEP, verdict: "unknown", observed: `the plan is ${inWords(plan)}; the state was not reached` };
  if (plan.verdict !== state.verdict)
    return { ...STEP, verdict: "broken", observed: `the plan is ${inWords(plan)}, but the state is ${inWords(state)}` };
  if (plan.paths.length === 0 && state.paths.length === 0)
    return { ...STEP, verdict: plan.verdict, observed: "no path in plan or state" };
  return { ...STEP, verdict: plan.verdict === "broken" ? "broken" : "ok", observed: `both ${inWords(state)}` };
}

/** The row of the report without an apply: there is a trace of the synthesized stack only. */
export function checkTraceAlone(synthesized: TraceReport): StepResult {
  return {
    ...STEP,
    verdict: synthesized.verdict === "broken" ? "broken" : "unknown",
    observed: `the synthesized stack is ${inWords(synthesized)}; there is no plan and no state`,
  };
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
  if (verdict === "ok") return accepted.length === 0 ? "ok" : `ok except accepted findings (${accepted.join(", ")})`;
  const [open] = paths.flatMap(({ hops }) => hops.flatMap((hop) => hop.open));
  return open === undefined ? "unknown" : `unknown (${open.address}, ${open.attribute}: ${open.why})`;
}
