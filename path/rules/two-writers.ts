import { oldOneInTheWay, takenAwayAgain } from "./moved-resources";
import { standsInParent } from "./standing-blocks";
import type { Rules } from "./subjects";
import { takenFromParent } from "./taken-from-parent";
import { oneEntryOfANumber, oneGroupOfAName, onePermissionOnce, oneRouteToADestination } from "./written-twice";

/* Two resources that write one and the same thing on AWS. */

export const twoWritersRules: Rules = {
  path: [],
  file: [
    oneGroupOfAName,
    oneRouteToADestination,
    onePermissionOnce,
    oneEntryOfANumber,
    standsInParent,
    oldOneInTheWay,
    takenAwayAgain,
    takenFromParent,
  ],
};
