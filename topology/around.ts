import * as expected from "./expected";
import type { Fields } from "./fields";
import { grouped } from "./lists";
import type { BlockPublicAccess, LogBucket, WebAcl } from "./model";
import { partOf } from "./part";
import { policyReader } from "./policy-documents";
import type { Source } from "./source";
import { type Attr, known, Unknown } from "./value";

export function logBucketsOf(source: Source): LogBucket[] {
  const policyOf = policyReader(source);
  const policies = grouped(source.ofType("aws_s3_bucket_policy"), ({ fields }) =>
    fields.text("bucket", expected.BUCKET),
  );
  // It may be the policy of any bucket.
  const loose = source.ofType("aws_s3_bucket_policy").flatMap(({ address, fields }) => {
    const bucket = fields.text("bucket", expected.BUCKET);
    return bucket instanceof Unknown ? [{ address, text: bucket }] : [];
  });
  const encryptions = grouped(source.ofType("aws_s3_bucket_server_side_encryption_configuration"), ({ fields }) =>
    fields.text("bucket", expected.BUCKET),
  );
  return source.ofType("aws_s3_bucket").map((it): LogBucket => {
    const id = it.identity("id");
    const own = policies.get(String(known(id))) ?? [];
    const [encryption] = encryptions.get(String(known(id))) ?? [];
    const rule =
      encryption?.fields.block("rule") ?? it.fields.block("server_side_encryption_configuration")?.block("rule");
    const algorithm = rule?.block("apply_server_side_encryption_by_default")?.text("sse_algorithm");
    return {
      ...partOf(it),
      id,
      policies: [...own, ...(it.isConfigured("policy") ? [it] : [])]
        .map((by): { address: string; text: Attr<string> } => ({ address: by.address, text: policyOf(by, "policy") }))
        .concat(loose),
      ...(algorithm !== undefined && { encryption: { address: encryption?.address ?? it.address, algorithm } }),
    };
  });
}

export function webAclsOf(source: Source): WebAcl[] {
  const associations = grouped(source.ofType("aws_wafv2_web_acl_association"), ({ fields }) =>
    fields.text("web_acl_arn", expected.WEB_ACL),
  );
  return source.ofType("aws_wafv2_web_acl").map((it): WebAcl => {
    const arn = it.identity("arn");
    const action = it.fields.block("default_action");
    return {
      ...partOf(it),
      arn,
      defaultAction: action === undefined ? undefined : action.blocks("block").items.length > 0 ? "block" : "allow",
      hasAllowRule:
        it.fields.isSet("rule_json") ||
        it.fields.blocks("rule").open !== undefined ||
        it.fields.blocks("rule").items.some(mayAllow),
      associations: (associations.get(String(known(arn))) ?? []).map(({ address, fields }) => ({
        address,
        resourceArn: fields.text("resource_arn", expected.BALANCER),
      })),
    };
  });
}

/** A group's own rules are not in the web ACL. */
function mayAllow(rule: Fields): boolean {
  const action = rule.blocks("action");
  const allowing = action.items.map((it) => it.blocks("allow"));
  return (
    action.open !== undefined ||
    allowing.some(({ items, open }) => items.length > 0 || open !== undefined) ||
    rule.block("statement")?.isSet("rule_group_reference_statement") === true
  );
}

export function blockPublicAccessOf(source: Source): BlockPublicAccess[] {
  // An egress-only exclusion does not apply to inbound clients.
  const excluded = source
    .ofType("aws_vpc_block_public_access_exclusion")
    .filter(({ fields }) => fields.text("internet_gateway_exclusion_mode") !== "allow-egress")
    .flatMap(
      ({ fields }) => known(fields.text("vpc_id", expected.VPC) ?? fields.text("subnet_id", expected.SUBNET)) ?? [],
    );
  return source.ofType("aws_vpc_block_public_access_options").map(
    (it): BlockPublicAccess => ({
      ...partOf(it),
      mode: it.fields.text("internet_gateway_block_mode"),
      excluded: { items: excluded },
    }),
  );
}
