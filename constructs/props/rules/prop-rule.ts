import { shown } from "../echo";
import type { Settings } from "../settings";
import type { Fault } from "../values";
import type { WebStackProps } from "../web-stack-props";

type PropName = keyof WebStackProps;

/** What several props must not say together; it is asked only when each of `reads` is fine by itself. */
export interface Rule {
  readonly reads: readonly PropName[];
  readonly check: (settings: Settings, props: WebStackProps) => readonly Fault[];
}

/**
 * A rule whose check sees the props in `reads` and no others, so that none is forgotten there.
 * @param check gets them with their defaults, and as they were written
 */
export function rule<K extends PropName>(
  reads: readonly K[],
  check: (settings: Pick<Settings, NoInfer<K>>, props: Pick<WebStackProps, NoInfer<K>>) => readonly Fault[],
): Rule {
  return { reads, check };
}

export function fault(prop: string, got: unknown, advice: string): Fault {
  return { prop, got: shown(got, { prop }), advice };
}

/** A fault, or none. */
export function when(isFaulty: boolean, prop: string, got: unknown, advice: string): Fault[] {
  return isFaulty ? [fault(prop, got, advice)] : [];
}
