import { INVOKED_ACTIONS } from "./invoked-actions";
import type { OpenCheck } from "./open-check";
import { STRUCTURE } from "./structure";
import { UNREAD } from "./unread-arguments";

/* Of two reasons why one attribute is open the later one holds. */

/** Asked before the rules, which know more of what they need. */
export const CHECKS_BEFORE_RULES: readonly OpenCheck[] = STRUCTURE;

/** Asked after the rules: a part of the path that nobody reads may do anything, whatever else is open there. */
export const CHECKS_AFTER_RULES: readonly OpenCheck[] = [...INVOKED_ACTIONS, ...UNREAD];
