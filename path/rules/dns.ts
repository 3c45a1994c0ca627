import { ipVersions } from "./ip-versions";
import type { Rules } from "./subjects";

/* Whether the client's question for the name is answered with the balancer's addresses. */

export const dnsRules: Rules = {
  path: [ipVersions],
  file: [],
};
