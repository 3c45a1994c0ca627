import { setMaxListeners } from "node:events";
import { addressOf } from "../../path/serve/members";
import { Gate } from "./gate";
import { checkHealth, checkInWords } from "./health-check";
import type { RunningMember } from "./pools";

/* Checks the health of all targets, as long as the site is served. */

export interface HealthChecks {
  /** Resolves when each target has been checked often enough to be healthy or unhealthy. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** A program has at least this time to respond, however fast the clock: it runs at its usual speed. */
const SHORTEST_TIMEOUT_MS = 3_000;
/** The timeout of a check whose packets are dropped. */
const SHORTEST_WAIT_MS = 50;
/** Programs that have just started are checked again sooner. */
const SHORTEST_INTERVAL_MS = 100;
/** A large file has thousands of targets; each connection needs two files of this process. */
const MOST_CONNECTIONS = 100;

/**
 * @param clock how many times faster than on AWS
 * @param onChange called after each check
 */
export function startHealthChecks(
  members: readonly RunningMember[],
  clock: number,
  onChange: () => void,
): HealthChecks {
  return new Checks(members, clock, onChange);
}

class Checks implements HealthChecks {
  private readonly stopping = new AbortController();
  private readonly connections = new Gate(MOST_CONNECTIONS);
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly running = new Set<Promise<void>>();
  private readonly waiting: Set<RunningMember>;
  private settle: () => void = () => undefined;
  private readonly whenSettled = new Promise<void>((resolve) => {
    this.settle = resolve;
  });

  constructor(
    members: readonly RunningMember[],
    private readonly clock: number,
    private readonly onChange: () => void,
  ) {
    const checked = members.filter(({ health }) => health.state === "initial");
    this.waiting = new Set(checked);
    if (checked.length === 0) this.settle();
    // One listener for each check in progress; without this, Node warns of more than ten.
    setMaxListeners(0, this.stopping.signal);
    for (const member of checked) this.schedule(member, 0);
  }

  settled(): Promise<void> {
    return this.whenSettled;
  }

  async close(): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all(this.running);
  }

  private schedule(member: RunningMember, waitMs: number): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const check = this.checkOnce(member).then(() => {
        this.running.delete(check);
        if (this.stopping.signal.aborted) return;
        this.schedule(member, Math.max((member.settings.intervalSec * 1000) / this.clock, SHORTEST_INTERVAL_MS));
      });
      this.running.add(check);
    }, waitMs);
    this.timers.add(timer);
  }

  private async checkOnce(member: RunningMember): Promise<void> {
    const { settings, health, membership } = member;
    const { signal } = this.stopping;
    const backend = member.checked();
    const shortest = backend.way.kind === "closed" ? SHORTEST_WAIT_MS : SHORTEST_TIMEOUT_MS;
    const timeoutMs = Math.max((settings.timeoutSec * 1000) / this.clock, shortest);
    const check = () => checkHealth({ settings, backend, ip: addressOf(membership.target), timeoutMs, signal });
    // Without packets that pass, it takes time but no connection.
    const result = await (backend.way.kind === "closed" ? check() : this.connections.pass(check));
    if (signal.aborted) return;
    health.record(result);
    member.lastCheck = { at: new Date().toISOString(), text: checkInWords(result, settings, membership.healthPort) };
    if (health.state !== "initial") this.waiting.delete(member);
    if (this.waiting.size === 0) this.settle();
    this.onChange();
  }
}
