/**
 * How much CPU time a trace may take, and a review with its two traces; a plan of 10,000 resources takes about a
 * second. Not the time of day: a verdict must not depend on what else the machine does.
 */
export const LIMIT_SEC = 10;

/** The time is up; the message says where. */
export class TimeIsUp extends Error {}

/**
 * When a trace ends, whatever it has not looked at. Nothing can interrupt a rule, so the clock is looked at between
 * rules, and whenever one reports something.
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

  /** Where it stopped, in one sentence; nothing as long as nothing was stopped. */
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
   * Goes on with something else.
   * @param place such as "in the rules on DNS"
   * @throws {TimeIsUp} if it is over, which names the place before
   */
  enter(place: string): void {
    this.check();
    this.place = place;
  }

  /** Does all of it, or as much as there is time for. */
  run(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof TimeIsUp)) throw error;
    }
  }
}

/** Asking for the CPU time takes longer than most rules do, after each of which it is looked at. */
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

/** Names can be of any length. */
const LONGEST_PLACE = 300;
