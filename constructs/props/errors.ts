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
import { schemaErrors } from "./schema/web-stack-schema";
import { settingsOf } from "./settings";
import type { PropError } from "./values";
import type { WebStackProps } from "./web-stack-props";

/** Errors are reported in this order. */
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

/** All errors in one stack's props: of each prop, and of props together. */
export function propErrors(stackId: string, props: unknown): PropError[] {
  const errors = [...idErrors(stackId), ...schemaErrors(props)];
  if (errors.some(({ prop }) => prop === "props")) return errors;
  const wrong = new Set(errors.map(({ prop }) => prop.split(".")[0]));
  const sound = Object.fromEntries(Object.entries(props as WebStackProps).filter(([name]) => !wrong.has(name)));
  // A missing domainName must not prevent the rules about other props from running.
  const trial = { domainName: "www.example.com", ...sound } as WebStackProps;
  const settings = settingsOf(stackId, trial);
  return [
    ...errors,
    ...RULES.filter(({ reads }) => !reads.some((name) => wrong.has(name))).flatMap(({ check }) =>
      check(settings, trial),
    ),
  ];
}

/** The id is used as a folder name, in resource names, and as the value of a tag. */
function idErrors(stackId: string): PropError[] {
  return when(
    !/^(?!\.+$)[\w.-]{1,128}$/.test(stackId),
    "id",
    stackId,
    'must be 1 to 128 letters, digits, "-", "_" and ".", but not only dots',
  );
}
