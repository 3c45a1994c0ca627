import { shown } from "../echo";
import type { Settings } from "../settings";
import type { PropError } from "../values";
import type { WebStackProps } from "../web-stack-props";

type PropName = keyof WebStackProps;

/** A check of several props together. It runs only if each prop in `reads` is valid on its own. */
export interface Rule {
  readonly reads: readonly PropName[];
  readonly check: (settings: Settings, props: WebStackProps) => readonly PropError[];
}

/**
 * A rule whose check can read only the props in `reads`, so that `reads` is complete.
 * @param check gets the props with their defaults, and as they were written
 */
export function rule<K extends PropName>(
  reads: readonly K[],
  check: (settings: Pick<Settings, NoInfer<K>>, props: Pick<WebStackProps, NoInfer<K>>) => readonly PropError[],
): Rule {
  return { reads, check };
}

export function propError(prop: string, got: unknown, advice: string): PropError {
  return { prop, got: shown(got, { prop }), advice };
}

/** A list with the error, or an empty list. */
export function when(isWrong: boolean, prop: string, got: unknown, advice: string): PropError[] {
  return isWrong ? [propError(prop, got, advice)] : [];
}
