import type { Rules } from "../rule";
import { applicationRules } from "./application";
import { dnsRules } from "./dns";
import { healthCheckRules } from "./health-check";
import { listenerRuleRules } from "./listener-rules";
import { listenerRules } from "./listeners";
import { logAndWafRules } from "./logs-and-waf";
import { networkAclRules } from "./network-acls";
import { redirectRules } from "./redirects";
import { securityGroupRules } from "./security-groups";
import { structureRules } from "./structure";
import { targetFitRules } from "./target-fit";
import { targetGroupRules } from "./target-groups";
import { tlsRules } from "./tls";

/** Every rule there is. */
export const RULES: readonly Rules[] = [structureRules, dnsRules, tlsRules, listenerRules, redirectRules, listenerRuleRules, targetGroupRules, targetFitRules, healthCheckRules, applicationRules, logAndWafRules, securityGroupRules, networkAclRules];
