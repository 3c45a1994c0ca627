import type { RuleMutant } from "../mutant";
import { addLogs, BY_ELB } from "../parts/listeners";
import { BY_AWS } from "../parts/site";
import { add } from "../pick";

export const P68: readonly RuleMutant[] = [
  {
    name: "the log bucket has no policy",
    base: "site",
    at: { type: "aws_s3_bucket", attribute: "policy" },
    cannot: { state: BY_AWS },
    mutate: (stack) => addLogs(stack),
  },
  {
    name: "the log bucket's policy allows Elastic Load Balancing in another region to write",
    base: "auto-scaling",
    at: { type: "aws_s3_bucket_policy", attribute: "policy" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      addLogs(stack, {
        Principal: { AWS: "arn:aws:iam::054676820928:root" },
        Resource: "arn:aws:s3:::site-logs*/web/AWSLogs/*",
      }),
  },
  {
    name: "the log bucket's policy is for another prefix",
    base: "site",
    at: { type: "aws_s3_bucket_policy", attribute: "policy" },
    cannot: { state: BY_AWS },
    mutate: (stack) =>
      addLogs(stack, { Principal: BY_ELB, Resource: "arn:aws:s3:::site-logs*/AWSLogs/123456789012/*" }),
  },
  {
    name: "the log bucket is encrypted with a KMS key",
    base: "inline-groups",
    at: { type: "aws_s3_bucket_server_side_encryption_configuration" },
    cannot: { state: BY_AWS },
    mutate: (stack) => {
      addLogs(stack, { Principal: BY_ELB, Resource: "arn:aws:s3:::site-logs*/web/AWSLogs/*" });
      add(stack, "aws_s3_bucket_server_side_encryption_configuration", "logs", {
        bucket: "${aws_s3_bucket.logs.id}",
        rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: "aws:kms" } }],
      });
    },
  },
];
