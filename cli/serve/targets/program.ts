/** Something that listens on loopback ports and can end and begin again as a program on an instance does. */
export interface RunningProgram {
  /** The loopback port for each port of the instance. */
  readonly listens: ReadonlyMap<number, number>;
  /** Ends it as a crash does; its ports refuse connections and stay reserved. */
  readonly stop: () => Promise<void>;
  /** On the same ports. */
  readonly start: () => Promise<void>;
  /** Ends it for good. */
  readonly close: () => Promise<void>;
}
