import type { EffectRule } from "../because";
import { autoScalingRule, launchConfigurationRule } from "./auto-scaling-effects";
import { balancerRule } from "./balancer-effects";
import { certificateRule } from "./certificates-effects";
import { registrationRule, zoneRule } from "./delegations-effects";
import { serviceRule } from "./ecs-services-effects";
import { functionPermissionRule } from "./function-permission-effects";
import { instanceStateRule } from "./instance-state-effects";
import { instanceRule } from "./instances-effects";
import { listenerRule } from "./listener-effects";
import { listenerRuleRule } from "./listener-rule-effects";
import { recordRule } from "./records-effects";
import { namesakeRule, protectionRule, takenRule } from "./refusals-effects";
import { aclRuleRule, routeRule } from "./routes-and-acls-effects";
import { relinkedRule, samePairRule } from "./same-pair-effects";
import { groupRuleRule, prefixListRule, securityGroupRule } from "./security-groups-effects";
import { subnetRule, vpcRule } from "./subnets-and-vpcs-effects";
import { attachmentRule, targetGroupRule } from "./target-group-effects";

/** In the order of a request; what makes an apply fail comes first. */
export const EFFECT_RULES: readonly EffectRule[] = [
  protectionRule,
  namesakeRule,
  takenRule,
  recordRule,
  zoneRule,
  registrationRule,
  certificateRule,
  balancerRule,
  listenerRule,
  listenerRuleRule,
  targetGroupRule,
  attachmentRule,
  samePairRule,
  relinkedRule,
  instanceRule,
  instanceStateRule,
  functionPermissionRule,
  autoScalingRule,
  launchConfigurationRule,
  serviceRule,
  securityGroupRule,
  groupRuleRule,
  aclRuleRule,
  prefixListRule,
  subnetRule,
  vpcRule,
  routeRule,
];
