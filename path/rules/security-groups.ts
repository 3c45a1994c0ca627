import type { Rules } from "./subjects";
import { targetPassage } from "./target-passage";

/** P32 to P35. */
export const securityGroupRules: Rules = { path: [targetPassage], file: [] };
