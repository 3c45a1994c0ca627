import type { Balancer, LogBucket, Topology } from "../../../topology/model";
import { symbol } from "../../../topology/symbols";
import { type Attr, isUnknown, known, Unknown } from "../../../topology/value";
import { letsElbWrite, type Statement, statementsOf } from "../../analysis/logs/log-policy";
import { isApplication } from "../../analysis/requests/balancer-types";
import { LOG_ACCOUNTS, LOG_SERVICE } from "../../facts/elb";
import { fix, setting } from "../../fixes/fix";
import type { Fix } from "../../report";
import type { FileReporter, Rule } from "../rule";

export const P68: Rule = {
  id: "P68",
  hop: "listener",
  title: "the access log bucket does not allow the load balancer to write",
  certainty: ["apply"],
  why:
    "When access logs are enabled, Elastic Load Balancing writes a test object to the bucket, as an AWS service " +
    "principal or, in older regions, as an AWS account. The bucket policy must allow this, and the bucket must use " +
    "S3-managed encryption keys, because Elastic Load Balancing cannot use KMS keys. Otherwise AWS refuses the " +
    "setting.",
  symptom: "the apply fails: InvalidConfigurationRequest, Access Denied for bucket",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
  needs: [],
  review: { effect: "fails" },
  check: { file: canWriteItsLogs },
};

const IN_BUCKET =
  "accessLogsBucket must be a bucket that uses S3-managed keys and allows Elastic Load Balancing to write";

function canWriteItsLogs(topology: Topology, report: FileReporter): void {
  const buckets = new Map(topology.logBuckets.map((it) => [known(it.id), it]));
  for (const balancer of topology.balancers) {
    const { accessLogs, isData } = balancer;
    if (accessLogs === undefined || isData || !isApplication(balancer)) continue;
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
          `the bucket ${known(accessLogs.bucket) ?? "for access logs"} exists in the load balancer's region and ` +
          "allows Elastic Load Balancing to write",
      });
      continue;
    }
    checkEncryption(balancer, bucket, report);
    checkPolicy(balancer, bucket, accessLogs.prefix, report);
  }
}

function checkEncryption(balancer: Balancer, bucket: LogBucket, report: FileReporter): void {
  const algorithm = known(bucket.encryption?.algorithm);
  if (bucket.encryption === undefined || algorithm === undefined || !algorithm.startsWith("aws:kms")) return;
  const at =
    `${bucket.encryption.address === bucket.address ? "server_side_encryption_configuration." : ""}` +
    "rule.apply_server_side_encryption_by_default";
  report.finding(
    {
      address: bucket.encryption.address,
      attribute: `${at}.sse_algorithm`,
      observed: `${bucket.address}, the log bucket of ${balancer.address}, is encrypted with ${algorithm}`,
      required: "AES256, because Application Load Balancers can write only to buckets with S3-managed keys",
      symptom: P68.symptom,
      fix: fix("Encrypt the log bucket with S3-managed keys.", IN_BUCKET, [
        setting(bucket.encryption.address, at, { sse_algorithm: "AES256" }),
      ]),
    },
    [balancer],
  );
}

function checkPolicy(balancer: Balancer, bucket: LogBucket, prefix: Attr<string>, report: FileReporter): void {
  const region = known(balancer.region);
  const read = bucket.policies
    .map(({ text }) => known(text))
    .filter((it) => it !== undefined)
    .map(statementsOf);
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
      text: `the unknown parts of the policy of ${bucket.address} allow Elastic Load Balancing to write the logs`,
    });
  const open = openPolicy(bucket) ?? (isUnknown(prefix) ? prefix : undefined) ?? unreadPolicy(bucket, read);
  if (open !== undefined) return report.open("listener", open);
  reportPolicy(balancer, bucket, `${log.prefix === "" ? "" : `${log.prefix}/`}AWSLogs/`, report);
}

function openPolicy({ policies }: LogBucket): Unknown | undefined {
  return policies.map(({ text }) => text).find(isUnknown);
}

function unreadPolicy(
  { address, policies }: LogBucket,
  read: readonly (readonly Statement[] | undefined)[],
): Unknown | undefined {
  const unread = read.indexOf(undefined);
  return unread < 0
    ? undefined
    : new Unknown(policies[unread]?.address ?? address, "policy", "its statements are known only after apply");
}

/** @param folder the logs' folder in the bucket, with a trailing slash */
function reportPolicy(balancer: Balancer, bucket: LogBucket, folder: string, report: FileReporter): void {
  const region = known(balancer.region);
  const account = region === undefined ? undefined : LOG_ACCOUNTS[region];
  const [policy] = bucket.policies;
  report.finding(
    {
      address: policy?.address ?? bucket.address,
      attribute: "policy",
      observed:
        policy === undefined
          ? `${balancer.address} logs to ${bucket.address}, which has no policy`
          : `no statement allows Elastic Load Balancing in ${region ?? "this region"} to put objects under ${folder}`,
      required:
        `a statement that allows s3:PutObject under ${folder} for ` +
        `${LOG_SERVICE}${account === undefined ? "" : ` or account ${account}`}`,
      symptom: P68.symptom,
      fix: policyThatLetsElbWrite(bucket, folder),
    },
    [balancer],
  );
}

function policyThatLetsElbWrite(bucket: LogBucket, folder: string): Fix {
  const [policy] = bucket.policies;
  const statement = {
    Effect: "Allow",
    Principal: { Service: LOG_SERVICE },
    Action: "s3:PutObject",
    Resource: `${bucketArn(bucket)}/${folder}*`,
  };
  if (policy === undefined)
    return fix("Add a bucket policy that allows Elastic Load Balancing to write.", IN_BUCKET, [
      {
        add: "aws_s3_bucket_policy",
        name: "balancer_logs",
        like: bucket.address,
        body: { bucket: known(bucket.id) ?? symbol(bucket.address, "id"), policy: policyOf([statement]) },
      },
    ]);
  const text = known(policy.text) ?? "";
  // Parts of a policy that a data source assembles may be unknown.
  const edits = text.includes("…")
    ? []
    : [setting(policy.address, "policy", policyOf([...(statementsOf(text) ?? []), statement]))];
  return fix("Add a statement that allows Elastic Load Balancing to write.", IN_BUCKET, edits);
}

function policyOf(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function bucketArn({ id, address }: LogBucket): string {
  const name = known(id);
  return name === undefined || name.includes("${") ? symbol(address, "arn") : `arn:aws:s3:::${name}`;
}
