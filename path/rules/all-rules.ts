import type { Rules } from "../rule";
import { applicationRules } from "./application";
import { dnsRules } from "./dns";
import { healthCheckRules } from "./health-check";
import { listenerRuleRules } from "./listener-rules";
import { listenerRules } from "./listeners";
import { logAndWafRules } from "./logs-and-waf";
import { networkAclRules } from "./network-acls";
import { packageRules } from "./packages";
import { redirectRules } from "./redirects";
import { routingRules } from "./routing";
import { securityGroupRules } from "./security-groups";
import { serverRules } from "./servers";
import { structureRules } from "./structure";
import { subnetRules } from "./subnets";
import { targetFitRules } from "./target-fit";
import { targetGroupRules } from "./target-groups";
import { targetZoneRules } from "./target-zones";
import { tlsRules } from "./tls";

/** Every rule there is. */
export const RULES: readonly Rules[] = [structureRules, dnsRules, tlsRules, listenerRules, redirectRules, listenerRuleRules, targetGroupRules, targetFitRules, healthCheckRules, applicationRules, logAndWafRules, securityGroupRules, networkAclRules, subnetRules, routingRules, targetZoneRules, serverRules, packageRules];
