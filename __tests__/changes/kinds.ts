import { BASES } from "./bases";
import type { Changed } from "./changed";

/*
 * What the sample of the changes must hold: each effect with each site, each hop and each type of resource that causes
 * it; each hop that is broken or repaired; and each way of editing: a type that is added to, dropped from or changed,
 * blocks that move or remove.
 */

export function kindsOf({ base, edit, effect, cause, broken = [], repaired = [] }: Changed): string[] {
  return [
    `${effect} in ${base}`,
    `${effect} by ${cause?.type}`,
    `${effect} at ${cause?.hop}`,
    ...broken.map((hop) => `breaks ${hop}`),
    ...repaired.map((hop) => `repairs ${hop}`),
    ...editsOf(base, edit),
  ];
}

function editsOf(base: Changed["base"], edit: Changed["edit"]): string[] {
  const [before, after] = [BASES[base](), BASES[base]()];
  edit(after);
  const types = [...new Set([before, after].flatMap(({ resource }) => Object.keys(resource)))];
  return [
    ...types.flatMap((type) => {
      const [old, made] = [before.resource[type] ?? {}, after.resource[type] ?? {}];
      const names = Object.keys(made);
      return [
        ...(names.some((name) => old[name] === undefined) ? [`adds ${type}`] : []),
        ...(Object.keys(old).some((name) => made[name] === undefined) ? [`drops ${type}`] : []),
        ...(names.some((name) => old[name] !== undefined && JSON.stringify(old[name]) !== JSON.stringify(made[name]))
          ? [`changes ${type}`]
          : []),
      ];
    }),
    ...["moved", "removed"].filter((block) => after[block] !== undefined),
    ...(JSON.stringify(after).includes("create_before_destroy") ? ["makes first"] : []),
  ];
}
