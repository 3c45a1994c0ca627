/**
 * The CPU time for a trace, and for a review with its two traces; a plan of 10,000 resources takes about a second. Not
 * wall-clock time: a verdict must not depend on the load of the machine.
 */
export const LIMIT_SEC = 10;

/** The time is up; the message contains the place. */
export class TimeIsUp extends Error {}

/**
 * When a trace ends, even if it is not complete. Nothing can interrupt a rule, so the clock is checked between rules,
 * and whenever a rule reports something.
 */
export class Deadline {
  private readonly end: number;
  private place = "while reading the file";
  private sentence: string | undefined;

  /**
   * @param now a clock that never goes back, in milliseconds
   * @default the CPU time of this process
   */
  constructor(private readonly now: () => number = cpuClock()) {
    this.end = now() + LIMIT_SEC * 1_000;
  }

  /** Where it stopped, in one sentence; nothing if it did not stop. */
  get stopped(): string | undefined {
    return this.sentence;
  }

  isOver(): boolean {
    if (this.now() >= this.end)
      this.sentence ??=
        `Stopped after ${LIMIT_SEC} seconds of CPU time, ${this.place.slice(0, LONGEST_PLACE)}; what was not ` +
        "checked is unknown.";
    return this.sentence !== undefined;
  }

  /** @throws {TimeIsUp} if it is over */
  check(): void {
    if (this.isOver()) throw new TimeIsUp(this.sentence);
  }

  /**
   * Continues with another place.
   * @param place such as "in the rules on DNS"
   * @throws {TimeIsUp} if it is over, with the previous place
   */
  enter(place: string): void {
    this.check();
    this.place = place;
  }

  /** Runs all of it, or as much as the time allows. */
  run(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof TimeIsUp)) throw error;
    }
  }
}

/** The time is checked after each rule, and reading the CPU time takes longer than most rules. */
const ASKED_EACH_MS = 50;

/** The CPU time in milliseconds. */
function cpuClock(): () => number {
  let last = { at: -Infinity, ms: 0 };
  return () => {
    const at = performance.now();
    if (at - last.at < ASKED_EACH_MS) return last.ms;
    const { user, system } = process.cpuUsage();
    last = { at, ms: (user + system) / 1_000 };
    return last.ms;
  };
}

/** Names can have any length. */
const LONGEST_PLACE = 300;
