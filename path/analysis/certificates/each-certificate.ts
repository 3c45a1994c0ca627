import { known } from "../../../topology/value";
import type { TracedPath } from "../requests/traced-path";
import { certificatesOn, type Use } from "./picked-certificates";

/**
 * Checks each certificate once, because a listener can have thousands that no declared name selects. The result applies
 * to every path with the certificate, whatever its name.
 */
export function ofEachCertificate<T>(
  look: (use: Use, path: TracedPath) => readonly T[],
): (path: TracedPath) => readonly T[] {
  const [byUse, byOthers] = [new WeakMap<Use, readonly T[]>(), new WeakMap<readonly Use[], readonly T[]>()];
  return (path) => {
    const foundAt = (use: Use) => kept(byUse, use, () => look(use, path));
    return path.steps.flatMap(({ listener }) => {
      if (known(listener.protocol) !== "HTTPS") return [];
      const { met, others } = certificatesOn(path, listener);
      return [...met.flatMap(foundAt), ...kept(byOthers, others, () => others.flatMap(foundAt))];
    });
  };
}

function kept<K extends object, T>(answers: WeakMap<K, T>, key: K, make: () => T): T {
  const found = answers.get(key) ?? make();
  answers.set(key, found);
  return found;
}
