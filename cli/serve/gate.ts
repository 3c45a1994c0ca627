/** Lets a limited number of works run at the same time; the others wait in turn. */
export class Gate {
  private readonly waiting: (() => void)[] = [];

  /** @param free how many may run now */
  constructor(private free: number) {}

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }
}
