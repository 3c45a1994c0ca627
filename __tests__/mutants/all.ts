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

/** All faults that the tests put into correct stacks. */
export const MUTANTS: readonly Mutant[] = [
  ...dnsMutants, ...tlsMutants, ...listenerMutants, ...targetGroupMutants, ...subnetMutants, ...securityGroupMutants, ...networkAclMutants, ...serverMutants, ...targetZoneMutants,
];
