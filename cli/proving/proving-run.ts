import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { WorkFailed } from "../../machine/errors";
import { progressTo } from "../../machine/terraform/apply-progress";
import type { Terraform, TerraformEvent } from "../../machine/terraform/terraform";
import { worst } from "../../path/report";
import { type Expectation, expectationOf, type Outputs } from "../../rehearsal/expectation";
import {
  addedIn,
  changedAddresses,
  destroyedIn,
  type RehearsalResult,
  type Stage,
} from "../../rehearsal/rehearsal-run";
import { checkTraces, inWords, type Traces, traceOf } from "../../rehearsal/rehearsal-trace";
import { readSite, type Site } from "../../rehearsal/site";
import { checkWalkthrough, type PlanFacts, type StepResult } from "../../rehearsal/walkthrough";
import type { Tools } from "../project/project";
import type { Account } from "./account";
import type { ProvingFolder } from "./folder";
import type { Interruptions } from "./interruptions";
import { type Left, leftOf, typesIn } from "./left";
import { commitOf, minuteOf, type ProofRecord, type ProofTimes, publishedSteps, waitStep } from "./proof-record";
import { timesOf } from "./times";
import { type Answer, type FirstGood, firstGood } from "./traffic";
import { NO_TRAFFIC, TITLES, type Waited, waitForAll } from "./waiting";

export interface ProvingOptions {
  readonly folder: ProvingFolder;
  readonly domain: string;
  readonly zone: string;
  readonly account: Account;
  readonly tools: Tools;
  readonly interruptions: Interruptions;
}

const PLAN_FILE = "prove.tfplan";
/** AWS's lists still show deleted resources for a while. */
const GONE_WITHIN_MS = 2 * 60_000;
const GONE_EVERY_MS = 10_000;

/** Deploys a site on AWS, checks it, destroys it, and collects the results. */
export class ProvingRun {
  readonly began = new Date();
  /** Whether terraform apply has started. */
  hasBegun = false;
  /** What still exists on AWS after the destroy; undefined if it was not or could not be checked. */
  left?: readonly Left[];
  private readonly expectedBefore: Expectation;
  private readonly events: TerraformEvent[] = [];
  private readonly times: Omit<ProofTimes, "resources"> = {};
  private readonly waited = new Map<Waited, FirstGood>();
  private readonly traces: Traces = {};
  private provider = "unknown";
  private outputs: Outputs = {};
  private site?: Site;
  private appliedAt = 0;
  private whyUnknownLeft = "not reached";
  private readonly plan: { added: number; driftedAddresses: string[]; destroyed?: number; failure?: string } = {
    added: 0,
    driftedAddresses: [],
  };

  constructor(private readonly options: ProvingOptions) {
    this.expectedBefore = expectationOf(options.folder.json, {});
  }

  /** The stages that the first Ctrl-C interrupts. */
  stages(): Stage[] {
    const { first } = this.options.interruptions;
    const terraform = this.options.folder.terraform(this.options.tools, first);
    return [
      { title: "terraform init", run: () => this.attempt("init", () => this.init(terraform)) },
      { title: "plan", run: () => this.attempt("plan", () => this.readPlan(terraform)) },
      {
        title: "apply",
        run: (report) => this.attempt("apply", () => this.timed("apply", () => this.apply(terraform, report))),
      },
      {
        title: "wait for targets and requests",
        run: (report) => this.attempt("wait", () => this.waitForTraffic(report, first)),
      },
      { title: "second plan", run: () => this.attempt("second plan", () => this.planAgain(terraform)) },
      { title: "check the walkthrough", run: () => this.attempt("check", () => this.check(terraform)) },
    ];
  }

  /** The stages that always run. @param signal stops them */
  lastStages(signal: AbortSignal): Stage[] {
    const terraform = this.options.folder.terraform(this.options.tools, signal);
    return [
      {
        title: "destroy",
        run: (report) => this.attempt("destroy", () => this.timed("destroy", () => this.destroy(terraform, report))),
      },
      { title: "check for leftover resources", run: () => this.lookForLeft(signal) },
    ];
  }

  /** Whether terraform has destroyed everything in the state. */
  get isDown(): boolean {
    return this.plan.destroyed !== undefined;
  }

  /** Like that of a rehearsal, for the terminal. */
  result(): RehearsalResult {
    const steps = this.steps();
    return {
      stack: this.options.folder.id,
      verdict: worst(steps.map(({ verdict }) => verdict)),
      steps,
      seconds: Math.round((Date.now() - this.began.getTime()) / 1000),
    };
  }

  /** For publication. */
  async record(): Promise<ProofRecord> {
    const {
      account,
      domain,
      zone,
      tools: {
        binary: { product, version },
      },
    } = this.options;
    const { verdict, steps } = this.result();
    return {
      format_version: "1.0",
      date: minuteOf(this.began),
      region: this.expectedBefore.region,
      on_aws: account.isAws,
      versions: { terraform: `${product} ${version}`, provider: this.provider, ...(await commitOf()) },
      verdict,
      times: { ...this.times, resources: timesOf(this.events) },
      steps: publishedSteps(steps, { account: account.number, domain, zone }),
    };
  }

  private steps(): StepResult[] {
    const { isAws } = this.options.account;
    const waits = (Object.keys(TITLES) as Waited[]).map((name) =>
      waitStep(...TITLES[name], this.waited.get(name), isAws ? undefined : NO_TRAFFIC),
    );
    return [
      ...checkWalkthrough(this.site, this.expected(), this.plan satisfies PlanFacts),
      checkTraces(this.traces),
      ...waits,
      this.leftStep(),
    ];
  }

