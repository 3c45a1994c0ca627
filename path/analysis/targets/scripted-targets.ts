import { known } from "../../../topology/value";
import type { Target, TracedPath } from "../requests/traced-path";

/* Targets whose boot scripts are known, which show how the application responds. */

/** EC2 accepts 16 KiB; anything longer is not a script. */
const MAX_SCRIPT = 20_000;

/** Once for each group and script, because the instances of a group usually share theirs. */
export function* scriptedTargets({
  targets,
}: Pick<TracedPath, "targets">): Iterable<Target & { readonly script: string }> {
  const seen = new Set<string>();
  for (const target of targets) {
    const script = known(target.server?.userData);
    if (script === undefined || script === "" || script.length > MAX_SCRIPT) continue;
    const key = `${target.targetGroup.address} ${target.server?.settingsAddress} ${known(target.port)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield { ...target, script };
  }
}
