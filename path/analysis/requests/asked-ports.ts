import { known } from "../../../topology/value";
import type { TracedPath } from "./traced-path";

/** The ports at which clients ask: that of the URL, and those that redirects lead to. */
export function askedPorts({ port, steps }: Pick<TracedPath, "port" | "steps">): readonly number[] {
  return [...new Set([port, ...steps.map(({ listener }) => known(listener.port) ?? port)])];
}
