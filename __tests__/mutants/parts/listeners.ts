import type { SynthesizedJson } from "../mutant";
import { add, type Picked, the } from "../pick";
import { balancerOf, httpsOf, type Json, typeOf } from "./site";

export const httpOf = (stack: SynthesizedJson) =>
  the(stack, typeOf(stack, "aws_lb_listener"), ({ protocol }) => protocol === "HTTP");

export const arnOf = ({ address }: Picked) => `\${${address}.arn}`;

export const forwardTo = (group: Picked): Json[] => [{ type: "forward", target_group_arn: arnOf(group) }];

export const redirectTo = (redirect: Json): Json[] => [
  { type: "redirect", redirect: { status_code: "HTTP_301", ...redirect } },
];

export const text = (code: string, body = "nothing here"): Json[] => [
  { type: "fixed-response", fixed_response: { content_type: "text/plain", message_body: body, status_code: code } },
];

export const forHosts = (...values: string[]): Json => ({ host_header: { values } });

export const forPaths = (...values: string[]): Json => ({ path_pattern: { values } });

export function addRule(
  stack: SynthesizedJson,
  name: string,
  priority: number,
  condition: Json[],
  action: Json[],
  listener = httpsOf(stack),
): void {
  add(stack, "aws_lb_listener_rule", name, { listener_arn: arnOf(listener), priority, condition, action });
}

/** Enables the load balancer's access logs. */
export function addLogs(stack: SynthesizedJson, policy?: Json): void {
  const bucket = add(stack, "aws_s3_bucket", "logs", { bucket: "site-logs" });
  balancerOf(stack).body.access_logs = { enabled: true, bucket: `\${${bucket}.id}`, prefix: "web" };
  if (policy !== undefined)
    add(stack, "aws_s3_bucket_policy", "logs", {
      bucket: `\${${bucket}.id}`,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "s3:PutObject", ...policy }],
      }),
    });
}

export const BY_ELB = { Service: "logdelivery.elasticloadbalancing.amazonaws.com" };

/** The block that a web ACL and each of its rules must have. */
export const visibility = (name: string): Json => ({
  cloudwatch_metrics_enabled: false,
  metric_name: name,
  sampled_requests_enabled: false,
});

export function addWebAcl(stack: SynthesizedJson, body: Json): void {
  const acl = add(stack, "aws_wafv2_web_acl", "site", {
    name: "site",
    scope: "REGIONAL",
    default_action: { block: {} },
    visibility_config: visibility("site"),
    ...body,
  });
  add(stack, "aws_wafv2_web_acl_association", "site", {
    resource_arn: arnOf(balancerOf(stack)),
    web_acl_arn: `\${${acl}.arn}`,
  });
}
