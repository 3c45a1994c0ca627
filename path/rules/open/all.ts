import type { Check } from "../rule";
import { INVOKED_ACTIONS } from "./invoked-actions";
import { STRUCTURE } from "./structure";
import { UNREAD } from "./unread-arguments";

/** A check without an id: it only says what a file leaves open, and finds no fault. */
export interface OpenCheck extends Check {
  /** Such as "the rules on the file's structure". */
  readonly where: string;
}

/* Of two reasons why one attribute is open the later one holds. */

/** Asked before the rules, which know more of what they need. */
export const CHECKS_BEFORE_RULES: readonly OpenCheck[] = STRUCTURE;

/** Asked after the rules: a part of the path that nobody reads may do anything, whatever else is open there. */
export const CHECKS_AFTER_RULES: readonly OpenCheck[] = [...INVOKED_ACTIONS, ...UNREAD];
