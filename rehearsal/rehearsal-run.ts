import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { WorkFailed } from "../machine/errors";
import { type HeldLock, withLock } from "../machine/files/lock";
import { writeFile } from "../machine/files/write-file";
import { progressTo } from "../machine/terraform/apply-progress";
import { Terraform, type TerraformEvent } from "../machine/terraform/terraform";
import { type Verdict, worst } from "../path/report";
import { servedState } from "./applied-state";
import { type Expectation, expectationOf, type Outputs } from "./expectation";
import type { LocalAws, Quotas } from "./local-aws";
import { OVERRIDE_FILE, overrideFor } from "./override";
import { IDENTITY_FILE, identityChecks, withLocalProviders } from "./providers";
import { exceededQuotas } from "./quotas";
import { throwIfReachingOut } from "./reach";
import { checkTraces, inWords, type Traces, traceOf } from "./rehearsal-trace";
import type { Serve } from "./served";
import { readSite, type Site } from "./site";
import type { SynthesizedStack } from "./stack-files";
import { withoutProxies } from "./surroundings";
import { type Sent, sendRequests } from "./traffic";
import { checkBy, type PlanFacts, type StepResult } from "./walkthrough";

/** The result of one stack's rehearsal. */
export interface RehearsalResult {
  readonly stack: string;
  /** The worst verdict of its steps: unknown never counts as ok. */
  readonly verdict: Verdict;
  readonly steps: readonly StepResult[];
  readonly seconds: number;
}

/** One stage of a rehearsal; `report` shows its progress. */
export interface Stage {
  readonly title: string;
  readonly run: (report: (text: string) => void) => Promise<string>;
}

/** A rehearsal of one stack. */
export interface StagedRehearsal {
  readonly stack: string;
  stages(): Stage[];
  result(): RehearsalResult;
}

export interface RehearsalOptions {
  readonly stack: SynthesizedStack;
  readonly localAws: LocalAws;
  /** The terraform binary. */
  readonly terraform: string;
  /** With the proxies that `init` may need; later stages have none. */
  readonly env: NodeJS.ProcessEnv;
  /**
   * The text of the lock file, whose checksums the provider must match.
   * @default - the first provider that is found is locked
   */
  readonly lock?: string;
  /** An empty folder for the copy of the stack. */
  readonly folder: string;
  /**
   * The local AWS's quotas, for the sentence about an exceeded quota.
   * @default - it has none
   */
  readonly quotas?: Quotas;
  /**
   * A lock to hold while terraform runs, such as that of the temporary folder.
   * @default - none
   */
  readonly inUse?: HeldLock;
  /**
   * Serves the applied state on loopback, so that requests can be sent.
   * @default - no request is sent, and the steps are checked by AWS's API alone
   */
  readonly serve?: Serve;
  readonly signal: AbortSignal;
}

const PLAN_FILE = "rehearsal.tfplan";
/** Anything that a killed rehearsal leaves behind is removed with its local AWS. */
const REHEARSAL_GRACE_MS = 20_000;

/** Deploys one stack to the local AWS, checks it, and destroys it, stage by stage. */
export class Rehearsal implements StagedRehearsal {
  readonly stack: string;
  private readonly terraform: Terraform;
  private readonly started = Date.now();
  private outputs: Outputs = {};
  private site?: Site;
  /** As `terraform show -json` prints it. */
  private state = "{}";
  private sent?: Sent;
  private readonly traces: Traces = {};
  private plan: { added: number; driftedAddresses: string[]; destroyed?: number; failure?: string } = {
    added: 0,
    driftedAddresses: [],
  };

  constructor(private readonly options: RehearsalOptions) {
    this.stack = options.stack.id;
    this.terraform = this.terraformIn(withoutProxies(options.env));
  }

  private terraformIn(env: NodeJS.ProcessEnv): Terraform {
    const { terraform, folder, signal, inUse } = this.options;
    const own = new Terraform({ command: terraform, folder, env, signal, graceMs: REHEARSAL_GRACE_MS });
    return inUse === undefined ? own : own.holding(inUse);
  }

  /**
   * Copies the stack and lets terraform fetch the provider. One rehearsal at a time, because terraform does not lock
   * the provider cache that all rehearsals share.
   */
  async init(report: (text: string) => void = () => undefined): Promise<void> {
    const { folder, stack, lock, env, localAws, signal } = this.options;
    await mkdir(folder, { recursive: true });
    const files = {
      "cdk.tf.json": withLocalProviders(stack.json),
      [OVERRIDE_FILE]: overrideFor(stack.id, stack.json),
      [IDENTITY_FILE]: identityChecks(stack.json, localAws.identity),
    };
    for (const [name, content] of Object.entries(files))
      await writeFile(join(folder, name), JSON.stringify(content, null, 2));
    if (lock !== undefined) await writeFile(join(folder, ".terraform.lock.hcl"), lock);
    // If there are checksums, a copy in the cache must match one of them.
    const { TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: anyCopy, ...strict } = env;
    const fetch = (held: HeldLock) =>
      this.terraformIn(lock === undefined ? env : strict)
        .holding(held)
        .run(["init", "-input=false", "-no-color"]);
    await this.attempt("init", () =>
      withLock(
        `${env.TF_PLUGIN_CACHE_DIR}.lock`,
        (holder) => report(`waiting for ${holder} to fetch the provider`),
        fetch,
        signal,
      ),
    );
    await this.attempt("init", () => throwIfReachingOut(folder));
  }

