import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { knownFault } from "../cli/terraform-faults";

/* What terraform says of faults at Terraform Cloud, which cloud-plan.all.test.ts makes for real, and of some that are rare. */

/** A stack whose JSON says nothing. */
const ROOT = mkdtempSync(join(tmpdir(), "alb-web-faults-"));
const FOLDER = join(ROOT, "stacks", "web");
beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "cdk.tf.json"), "{}");
});
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

const NOT_READ = 'Error: Failed to read organization "acme" at host app.terraform.io\n\nEncountered an unexpected error while reading the organization settings:\n';

const SAID: readonly [string, string, RegExp][] = [
  ["no token", "Error: Required token could not be found\n\nRun the following command to generate a token for app.terraform.io:\n    terraform login\n", /^There is no token for app\.terraform\.io; run terraform login app\.terraform\.io, or set TF_TOKEN_app_terraform_io\.$/],
  ["a wrong token", `${NOT_READ}unauthorized`, /^app\.terraform\.io does not accept the token; run terraform login/],
  ["an organization of others", `${NOT_READ}organization "acme" at host app.terraform.io not found.`, /^app\.terraform\.io has no organization acme, or this token may not see it; correct backend\.cloud\.organization of web/],
  ["a workspace that is gone", "Error: error starting operation: workspace web not found\n", /^There is no workspace web that this token may use/],
  [
    "a workspace that is locked, where the lock info is our own",
    'Error message: workspace already locked (lock ID: "acme/web")\nLock Info:\n  ID:        ea32051e\n  Path:      \n  Operation: OperationTypePlan\n  Who:       me@here\n  Version:   1.11.4\n  Created:   2026-11-22 21:28:02.876421083 +0000 UTC\n',
    /^The workspace acme\/web of web is locked by another run or a person; (?!.*me@here).*terraform -chdir=\S+\/stacks\/web force-unlock acme\/web$/,
  ],
  ["import blocks that have outlived what they name", "Error: Cannot import non-existent remote object\n\nWhile attempting to import an existing object to", /^\S+\/stacks\/web\/adopted\.tf\.json names things that are gone from AWS; run npm run adopt -- web,/],
  ["credentials that expire while terraform applies", "Error: creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 400, RequestID: 1, api error RequestExpired: Request has expired.", /^The AWS credentials have expired; log in again/],
  ["a token of the state bucket that has expired", "Error refreshing state: operation error S3: GetObject, https response error StatusCode: 400, api error ExpiredToken: The provided token has expired.", /^The AWS credentials have expired/],
  ["a token of a role that has expired", "Error: Cannot assume IAM Role\n\noperation error STS: AssumeRoleWithWebIdentity, api error ExpiredTokenException: Token expired: current date/time", /^The AWS credentials have expired/],
  ["a token whose subject the role does not trust", "Error: No valid credential sources found\n\nError: failed to refresh cached credentials, failed to retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: 403, RequestID: 1, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity", /^AWS does not give the role to this token while it works on web: .* README\.md says under "Immutable subject claims"/],
  ["a session of the AWS CLI that has expired", "Error: failed to refresh cached credentials, the SSO session has expired or is invalid: expired at 2020-01-01", /^The AWS credentials have expired/],
  ["an identity that may not do it", "Error: creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 403, RequestID: 1, api error UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/me is not authorized to perform: ec2:CreateVpc on resource: arn:aws:ec2:us-east-1:123456789012:vpc/* because no identity-based policy allows", /^arn:aws:iam::123456789012:user\/me is not allowed to perform ec2:CreateVpc, which web needs\. /],
  ["several zones of one name", "Error: multiple Route 53 Hosted Zones matched; use additional constraints to reduce matches to a single Route 53 Hosted Zone\n\n  with data.aws_route53_zone.zone,", /^This AWS account has more than one public hosted zone of the domain for web\. Set hostedZone: \{ id \}/],
  ["a certificate that is not there", "Error: creating ELBv2 Listener (arn): operation error Elastic Load Balancing v2: CreateListener, https response error StatusCode: 400, RequestID: 1, CertificateNotFoundException: Certificate 'arn:aws:acm:us-east-1:1:certificate/a' not found", /^The certificate arn:aws:acm:us-east-1:1:certificate\/a of web does not exist in this AWS account\. Correct certificate\.arn/],
  ["a bucket that the load balancer may not log to", "Error: modifying ELBv2 Load Balancer (arn) attributes: operation error Elastic Load Balancing v2: ModifyLoadBalancerAttributes, https response error StatusCode: 400, InvalidConfigurationRequestException: Access Denied for bucket: my-logs. Please check S3bucket permission", /^The load balancer of web cannot write to the bucket my-logs that accessLogsBucket names\. /],
  ["a bucket for flow logs that is not there", "Error: creating Flow Log (vpc-1): vpc-1: api error 400: LogDestination: my-logs does not exist.", /^The flow logs of web cannot be written to the bucket my-logs that network\.flowLogsBucket names\. /],
  ["a bucket that takes no flow logs", "Error: creating Flow Log (vpc-1): vpc-1: api error 400: Access Denied for LogDestination: my-logs. Please check LogDestination permission", /^The flow logs of web cannot be written to the bucket my-logs that/],
  ["an instance type that is not there", "Error: reading EC2 Instance Type (t9.micro): operation error EC2: DescribeInstanceTypes, https response error StatusCode: 400, api error InvalidInstanceType: The following supplied instance types do not exist: [t9.micro]", /^The instance type t9\.micro of web does not exist in /],
  ["an instance type that a zone has not", "Error: creating EC2 Instance: operation error EC2: RunInstances, https response error StatusCode: 400, api error Unsupported: Your requested instance type (t4g.micro) is not supported in your requested Availability Zone (us-east-1e). Please retry your request", /^The instance type t4g\.micro of web is not offered in us-east-1e\. /],
  ["a plan of another state", "Error: Saved plan does not match the given state\n\nThe given plan file can not be applied because", /^The state of web has moved since this plan was made/],
  ["a plan that another run has overtaken", "Error: Saved plan is discarded\n\nThe given plan file can no longer be applied;", /^The state of web has moved since this plan was made/],
];

