import { grouped } from "./balancers";
import * as expected from "./expected";
import type { BlockPublicAccess, LogBucket, WebAcl } from "./model";
import { partOf } from "./part";
import { policyReader } from "./policy-documents";
import type { Source } from "./source";
import { known } from "./value";

export function logBucketsOf(source: Source): LogBucket[] {
  const policyOf = policyReader(source);
  const policies = grouped(source.ofType("aws_s3_bucket_policy"), ({ fields }) => fields.text("bucket", expected.BUCKET));
  const encryptions = grouped(source.ofType("aws_s3_bucket_server_side_encryption_configuration"), ({ fields }) => fields.text("bucket", expected.BUCKET));
  return source.ofType("aws_s3_bucket").map((it): LogBucket => {
    const id = it.identity("id");
    const own = policies.get(String(known(id))) ?? [];
    const [encryption] = encryptions.get(String(known(id))) ?? [];
    const rule = encryption?.fields.block("rule") ?? it.fields.block("server_side_encryption_configuration")?.block("rule");
    const algorithm = rule?.block("apply_server_side_encryption_by_default")?.text("sse_algorithm");
    return {
      ...partOf(it), id,
      policies: [...own, ...(it.isConfigured("policy") ? [it] : [])].map((by) => ({ address: by.address, text: policyOf(by, "policy") })),
      ...(algorithm !== undefined && { encryption: { address: encryption?.address ?? it.address, algorithm } }),
    };
  });
}

export function webAclsOf(source: Source): WebAcl[] {
  const associations = grouped(source.ofType("aws_wafv2_web_acl_association"), ({ fields }) => fields.text("web_acl_arn", expected.WEB_ACL));
  return source.ofType("aws_wafv2_web_acl").map((it): WebAcl => {
    const arn = it.identity("arn");
    const action = it.fields.block("default_action");
    return {
      ...partOf(it), arn,
      defaultAction: action === undefined ? undefined : action.blocks("block").items.length > 0 ? "block" : "allow",
      hasAllowRule: it.fields.blocks("rule").open !== undefined || it.fields.blocks("rule").items.some((rule) => (rule.block("action")?.blocks("allow").items.length ?? 0) > 0),
      associations: (associations.get(String(known(arn))) ?? []).map(({ address, fields }) => ({ address, resourceArn: fields.text("resource_arn", expected.BALANCER) })),
    };
  });
}

export function blockPublicAccessOf(source: Source): BlockPublicAccess[] {
  const excluded = source.ofType("aws_vpc_block_public_access_exclusion").flatMap(({ fields }) => known(fields.text("vpc_id", expected.VPC) ?? fields.text("subnet_id", expected.SUBNET)) ?? []);
  return source.ofType("aws_vpc_block_public_access_options").map((it): BlockPublicAccess => ({ ...partOf(it), mode: it.fields.text("internet_gateway_block_mode"), excluded: { items: excluded } }));
}
