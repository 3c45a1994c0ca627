import { findingsAreAcceptedOnce } from "./rules/accept-rules";
import { backendIsOneKind, stateIsInPlaceOfItsOwn } from "./rules/backend-rules";
import { certificateIsInRegion, domainNameFitsCertificate, namesDiffer, zoneIsWhole } from "./rules/names-rules";
import {
  egressFitsPlacement,
  instancesFitIntoSubnets,
  instancesHaveSubnets,
  networkIsNewOrExisting,
  sshHasAWay,
  zonesAreInRegion,
} from "./rules/network-rules";
import { type Rule, when } from "./rules/prop-rule";
import {
  bootScriptFits,
  nginxAnswersAreMatched,
  nginxHasMemory,
  portsDiffer,
  serverIsOneKind,
  timeoutIsBelowInterval,
} from "./rules/server-rules";
import { schemaFaults } from "./schema/web-stack-schema";
import { settingsOf } from "./settings";
import type { Fault } from "./values";
import type { WebStackProps } from "./web-stack-props";

/** Faults are reported in this order. */
const RULES: readonly Rule[] = [
  domainNameFitsCertificate,
  namesDiffer,
  zoneIsWhole,
  certificateIsInRegion,
  zonesAreInRegion,
  networkIsNewOrExisting,
  instancesHaveSubnets,
  egressFitsPlacement,
  instancesFitIntoSubnets,
  nginxHasMemory,
  sshHasAWay,
  timeoutIsBelowInterval,
  serverIsOneKind,
  portsDiffer,
  nginxAnswersAreMatched,
  bootScriptFits,
  backendIsOneKind,
  stateIsInPlaceOfItsOwn,
  findingsAreAcceptedOnce,
];

/** Every fault of one stack's props, by themselves and against each other. */
export function propFaults(stackId: string, props: unknown): Fault[] {
  const faults = [...idFaults(stackId), ...schemaFaults(props)];
  if (faults.some(({ prop }) => prop === "props")) return faults;
  const faulty = new Set(faults.map(({ prop }) => prop.split(".")[0]));
  const sound = Object.fromEntries(Object.entries(props as WebStackProps).filter(([name]) => !faulty.has(name)));
  // A missing domainName must not keep the rules about other props from being asked.
  const trial = { domainName: "www.example.com", ...sound } as WebStackProps;
  const settings = settingsOf(stackId, trial);
  return [
    ...faults,
    ...RULES.filter(({ reads }) => !reads.some((name) => faulty.has(name))).flatMap(({ check }) =>
      check(settings, trial),
    ),
  ];
}

/** The id becomes a folder, part of names, and the value of a tag. */
function idFaults(stackId: string): Fault[] {
  return when(
    !/^(?!\.+$)[\w.-]{1,128}$/.test(stackId),
    "id",
    stackId,
    'must be 1 to 128 letters, digits, "-", "_" and ".", not dots alone',
  );
}
