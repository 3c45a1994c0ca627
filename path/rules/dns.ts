import { leadsSomewhere, mayLeadSomewhere } from "../analysis/names/record-ends";
import { writtenOutside } from "../analysis/names/record-names";
import { balancerBehindRecord, zoneOfAlias } from "./aliases";
import { ipVersions } from "./ip-versions";
import type { Rules } from "./subjects";

/* Whether the client's question for the name is answered with the balancer's addresses. */

export const dnsRules: Rules = {
  path: [writtenOutside, zoneOfAlias, balancerBehindRecord, leadsSomewhere, ipVersions],
  file: [mayLeadSomewhere],
};
