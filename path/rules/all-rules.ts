import type { Rules } from "../rule";
import { dnsRules } from "./dns";
import { listenerRuleRules } from "./listener-rules";
import { listenerRules } from "./listeners";
import { networkAclRules } from "./network-acls";
import { redirectRules } from "./redirects";
import { securityGroupRules } from "./security-groups";
import { structureRules } from "./structure";
import { tlsRules } from "./tls";

/** Every rule there is. */
export const RULES: readonly Rules[] = [structureRules, dnsRules, tlsRules, listenerRules, redirectRules, listenerRuleRules, securityGroupRules, networkAclRules];