test.each(SAID)("%s", (_, said, sentence) => {
  expect(knownFault(said, FOLDER)).toMatch(sentence);
  // However wide the terminal was that terraform wrapped its words for.
  expect(knownFault(said.replace(/ (?=\w+ \w+ \w+ )/g, "\n"), FOLDER)).toMatch(sentence);
});

test.each([
  "Error: Reference to undeclared input variable",
  'Error: reading S3 Bucket (my-logs): operation error S3: HeadBucket, https response error StatusCode: 403, api error Forbidden: Forbidden\n\n  with aws_s3_bucket.logs,',
  "Error: putting S3 Bucket Policy: operation error S3: PutBucketPolicy, https response error StatusCode: 404, NoSuchBucket: \n\n  with aws_s3_bucket_policy.logs,",
])("any other words are left as they are: %s", (said) => {
  expect(knownFault(said, FOLDER)).toBeUndefined();
});

test("a state that could not be stored is told of before what was in the way", () => {
  expect(knownFault("Error: Failed to save state\n\nError saving state: ExpiredToken\n\nError: Failed to persist state to backend\n\n    terraform state push errored.tfstate\n", FOLDER)).toMatch(/^terraform could not store the state of web, .*Do not deploy again/);
});

test("all that the account lacks is said, each thing once, and errors of other kinds beside it", () => {
  const lacking = "Error: creating EC2 VPC: User: arn:aws:iam::1:user/me is not authorized to perform: ec2:CreateVpc on resource: *\n\n";
  const lines = knownFault(`${lacking}${lacking}Error: Unable to find remote state\n\nError: no matching EC2 VPC found\n\n  with data.aws_vpc.vpc,\n`, FOLDER)?.split("\n");
  expect(lines).toEqual([
    expect.stringMatching(/^arn:aws:iam::1:user\/me is not allowed to perform ec2:CreateVpc, which web needs\./),
    "Error: Unable to find remote state",
    expect.stringMatching(/^The VPC of web does not exist in this AWS account in the stack's region\. Correct network\.vpcId or region, or use/),
  ]);
});

test("what AWS refuses where no stack is, as in a bootstrap, is not told as a stack's fault", () => {
  expect(knownFault("Error: putting S3 Bucket Policy: User: arn:aws:iam::1:user/me is not authorized to perform: s3:PutBucketPolicy on resource: *", ROOT)).toBeUndefined();
});