  /** The stages after `init`, in order. */
  stages(): Stage[] {
    const { serve } = this.options;
    const requests: Stage[] =
      serve === undefined || !this.expected().hasSite
        ? []
        : [{ title: "send requests", run: () => this.attempt("requests", () => this.sendRequests(serve)) }];
    return [
      { title: "plan", run: () => this.attempt("plan", () => this.readPlan()) },
      {
        title: "trace the plan",
        run: () => this.attempt("trace of the plan", () => this.traceAs("plan", [PLAN_FILE])),
      },
      { title: "apply", run: (report) => this.attempt("apply", () => this.apply(report)) },
      { title: "trace the state", run: () => this.attempt("trace of the state", () => this.traceAs("state", [])) },
      { title: "check the walkthrough", run: () => this.attempt("check", () => this.check()) },
      ...requests,
      { title: "second plan", run: () => this.attempt("second plan", () => this.planAgain()) },
      { title: "destroy", run: (report) => this.attempt("destroy", () => this.destroy(report)) },
    ];
  }

  result(): RehearsalResult {
    const expected = this.expected();
    const traced = checkTraces(this.traces);
    // Without a site there is no path, and another row already says so.
    const traces = expected.hasSite || traced.verdict !== "unknown" ? [traced] : [];
    const steps = [...this.walkthrough(), ...traces];
    return {
      stack: this.stack,
      verdict: worst(steps.map(({ verdict }) => verdict)),
      steps,
      seconds: Math.round((Date.now() - this.started) / 1000),
    };
  }

  /** The state that was applied, for `alb-web serve`; absent: it was not reached, or contains no site. */
  get appliedState(): unknown {
    return this.sent === undefined ? undefined : this.stateToServe();
  }

  private stateToServe(): unknown {
    return servedState(JSON.parse(this.state), this.site ?? { instances: [], zones: [] });
  }

  private expected(): Expectation {
    return expectationOf(this.options.stack.json, this.outputs);
  }

  private walkthrough(): StepResult[] {
    const { site, sent, plan } = this;
    return checkBy({ site, sent }, this.expected(), plan satisfies PlanFacts);
  }

  private async readPlan(): Promise<string> {
    const { events } = await this.terraform.run(["plan", "-input=false", "-json", `-out=${PLAN_FILE}`]);
    this.plan.added = addedIn(events);
    return `${this.plan.added} to add`;
  }

  /** @param args the plan file to show; none for the state */
  private async traceAs(what: keyof Traces, args: readonly string[]): Promise<string> {
    const { stdout } = await this.terraform.run(["show", "-json", ...args]);
    if (what === "state") this.state = stdout;
    const report = traceOf(stdout, this.options.stack.json);
    this.traces[what] = report;
    return inWords(report);
  }

  private async apply(report: (text: string) => void): Promise<string> {
    await this.terraform.run(["apply", "-input=false", "-json", PLAN_FILE], progressTo(report));
    this.outputs = JSON.parse((await this.terraform.run(["output", "-json"])).stdout) as Outputs;
    return `${this.plan.added} added`;
  }

  private async check(): Promise<string> {
    this.site = await readSite(this.options.localAws.endpoint, this.expected());
    return this.brokenInWords();
  }

  private async sendRequests(serve: Serve): Promise<string> {
    this.sent = await sendRequests(serve, this.stateToServe(), this.expected());
    return this.sent.kind === "not-sent" ? this.sent.why : this.brokenInWords();
  }

  private brokenInWords(): string {
    const broken = this.walkthrough().filter(({ verdict }) => verdict === "broken");
    return broken.length === 0 ? "nothing broken" : `broken: ${broken.map(({ id }) => id).join(", ")}`;
  }

  private async planAgain(): Promise<string> {
    const { hasChanges, events } = await this.terraform.run(["plan", "-input=false", "-json", "-detailed-exitcode"]);
    if (hasChanges) this.plan.driftedAddresses = changedAddresses(events);
    return hasChanges ? `would change ${this.plan.driftedAddresses.join(", ")}` : "no changes";
  }

  private async destroy(report: (text: string) => void): Promise<string> {
    const { events } = await this.terraform.run(
      ["destroy", "-auto-approve", "-input=false", "-json"],
      progressTo(report),
    );
    this.plan.destroyed = destroyedIn(events);
    return `${this.plan.destroyed} destroyed`;
  }

  /** Records which stage failed, and rethrows the error. */
  private async attempt<T>(stage: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.plan.failure = `${stage} failed`;
      if (!(error instanceof WorkFailed)) throw error;
      const { quotas } = this.options;
      const exceeded = quotas === undefined ? [] : exceededQuotas(String(error.cause), quotas);
      throw new WorkFailed([`${this.stack}: ${stage}: ${error.message}`, ...exceeded].join("\n"));
    }
  }
}

/** The number of resources that a plan adds. */
export function addedIn(events: readonly TerraformEvent[]): number {
  return events.find(({ type }) => type === "change_summary")?.changes?.add ?? 0;
}

/** The number of resources that a destroy removed. */
export function destroyedIn(events: readonly TerraformEvent[]): number {
  return (
    events.findLast(({ type, changes }) => type === "change_summary" && changes?.operation === "destroy")?.changes
      ?.remove ?? 0
  );
}

/** The addresses that a plan would change. */
export function changedAddresses(events: readonly TerraformEvent[]): string[] {
  const addresses = events.flatMap(({ type, change }) =>
    type === "planned_change" ? [change?.resource?.addr ?? "?"] : [],
  );
  return addresses.length > 0 ? addresses : ["an output"];
}
