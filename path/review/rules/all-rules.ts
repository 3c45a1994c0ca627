import type { EffectRule } from "../because";
import { autoScalingRule, launchConfigurationRule } from "./auto-scaling";
import { balancerRule } from "./balancer";
import { certificateRule } from "./certificates";
import { registrationRule, zoneRule } from "./delegations";
import { serviceRule } from "./ecs-services";
import { functionPermissionRule } from "./function-permission";
import { instanceStateRule } from "./instance-state";
import { instanceRule } from "./instances";
import { listenerRule } from "./listener";
import { listenerRuleRule } from "./listener-rule";
import { recordRule } from "./records";
import { namesakeRule, protectionRule, takenRule } from "./refusals";
import { aclRuleRule, routeRule } from "./routes-and-acls";
import { relinkedRule, samePairRule } from "./same-pair";
import { groupRuleRule, prefixListRule, securityGroupRule } from "./security-groups";
import { subnetRule, vpcRule } from "./subnets-and-vpcs";
import { attachmentRule, targetGroupRule } from "./target-group";

/** In the order of a request; what AWS refuses comes first. */
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
