import { type TraceReport, worst } from "../path/report";
import { type Expectation, expectationOf } from "./expectation";
import type { RehearsalResult, Stage, StagedRehearsal } from "./rehearsal-run";
import { checkTraceAlone, inWords, traceOf } from "./rehearsal-trace";
import type { Serve } from "./served";
import type { SynthesizedStack } from "./stack-files";
import { type Sent, sendRequests } from "./traffic";
import { checkBy } from "./walkthrough";

export interface UnappliedOptions {
  readonly stack: SynthesizedStack;
  /** Why nothing is applied, such as "terraform is missing". */
  readonly why: string;
  /**
   * Serves the synthesized stack on loopback.
   * @default - no request is sent
   */
  readonly serve?: Serve;
}

/**
 * A rehearsal without terraform or the local AWS: the synthesized stack is traced, served, and sent requests. The steps
 * that need an apply are unknown.
 */
export class UnappliedRehearsal implements StagedRehearsal {
  readonly stack: string;
  private readonly expected: Expectation;
  private readonly started = Date.now();
  private traced?: TraceReport;
  private sent?: Sent;

  constructor(private readonly options: UnappliedOptions) {
    this.stack = options.stack.id;
    this.expected = expectationOf(options.stack.json, {});
  }

  stages(): Stage[] {
    const { serve } = this.options;
    return [
      { title: "trace the synthesized stack", run: () => this.trace() },
      ...(serve === undefined || !this.expected.hasSite
        ? []
        : [{ title: "send requests", run: () => this.sendRequests(serve) }]),
    ];
  }

  result(): RehearsalResult {
    const { expected, traced, sent } = this;
    const notApplied = `not applied: ${this.options.why}`;
    const rows = checkBy({ sent, notApplied }, expected, { added: 0, driftedAddresses: [] });
    const steps = [...rows, ...(expected.hasSite && traced !== undefined ? [checkTraceAlone(traced)] : [])];
    return {
      stack: this.stack,
      verdict: worst(steps.map(({ verdict }) => verdict)),
      steps,
      seconds: Math.round((Date.now() - this.started) / 1000),
    };
  }

  private async trace(): Promise<string> {
    const { text, json } = this.options.stack;
    this.traced = traceOf(text, json);
    return inWords(this.traced);
  }

  private async sendRequests(serve: Serve): Promise<string> {
    this.sent = await sendRequests(serve, this.options.stack.json, this.expected);
    const broken = this.result().steps.filter(({ verdict }) => verdict === "broken");
    if (this.sent.kind === "not-sent") return this.sent.why;
    return broken.length === 0 ? "nothing broken" : `broken: ${broken.map(({ id }) => id).join(", ")}`;
  }
}
