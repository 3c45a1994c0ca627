import { known } from "../../../topology/value";
import type { TracedPath } from "./traced-path";

/** The ports that clients connect to: the URL's, and those of redirects. */
export function askedPorts({ port, steps }: Pick<TracedPath, "port" | "steps">): readonly number[] {
  return [...new Set([port, ...steps.map(({ listener }) => known(listener.port) ?? port)])];
}
