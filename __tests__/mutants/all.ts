import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Mutant } from "./mutant";

const files = ["dns", "tls", "listeners", "target-groups", "security-groups", "network-acls", "subnets", "servers"];

/** All faults that the tests put into correct stacks. */
export const MUTANTS: readonly Mutant[] = readdirSync(__dirname)
  .filter((file) => files.includes(file.replace(/\.ts$/, "")))
  .flatMap((file) => Object.values(require(join(__dirname, file)) as Record<string, unknown>))
  .flatMap((it) => (Array.isArray(it) ? (it as Mutant[]) : []));
