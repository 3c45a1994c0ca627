import type { Balancer, LogBucket, Topology } from "../../topology/model";
import { symbol } from "../../topology/source";
import { type Attr, isUnknown, known, Unknown } from "../../topology/value";
import { LOG_ACCOUNTS } from "../facts/elb";
import { fix, setting } from "../fixes/fix";
import { BY_NO_PROP } from "../fixes/wording";
import { LOG_SERVICE, letsElbWrite, statementsOf, withStatement } from "./log-policy";
import type { FileReporter } from "./rule";
import type { Rules } from "./subjects";

/* P68: what stands around a balancer and stops it, or its requests. */

export const logAndWafRules: Rules = { path: [], file: [canWriteItsLogs, isLetThroughByItsWebAcl] };

const IN_BUCKET = "accessLogsBucket: a bucket that is encrypted with S3's own keys and lets ELB write";

function canWriteItsLogs(topology: Topology, report: FileReporter): void {
  const buckets = new Map(topology.logBuckets.map((it) => [known(it.id), it]));
  for (const balancer of topology.balancers) {
    const { accessLogs } = balancer;
    if (accessLogs === undefined || balancer.isData || (balancer.type !== undefined && balancer.type !== "application"))
      continue;
    if (isUnknown(accessLogs.bucket)) {
      report.open("listener", accessLogs.bucket);
      continue;
    }
    const bucket = buckets.get(known(accessLogs.bucket));
    if (bucket === undefined || bucket.isData) {
      report.assume({
        hop: "listener",
        address: balancer.address,
        text:
          `the bucket ${known(accessLogs.bucket) ?? "for access logs"} exists in the balancer's region, and lets ` +
          "ELB write",
      });
      continue;
    }
    checkEncryption(balancer, bucket, report);
    checkPolicy(balancer, bucket, accessLogs.prefix, report);
  }
}

const REFUSED = "the apply fails: InvalidConfigurationRequest, Access Denied for bucket";

function checkEncryption(balancer: Balancer, bucket: LogBucket, report: FileReporter): void {
  const algorithm = known(bucket.encryption?.algorithm);
  if (bucket.encryption === undefined || algorithm === undefined || !algorithm.startsWith("aws:kms")) return;
  const at =
    `${bucket.encryption.address === bucket.address ? "server_side_encryption_configuration." : ""}` +
    "rule.apply_server_side_encryption_by_default";
  report.fault(
    {
      id: "P68",
      hop: "listener",
      address: bucket.encryption.address,
      attribute: `${at}.sse_algorithm`,
      observed: `${bucket.address}, to which ${balancer.address} logs, is encrypted with ${algorithm}`,
      required: "AES256, as application load balancers write to buckets with S3's own keys only",
      symptom: REFUSED,
      fix: fix("Encrypt the log bucket with S3's own keys.", IN_BUCKET, [
        setting(bucket.encryption.address, at, { sse_algorithm: "AES256" }),
      ]),
    },
    [balancer],
  );
}

function checkPolicy(balancer: Balancer, bucket: LogBucket, prefix: Attr<string>, report: FileReporter): void {
  const region = known(balancer.region);
  const open = bucket.policies.map(({ text }) => text).find(isUnknown) ?? (isUnknown(prefix) ? prefix : undefined);
  const texts = bucket.policies.map(({ text }) => known(text)).filter((it) => it !== undefined);
  const read = texts.map(statementsOf);
  const log = {
    bucket: known(bucket.id) ?? bucket.address,
    address: bucket.address,
    prefix: known(prefix) ?? "",
    region,
    account: region === undefined ? undefined : LOG_ACCOUNTS[region],
  };
  const judged = read.map((statements) => (statements === undefined ? "no" : letsElbWrite(statements, log)));
  if (judged.includes("yes")) return;
  if (judged.includes("perhaps"))
    return report.assume({
      hop: "listener",
      address: bucket.policies[0]?.address,
      text: `the policy of ${bucket.address} names ELB and the folder of the logs, as far as the file leaves it open`,
    });
  const unread = read.indexOf(undefined);
  const notRead =
    unread < 0
      ? undefined
      : new Unknown(
          bucket.policies[unread]?.address ?? bucket.address,
          "policy",
          "its statements cannot be read before the apply",
        );
  if (open !== undefined || notRead !== undefined) return report.open("listener", (open ?? notRead) as Unknown);
  const [policy] = bucket.policies;
  const folder = `${log.prefix === "" ? "" : `${log.prefix}/`}AWSLogs/`;
  const statement = {
    Effect: "Allow",
    Principal: { Service: LOG_SERVICE },
    Action: "s3:PutObject",
    Resource: `${bucketArn(bucket)}/${folder}*`,
  };
  const added = {
    bucket: known(bucket.id) ?? symbol(bucket.address, "id"),
    policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
  };
  report.fault(
    {
      id: "P68",
      hop: "listener",
      address: policy?.address ?? bucket.address,
      attribute: "policy",
      observed:
        policy === undefined
          ? `${balancer.address} logs to ${bucket.address}, which has no policy`
          : `no statement lets ELB in ${region ?? "this region"} put objects below ${folder}`,
      required:
        `a statement that allows s3:PutObject below ${folder} to ` +
        `${LOG_SERVICE}${log.account === undefined ? "" : ` or account ${log.account}`}`,
      symptom: REFUSED,
      fix:
        policy === undefined
          ? fix("Give the log bucket a policy that lets ELB write.", IN_BUCKET, [
              { add: "aws_s3_bucket_policy", name: "balancer_logs", like: bucket.address, body: added },
            ])
          : // Of what a data source puts together, parts may not be known as they are written.
            fix(
              "Add a statement that lets ELB write.",
              IN_BUCKET,
              known(policy.text)?.includes("…") === true
                ? []
                : [setting(policy.address, "policy", withStatement(known(policy.text) ?? "", statement))],
            ),
    },
    [balancer],
  );
}

function bucketArn({ id, address }: LogBucket): string {
  const name = known(id);
  return name === undefined || name.includes("${") ? symbol(address, "arn") : `arn:aws:s3:::${name}`;
}

function isLetThroughByItsWebAcl(topology: Topology, report: FileReporter): void {
  for (const acl of topology.webAcls) {
    if (acl.isData || acl.defaultAction !== "block" || acl.hasAllowRule) continue;
    const balancers = acl.associations
      .map(({ resourceArn }) => topology.byId.balancer(resourceArn))
      .filter((it) => it !== undefined);
    if (balancers.length === 0) continue;
    report.fault(
      {
        id: "P76",
        hop: "listener",
        address: acl.address,
        attribute: "default_action",
        observed:
          `the web ACL of ${balancers.map(({ address }) => address).join(", ")} blocks by default, and no rule ` +
          "of it allows anything",
        required: "default_action allow, or rules that allow the site's requests",
        symptom: "403 Forbidden at every request",
        fix: fix("Let the web ACL allow what no rule blocks.", BY_NO_PROP, [
          setting(acl.address, "default_action", { allow: {} }),
        ]),
      },
      balancers,
    );
  }
}
