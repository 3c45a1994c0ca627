import { dnsMutants } from "./dns";
import { listenerMutants } from "./listeners";
import type { Mutant } from "./mutant";
import { networkAclMutants } from "./network-acls";
import { securityGroupMutants } from "./security-groups";
import { serverMutants } from "./servers";
import { subnetMutants } from "./subnets";
import { targetGroupMutants } from "./target-groups";
import { targetZoneMutants } from "./target-zones";
import { tlsMutants } from "./tls";
import { twoWritersMutants } from "./two-writers";

/** All faults that the tests put into correct stacks. */
export const MUTANTS: readonly Mutant[] = [
  ...dnsMutants,
  ...tlsMutants,
  ...listenerMutants,
  ...targetGroupMutants,
  ...subnetMutants,
  ...securityGroupMutants,
  ...networkAclMutants,
  ...serverMutants,
  ...targetZoneMutants,
  ...twoWritersMutants,
];

/**
 * What the sample of the mutants must hold: each row in each form of a file, each base, each type of resource at fault,
 * each reason why a form cannot hold one.
 */
export function kindsOf({ row, base, at, cannot = {} }: Mutant): string[] {
  const forms = (["plan", "state"] as const).map((form) =>
    cannot[form] === undefined ? `${row} in a ${form}` : `not in a ${form}: ${cannot[form]}`,
  );
  return [...forms, row, `base ${base}`, `type ${at.type}`];
}
