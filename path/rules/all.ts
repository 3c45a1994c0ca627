import { P01 } from "./dns/P01-private-zone";
import { P02 } from "./dns/P02-no-delegation";
import { P03 } from "./dns/P03-two-zones";
import { P04 } from "./dns/P04-outside-its-zone";
import { P05 } from "./dns/P05-alias-zone";
import { P06 } from "./dns/P06-wrong-balancer";
import { P07 } from "./dns/P07-cname-at-apex";
import { P08 } from "./dns/P08-one-ip-version";
import { P09 } from "./dns/P09-internal-balancer";
import { P10 } from "./dns/P10-target-health";
import { P69 } from "./dns/P69-same-record";
import { P19 } from "./listener/P19-no-certificate";
import { P20 } from "./listener/P20-unfit-protocol";
import { P21 } from "./listener/P21-nothing-listens";
import { P22 } from "./listener/P22-redirect-to-closed-port";
import { P23 } from "./listener/P23-redirect-to-itself";
import { P24 } from "./listener/P24-redirect-circle";
import { P25 } from "./listener/P25-application-redirects";
import { P26 } from "./listener/P26-no-rule-matches";
import { P27 } from "./listener/P27-same-port-or-priority";
import { P28 } from "./listener/P28-hidden-rules";
import { P29 } from "./listener/P29-protocol-version";
import { P30 } from "./listener/P30-listener-port-closed";
import { P31 } from "./listener/P31-balancer-without-group";
import { P38 } from "./listener/P38-large-prefix-list";
import { P41 } from "./listener/P41-one-subnet";
import { P42 } from "./listener/P42-one-zone";
import { P43 } from "./listener/P43-small-subnet";
import { P44 } from "./listener/P44-no-internet-route";
import { P45 } from "./listener/P45-route-table-not-associated";
import { P47 } from "./listener/P47-public-access-blocked";
import { P59 } from "./listener/P59-refused-name";
import { P68 } from "./listener/P68-log-bucket";
import { P71 } from "./listener/P71-same-route";
import { P74 } from "./listener/P74-new-address";
import { P76 } from "./listener/P76-web-acl-blocks";
import type { Rule } from "./rule";
import { P32 } from "./target/P32-no-way-out";
import { P33 } from "./target/P33-target-port-closed";
import { P34 } from "./target/P34-health-port-closed";
import { P35 } from "./target/P35-rule-misses";
import { P36 } from "./target/P36-group-of-other-vpc";
import { P37 } from "./target/P37-rules-inside-and-outside";
import { P39 } from "./target/P39-acl-keeps-out";
import { P40 } from "./target/P40-acl-denies";
import { P46 } from "./target/P46-overlapping-subnets";
import { P50 } from "./target/P50-zone-of-target";
import { P53 } from "./target/P53-attachment-port";
import { P54 } from "./target/P54-https-to-http";
import { P55 } from "./target/P55-health-check-path";
import { P61 } from "./target/P61-targets-without-group";
import { P62 } from "./target/P62-no-packages";
import { P63 } from "./target/P63-nat-without-way-out";
import { P64 } from "./target/P64-packages-kept-out";
import { P65 } from "./target/P65-application-port";
import { P66 } from "./target/P66-user-data-not-run";
import { P67 } from "./target/P67-metadata-hops";
import { P70 } from "./target/P70-same-group-name";
import { P72 } from "./target/P72-same-rule";
import { P73 } from "./target/P73-same-acl-entry";
import { P48 } from "./target-group/P48-unused-group";
import { P49 } from "./target-group/P49-nothing-registered";
import { P51 } from "./target-group/P51-other-vpc";
import { P52 } from "./target-group/P52-target-type";
import { P56 } from "./target-group/P56-matcher";
import { P57 } from "./target-group/P57-timeout";
import { P58 } from "./target-group/P58-unfit-health-check";
import { P60 } from "./target-group/P60-deregistration-delay";
import { P75 } from "./target-group/P75-taken-away";
import { P11 } from "./tls/P11-name-not-covered";
import { P12 } from "./tls/P12-mistaken-wildcard";
import { P13 } from "./tls/P13-other-region";
import { P14 } from "./tls/P14-not-waited-for";
import { P15 } from "./tls/P15-no-validation-record";
import { P16 } from "./tls/P16-mail-validation";
import { P17 } from "./tls/P17-caa";
import { P18 } from "./tls/P18-destroyed-first";

/** All rules, ordered by id. */
export const RULES: readonly Rule[] = [
  P01,
  P02,
  P03,
  P04,
  P05,
  P06,
  P07,
  P08,
  P09,
  P10,
  P11,
  P12,
  P13,
  P14,
  P15,
  P16,
  P17,
  P18,
  P19,
  P20,
  P21,
  P22,
  P23,
  P24,
  P25,
  P26,
  P27,
  P28,
  P29,
  P30,
  P31,
  P32,
  P33,
  P34,
  P35,
  P36,
  P37,
  P38,
  P39,
  P40,
  P41,
  P42,
  P43,
  P44,
  P45,
  P46,
  P47,
  P48,
  P49,
  P50,
  P51,
  P52,
  P53,
  P54,
  P55,
  P56,
  P57,
  P58,
  P59,
  P60,
  P61,
  P62,
  P63,
  P64,
  P65,
  P66,
  P67,
  P68,
  P69,
  P70,
  P71,
  P72,
  P73,
  P74,
  P75,
  P76,
];

const BY_ID = new Map<string, Rule>(RULES.map((it) => [it.id, it]));

/** The page of a rule, relative to the project's folder. */
export function docsOf(id: string): string {
  return `docs/rules/${id}.md`;
}

/** @throws {Error} if there is no such rule, which is an error in the caller */
export function ruleOf(id: string): Rule {
  const found = BY_ID.get(id);
  if (found === undefined) throw new Error(`no rule ${id}`);
  return found;
}
