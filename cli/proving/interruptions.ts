import { WorkFailed } from "../../machine/errors";

/** One Ctrl-C can arrive twice: from the terminal, and from npm, which forwards it. */
const SAME_WITHIN_MS = 1_000;

/** The first Ctrl-C or termination signal stops the deploy; the second also stops the destroy. */
export class Interruptions {
  private readonly building = new AbortController();
  private readonly destroying = new AbortController();
  private last = Number.NEGATIVE_INFINITY;

  /** @param now the clock, in milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {}

  get first(): AbortSignal {
    return this.building.signal;
  }

  get second(): AbortSignal {
    return this.destroying.signal;
  }

  /** Starts to listen for signals. */
  listen(): this {
    const heard = (name: NodeJS.Signals) => this.hear(name);
    process.on("SIGINT", heard).on("SIGTERM", heard).on("SIGHUP", heard);
    return this;
  }

  hear(name: NodeJS.Signals): void {
    const isSame = this.now() - this.last < SAME_WITHIN_MS;
    this.last = this.now();
    if (isSame) return;
    const reason = new WorkFailed(`Interrupted by ${name}`);
    if (this.first.aborted) this.destroying.abort(reason);
    else this.building.abort(reason);
  }
}