  private leftStep(): StepResult {
    const step = { id: "left", title: "Nothing is left" };
    if (this.left === undefined) return { ...step, verdict: "unknown", observed: this.whyUnknownLeft };
    const isNone = this.left.length === 0;
    return {
      ...step,
      verdict: isNone ? "ok" : "broken",
      observed: isNone
        ? "nothing with the stack's tags, no record with the name"
        : `left: ${typesIn(this.left.map(({ type }) => type))}`,
    };
  }

  private expected(): Expectation {
    return expectationOf(this.options.folder.json, this.outputs);
  }

  private async init(terraform: Terraform): Promise<string> {
    await this.options.folder.keepToAccount(this.options.account.number);
    await terraform.run(["init", "-input=false", "-no-color"]);
    const lock = await readFile(join(this.options.folder.terraformFolder, ".terraform.lock.hcl"), "utf8");
    this.provider = /^ {2}version +?= "([\w.-]+)"$/m.exec(lock)?.[1] ?? "unknown";
    return `aws ${this.provider}`;
  }

  private async readPlan(terraform: Terraform): Promise<string> {
    const { events } = await this.timed("plan", () =>
      terraform.run(["plan", "-input=false", "-json", `-out=${PLAN_FILE}`]),
    );
    this.plan.added = addedIn(events);
    this.traces.plan = await this.traceOf(terraform, [PLAN_FILE]);
    return `${this.plan.added} to add; the path is ${inWords(this.traces.plan)}`;
  }

  private async apply(terraform: Terraform, report: (text: string) => void): Promise<string> {
    this.hasBegun = true;
    const progress = progressTo(report);
    await terraform.run(["apply", "-input=false", "-json", PLAN_FILE], (event) => this.follow(event, progress));
    this.appliedAt = performance.now();
    return `${this.plan.added} added`;
  }

  /**
   * Before any other check, as the time is measured. The name is not resolved before its record exists: a resolver
   * would cache that there is none.
   */
  private async waitForTraffic(report: (text: string) => void, signal: AbortSignal): Promise<string> {
    this.outputs = JSON.parse(
      (await this.options.folder.terraform(this.options.tools, signal).run(["output", "-json"])).stdout,
    ) as Outputs;
    if (!this.options.account.isAws) return NO_TRAFFIC;
    const { domain } = this.options;
    const asked = { domain, expected: this.expected(), since: this.appliedAt };
    await waitForAll(asked, report, signal, (name, answer) => {
      this.waited.set(name, answer);
      if (answer.isGood) this.times[name] = answer.seconds;
    });
    return [...this.waited]
      .map(([name, { observed, seconds }]) => `${TITLES[name][0]}: ${observed}, ${seconds} s`)
      .join("; ");
  }

  private async planAgain(terraform: Terraform): Promise<string> {
    const { hasChanges, events } = await terraform.run(["plan", "-input=false", "-json", "-detailed-exitcode"]);
    if (hasChanges) this.plan.driftedAddresses = changedAddresses(events);
    return hasChanges ? `would change ${this.plan.driftedAddresses.join(", ")}` : "no changes";
  }

  private async check(terraform: Terraform): Promise<string> {
    this.traces.state = await this.traceOf(terraform, []);
    const site = await readSite(undefined, this.expected()).catch((error: Error) => {
      throw new WorkFailed(`AWS does not return the resources of the site (${error.name}: ${error.message})`);
    });
    this.site = site;
    const broken = checkWalkthrough(site, this.expected(), this.plan).filter(({ verdict }) => verdict === "broken");
    return broken.length === 0 ? "ok" : `broken: ${broken.map(({ id }) => id).join(", ")}`;
  }

  private async destroy(terraform: Terraform, report: (text: string) => void): Promise<string> {
    const progress = progressTo(report);
    const { events } = await terraform.run(["destroy", "-auto-approve", "-input=false", "-json"], (event) =>
      this.follow(event, progress),
    );
    this.plan.destroyed = destroyedIn(events);
    return `${this.plan.destroyed} destroyed`;
  }

  /** A missing permission is not a failure: by the state, everything is destroyed. */
  private async lookForLeft(signal: AbortSignal): Promise<string> {
    const {
      folder,
      domain,
      account: { isAws },
    } = this.options;
    const look = async (): Promise<Answer> => {
      this.left = await leftOf(folder, domain);
      return { isGood: this.left.length === 0, observed: "" };
    };
    try {
      await firstGood(look, {
        everyMs: GONE_EVERY_MS,
        withinMs: isAws ? GONE_WITHIN_MS : 0,
        since: performance.now(),
        signal,
      });
    } catch (error) {
      if (!(error instanceof WorkFailed) || signal.aborted) throw error;
      this.whyUnknownLeft = error.message.split("\n")[0] ?? "";
    }
    return this.leftStep().observed;
  }

  private async traceOf(terraform: Terraform, args: readonly string[]) {
    return traceOf((await terraform.run(["show", "-json", ...args])).stdout, this.options.folder.json);
  }

  private follow(event: TerraformEvent, progress: (event: TerraformEvent) => void): void {
    if (event.type === "apply_complete") this.events.push(event);
    progress(event);
  }

  private async timed<T>(name: "plan" | "apply" | "destroy", work: () => Promise<T>): Promise<T> {
    const since = performance.now();
    const done = await work();
    this.times[name] = Math.round((performance.now() - since) / 1000);
    return done;
  }

  /** Records which stage failed first, and rethrows the error. */
  private async attempt<T>(stage: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.plan.failure ??= `${stage} failed`;
      throw error instanceof WorkFailed && !this.options.interruptions.first.aborted
        ? new WorkFailed(`${stage}: ${error.message}`, { cause: error })
        : error;
    }
  }
}
