import { INVOKED_ACTIONS } from "./invoked-actions";
import type { OpenCheck } from "./open-check";
import { STRUCTURE } from "./structure";
import { UNREAD } from "./unread-arguments";

/* If two checks report one attribute as open, the later reason is kept. */

/** Run before the rules, which know more about what they need. */
export const CHECKS_BEFORE_RULES: readonly OpenCheck[] = STRUCTURE;

/** Run after the rules: a part of the path that is not read may do anything, whatever else is open there. */
export const CHECKS_AFTER_RULES: readonly OpenCheck[] = [...INVOKED_ACTIONS, ...UNREAD];
