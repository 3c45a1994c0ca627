import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { knownError } from "../../../machine/terraform/errors/terraform-errors";

/*
 * What terraform says of errors at Terraform Cloud, which __tests__/slow/cli/cloud-plan.test.ts makes for real, and of
 * some that are rare.
 */

/** A stack whose JSON says nothing but what sentences name of it. */
const PROGRAM = {
  provider: { aws: [{ region: "us-east-1" }] },
  data: { aws_route53_zone: { existing: { name: "example.com" } } },
  resource: {
    aws_instance: { "instance-1": { instance_type: "t3.micro" }, "instance-2": { instance_type: "t3.micro" } },
    aws_nat_gateway: { "nat-a": {}, "nat-b": {} },
  },
};
const ROOT = mkdtempSync(join(tmpdir(), "alb-web-errors-"));
const FOLDER = join(ROOT, "stacks", "web");
beforeAll(() => {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "cdk.tf.json"), JSON.stringify(PROGRAM));
});
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

const NOT_READ =
  'Error: Failed to read organization "acme" at host app.terraform.io\n\nEncountered an unexpected error while ' +
  "reading the organization settings:\n";

const EC2 = (operation: string) =>
  `operation error EC2: ${operation}, https response error StatusCode: 400, RequestID: 1, api error `;
const RUN = `Error: creating EC2 Instance: ${EC2("RunInstances")}`;
const ALIAS =
  "Error: creating Route53 Record: operation error Route 53: ChangeResourceRecordSets, https response error " +
  "StatusCode: 400, RequestID: 1, InvalidChangeBatch: ";
const LOAD_BALANCER =
  "Error: creating ELBv2 application Load Balancer (web-1): operation error Elastic Load Balancing v2: " +
  "CreateLoadBalancer, https response error StatusCode: 400, RequestID: 1, ";
const ISSUED = "Error: waiting for ACM Certificate (arn:aws:acm:us-east-1:1:certificate/a) to be issued: ";
const MORE_VCPUS =
  "allows for the instance bucket that the specified instance type belongs to. Please visit " +
  "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.";
const raising = (service: string, code: string, value: number) =>
  `aws service-quotas request-service-quota-increase --service-code ${service} --quota-code ${code} ` +
  `--desired-value ${value} --region us-east-1`;

const SAID: readonly [string, string, RegExp][] = [
  [
    "no token",
    "Error: Required token could not be found\n\nRun the following command to generate a token for " +
      "app.terraform.io:\n    terraform login\n",
    /^There is no token for app\.terraform\.io; run terraform login app\.terraform\.io, or set TF_TOKEN_app_terraform_io\.$/,
  ],
  ["a wrong token", `${NOT_READ}unauthorized`, /^app\.terraform\.io does not accept the token; run terraform login/],
  [
    "an organization of others",
    `${NOT_READ}organization "acme" at host app.terraform.io not found.`,
    /^app\.terraform\.io has no organization acme, or this token cannot access it; correct backend\.cloud\.organization of web/,
  ],
  [
    "a workspace that is gone",
    "Error: error starting operation: workspace web not found\n",
    /^There is no workspace web that this token can access/,
  ],
  [
    "a workspace that is locked, where the lock info is our own",
    'Error message: workspace already locked (lock ID: "acme/web")\nLock Info:\n  ID:        ea32051e\n  ' +
      "Path:      \n  Operation: OperationTypePlan\n  Who:       me@here\n  Version:   1.11.4\n  Created:   " +
      "2026-11-22 21:28:02.876421083 +0000 UTC\n",
    /^The workspace acme\/web of web is locked by another run or a person; (?!.*me@here).*terraform -chdir=\S+\/stacks\/web force-unlock acme\/web$/,
  ],
  [
    "import blocks that have outlived what they name",
    "Error: Cannot import non-existent remote object\n\nWhile attempting to import an existing object to",
    /^\S+\/stacks\/web\/adopted\.tf\.json contains import blocks for resources that no longer exist on AWS; run npx alb-web adopt web,/,
  ],
  [
    "credentials that expire while terraform applies",
    "Error: creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 400, RequestID: " +
      "1, api error RequestExpired: Request has expired.",
    /^The AWS credentials have expired; log in again/,
  ],
  [
    "a token of the state bucket that has expired",
    "Error refreshing state: operation error S3: GetObject, https response error StatusCode: 400, api error " +
      "ExpiredToken: The provided token has expired.",
    /^The AWS credentials have expired/,
  ],
  [
    "a token of a role that has expired",
    "Error: Cannot assume IAM Role\n\noperation error STS: AssumeRoleWithWebIdentity, api error " +
      "ExpiredTokenException: Token expired: current date/time",
    /^The AWS credentials have expired/,
  ],
  [
    "a token whose subject the role does not trust",
    "Error: No valid credential sources found\n\nError: failed to refresh cached credentials, failed to " +
      "retrieve credentials, operation error STS: AssumeRoleWithWebIdentity, https response error StatusCode: " +
      "403, RequestID: 1, api error AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity",
    /^AWS does not let this token assume the role for web: .* docs\/reference\/roles-and-policies\.md describes under "Immutable subject claims"/,
  ],
  [
    "a session of the AWS CLI that has expired",
    "Error: failed to refresh cached credentials, the SSO session has expired or is invalid: expired at 2020-01-01",
    /^The AWS credentials have expired/,
  ],
  [
    "an identity that may not do it",
    "Error: creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 403, RequestID: " +
      "1, api error UnauthorizedOperation: You are not authorized to perform this operation. User: " +
      "arn:aws:iam::123456789012:user/me is not authorized to perform: ec2:CreateVpc on resource: " +
      "arn:aws:ec2:us-east-1:123456789012:vpc/* because no identity-based policy allows",
    /^arn:aws:iam::123456789012:user\/me is not allowed to perform ec2:CreateVpc, which web needs\. /,
  ],
  [
    "several zones of one name",
    "Error: multiple Route 53 Hosted Zones matched; use additional constraints to reduce matches to a single " +
      "Route 53 Hosted Zone\n\n  with data.aws_route53_zone.zone,",
    /^This AWS account has more than one public hosted zone of the domain for web\. Set hostedZone: \{ id \}/,
  ],
  [
    "a certificate that is not there",
    "Error: creating ELBv2 Listener (arn): operation error Elastic Load Balancing v2: CreateListener, https " +
      "response error StatusCode: 400, RequestID: 1, CertificateNotFoundException: Certificate " +
      "'arn:aws:acm:us-east-1:1:certificate/a' not found",
    /^The certificate arn:aws:acm:us-east-1:1:certificate\/a of web does not exist in this AWS account\. Correct certificate\.arn/,
  ],
  [
    "a bucket that the load balancer may not log to",
    "Error: modifying ELBv2 Load Balancer (arn) attributes: operation error Elastic Load Balancing v2: " +
      "ModifyLoadBalancerAttributes, https response error StatusCode: 400, InvalidConfigurationRequestException: " +
      "Access Denied for bucket: my-logs. Please check S3bucket permission",
    /^The load balancer of web cannot write to the bucket my-logs that accessLogsBucket names\. /,
  ],
  [
    "a bucket for flow logs that is not there",
    "Error: creating Flow Log (vpc-1): vpc-1: api error 400: LogDestination: my-logs does not exist.",
    /^The flow logs of web cannot be written to the bucket my-logs that network\.flowLogsBucket names\. /,
  ],
  [
    "a bucket that takes no flow logs",
    "Error: creating Flow Log (vpc-1): vpc-1: api error 400: Access Denied for LogDestination: my-logs. Please " +
      "check LogDestination permission",
    /^The flow logs of web cannot be written to the bucket my-logs that/,
  ],
  [
    "an instance type that is not there",
    "Error: reading EC2 Instance Type (t9.micro): operation error EC2: DescribeInstanceTypes, https response " +
      "error StatusCode: 400, api error InvalidInstanceType: The following supplied instance types do not exist: " +
      "[t9.micro]",
    /^The instance type t9\.micro of web does not exist in /,
  ],
  [
    "an instance type that a zone has not",
    "Error: creating EC2 Instance: operation error EC2: RunInstances, https response error StatusCode: 400, " +
      "api error Unsupported: Your requested instance type (t4g.micro) is not supported in your requested " +
      "Availability Zone (us-east-1e). Please retry your request",
    /^The instance type t4g\.micro of web is not offered in us-east-1e\. /,
  ],
  [
    "an A record that the name has",
    `${ALIAS}[Tried to create resource record set [name='www.example.com.', type='A'] but it already ` +
      `exists]\n\n  with aws_route53_record.site_alias-wwwexamplecom_7251C823,`,
    /^The zone already has an A record for www\.example\.com, so web did not create its own; that record is unchanged, .* npx alb-web adopt web shows the record .*"Moving a name that is in use" in docs\/guides\/before-the-first-deploy\.md: .* AAAA record/,
  ],
  [
    "a CNAME that the name has",
    `${ALIAS}[RRSet of type A with DNS name www.example.com. is not permitted because a conflicting RRSet of ` +
      "type CNAME with the same DNS name already exists in zone example.com.]",
    /^The zone already has a CNAME record for www\.example\.com, so web did not create its own; /,
  ],
  [
    "the same in other words",
    `${ALIAS}[RRSet of type A with DNS name www.example.com. is not permitted as it conflicts with other ` +
      "records with the same DNS name in zone example.com.]",
    /^The zone already has a CNAME record for www\.example\.com, /,
  ],
  [
    "a record of one's own next to another",
    `${ALIAS}[RRSet of type CNAME with DNS name www.example.com. is not permitted as it conflicts with other ` +
      "records with the same DNS name in zone example.com.]",
    /^The zone already has another record for www\.example\.com, /,
  ],
  [
    "an account without load balancers",
    `${LOAD_BALANCER}OperationNotPermitted: This AWS account currently does not support creating load ` +
      "balancers. For more information, please contact AWS Support.",
    /^AWS does not allow this account to create load balancers, which web needs; only AWS Support can change that: open a case with it \(https:/,
  ],
  [
    "too few vCPUs",
    `${RUN}VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 5 ${MORE_VCPUS}`,
    /^The account's quota is 5 vCPUs of this kind in us-east-1, including other instances, and web has 2 × t3\.micro: 4 vCPUs, and twice as many during a replacement, which creates the new instances first\. Raise the quota "Running On-Demand Standard \(A, C, D, H, I, M, R, T, Z\) instances" \(aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value 16 --region us-east-1\), lower instances\.count, or /,
  ],
  [
    "too few vCPUs, many as they are",
    `${RUN}VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 32 ${MORE_VCPUS}`,
    /--quota-code L-1216C47A --desired-value 64 /,
  ],
  [
    "a type that is not of the free plan",
    `${RUN}InvalidParameterCombination: The specified instance type is not eligible for Free Tier. For a list ` +
      "of Free Tier instance types, run 'describe-instance-types' with the filter 'free-tier-eligible=true'.",
    /^This account is on AWS's free plan, which does not include t3\.micro of web\. Set instances\.type to a type that it includes \(aws ec2 describe-instance-types --filters Name=free-tier-eligible,Values=true --query "InstanceTypes\[\]\.InstanceType" --region us-east-1\), or upgrade to the paid plan/,
  ],
  [
    "too few addresses",
    `Error: creating EC2 EIP: ${EC2("AllocateAddress")}AddressLimitExceeded: The maximum number of addresses ` +
      "has been reached.",
    new RegExp(
      `^The account has reached its quota EC2-VPC Elastic IPs in us-east-1 \\(5 by default\\): each NAT ` +
        `gateway needs one, and web has 2\\. Lower network\\.zones, .*${raising("ec2", "L-0263D0A3", 10)}`,
    ),
  ],
  [
    "too many NAT gateways",
    `Error: creating EC2 NAT Gateway: ${EC2("CreateNatGateway")}NatGatewayLimitExceeded: Performing this ` +
      "operation would exceed the limit of 5 NAT gateways",
    new RegExp(
      `^The account has reached its quota NAT gateways per Availability Zone .*${raising("vpc", "L-FE5A380F", 10)}`,
    ),
  ],
  [
    "too many VPCs",
    `Error: creating EC2 VPC: ${EC2("CreateVpc")}VpcLimitExceeded: The maximum number of VPCs has been reached.`,
    new RegExp(
      `^The account has reached its quota VPCs per Region .*\\(network\\.vpcId\\).*${raising("vpc", "L-F678F1CE", 10)}`,
    ),
  ],
  [
    "too many internet gateways",
    `Error: creating EC2 Internet Gateway: ${EC2("CreateInternetGateway")}InternetGatewayLimitExceeded: The ` +
      "maximum number of internet gateways has been reached.",
    new RegExp(
      "^The account has reached its quota VPCs per Region, which also limits internet gateways, " +
        `.*${raising("vpc", "L-F678F1CE", 10)}`,
    ),
  ],
  [
    "too many load balancers",
    `${LOAD_BALANCER}TooManyLoadBalancers: The maximum number of load balancers has been reached`,
    new RegExp(
      "^The account has reached its quota Application Load Balancers per Region " +
        `.*${raising("elasticloadbalancing", "L-53DA6B97", 100)}`,
    ),
  ],
  [
    "too many certificates in a year",
    "Error: requesting ACM Certificate (www.example.com): operation error ACM: RequestCertificate, exceeded " +
      "maximum number of attempts, 25, https response error StatusCode: 400, RequestID: 1, " +
      "LimitExceededException: Error: you have reached your limit of 20 certificates in the last year.",
    /^ACM refuses another certificate for web in us-east-1: you have reached your limit of 20 certificates in the last year\. Deleted certificates count toward the quota for a year\. Raise the quota/,
  ],
  [
    "too many names in a certificate",
    "Error: requesting ACM Certificate (www.example.com): operation error ACM: RequestCertificate, exceeded " +
      "maximum number of attempts, 25, https response error StatusCode: 400, RequestID: 1, " +
      "LimitExceededException: Certificate has too many domains.",
    /^The certificate of web has more names, including domainName, than the account's quota allows\. .*alternativeNames/,
  ],
  [
    "an account that is being verified, for a region",
    `${RUN}PendingVerification: Your request for accessing resources in this region is being validated, and ` +
      "you will not be able to launch additional resources in this region until the validation is complete.",
    /^AWS is still verifying this account for us-east-1 and starts no instances of web until this ends: .*at most 4 hours/,
  ],
  [
    "an account that is being verified",
    `${RUN}PendingVerification: Your account is currently being verified. Verification normally takes less ` +
      "than 2 hours.",
    /^AWS is still verifying this account /,
  ],
  [
    "an account that is blocked",
    `${RUN}Blocked: This account is currently blocked and not recognized as a valid account. Please contact ` +
      "aws-verification@amazon.com if you have questions.",
    /^AWS has blocked this account; only AWS Support can change that/,
  ],
  [
    "an account that is not complete, or a region to opt into",
    "Error: creating EC2 Instance: operation error EC2: RunInstances, https response error StatusCode: 401, " +
      "RequestID: 1, api error OptInRequired: You are not subscribed to this service. Please go to " +
      "http://aws.amazon.com to subscribe.",
    /^This account cannot use the service in us-east-1 yet\. .*aws account enable-region --region-name us-east-1$/,
  ],
  [
    "no capacity",
    "Error: creating EC2 Instance: operation error EC2: RunInstances, exceeded maximum number of attempts, 25, " +
      "https response error StatusCode: 500, RequestID: 1, api error InsufficientInstanceCapacity: We currently " +
      "do not have sufficient t3.micro capacity in the Availability Zone you requested (us-east-1c). Our system " +
      "will be working on provisioning additional capacity. You can currently get t3.micro capacity by not " +
      "specifying an Availability Zone in your request or choosing us-east-1a, us-east-1b.",
    /^AWS currently has no t3\.micro capacity in us-east-1c for web; it has capacity in us-east-1a, us-east-1b\. Deploy again later, or change instances\.type; /,
  ],
  [
    "no capacity in any zone",
    `${RUN}InsufficientInstanceCapacity: We currently do not have sufficient t3.micro capacity in the ` +
      "Availability Zone you requested (us-east-1c). Our system will be working on provisioning additional " +
      "capacity.",
    /^AWS currently has no t3\.micro capacity in us-east-1c for web\. /,
  ],
  [
    "a subnet that is full",
    `${RUN}InsufficientFreeAddressesInSubnet: There are not enough free addresses in subnet 'subnet-0a' to ` +
      "satisfy the requested number of instances.",
    /^The subnet subnet-0a of web has too few free addresses for the instances\. Lower instances\.count, or /,
  ],
  [
    "a subnet that is too full for a load balancer",
    `${LOAD_BALANCER}InvalidSubnet: Not enough IP space available in subnet-0a. ELB requires at least 8 free ` +
      "IP addresses in each subnet.",
    /^The subnet subnet-0a of web has fewer than the 8 free addresses /,
  ],
  [
    "a region to opt into, or wrong credentials",
    "Error: Retrieving AWS account details: validating provider credentials: retrieving caller identity from " +
      "STS: operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 1, api " +
      "error InvalidClientTokenId: The security token included in the request is invalid",
    /^AWS does not accept the credentials in use; .* A region that the account has not enabled also refuses valid credentials: aws account list-regions/,
  ],
  [
    "a CAA record of others",
    `${ISSUED}unexpected state 'FAILED', wanted target 'ISSUED'. last error: CAA_ERROR`,
    /^A CAA record does not allow Amazon to issue the certificate of web\. dig \+short CAA NAME .*amazon\.com, .*\(aws acm delete-certificate --certificate-arn arn:aws:acm:us-east-1:1:certificate\/a --region us-east-1\), and deploy again\.$/,
  ],
  [
    "a certificate that ACM looks into",
    `${ISSUED}unexpected state 'FAILED', wanted target 'ISSUED'. last error: ADDITIONAL_VERIFICATION_REQUIRED`,
    /^ACM did not issue the certificate of web: ADDITIONAL_VERIFICATION_REQUIRED, .*aws acm delete-certificate /,
  ],
  [
    "a zone that the world does not see",
    `${ISSUED}timeout while waiting for state to become 'ISSUED' (last state: 'PENDING_VALIDATION', timeout: 15m0s)`,
    /^ACM did not find the validation record of web within 15 minutes, .*dig \+short NS example\.com must show the zone's own name servers \(docs\/guides\/domain-bought-elsewhere\.md\)/,
  ],
  [
    "a security group that is left",
    `Error: creating Security Group (alb-security-group): ${EC2("CreateSecurityGroup")}InvalidGroup.Duplicate: ` +
      "The security group 'alb-security-group' already exists for VPC 'vpc-0a'",
    /^The security group alb-security-group already exists and is not in the state of web; .*npx alb-web adopt web finds /,
  ],
  [
    "a target group that is left",
    "Error: ELBv2 Target Group (tg-web-01234567) already exists\n\n  with aws_lb_target_group.site_target-group_0,",
    /^The target group tg-web-01234567 already exists and is not in the state of web; .*npx alb-web adopt web finds /,
  ],
  [
    "a load balancer that is protected",
    "Error: deleting ELBv2 Load Balancer (arn): operation error Elastic Load Balancing v2: DeleteLoadBalancer, " +
      "https response error StatusCode: 400, RequestID: 1, OperationNotPermitted: Load balancer " +
      "'arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web-1/a' cannot be deleted because deletion " +
      "protection is enabled",
    /^The load balancer of web has deletion protection\. Set disposable: true, deploy only that change, /,
  ],
  [
    "a VPC that is used",
    `Error: deleting EC2 VPC (vpc-0a): ${EC2("DeleteVpc")}DependencyViolation: The vpc 'vpc-0a' has ` +
      "dependencies and cannot be deleted.",
    /^A resource that web did not create still uses vpc-0a, .*\(aws ec2 describe-network-interfaces --filters Name=vpc-id,Values=vpc-0a --region us-east-1 shows which\)/,
  ],
  [
    "a VPC with addresses",
    "Error: detaching EC2 Internet Gateway (igw-0a) from VPC (vpc-0a): " +
      `${EC2("DetachInternetGateway")}DependencyViolation: Network vpc-0a has some mapped public address(es). ` +
      "Please unmap those public address(es) before detaching the gateway.",
    /^A resource that web did not create still uses vpc-0a, /,
  ],
  [
    "a subnet that is used",
    `Error: deleting EC2 Subnet (subnet-0a): ${EC2("DeleteSubnet")}DependencyViolation: The subnet 'subnet-0a' ` +
      "has dependencies and cannot be deleted.",
    /uses subnet-0a, .*Name=subnet-id,Values=subnet-0a /,
  ],
  [
    "a security group that is used",
    `Error: deleting Security Group (sg-0a): ${EC2("DeleteSecurityGroup")}DependencyViolation: resource sg-0a ` +
      "has a dependent object",
    /uses sg-0a, .*Name=group-id,Values=sg-0a /,
  ],
  [
    "a disk that was made larger by hand",
    `Error: updating EC2 Instance (i-0a) volume (vol-0a): ${EC2("ModifyVolume")}InvalidParameterValue: New ` +
      "size cannot be smaller than existing size",
    /^The disk of an instance of web was enlarged by hand, .*Set instances\.diskGiB to its size/,
  ],
  [
    "a disk that was modified too often",
    "Error: updating EC2 Instance (i-0a) volume (vol-0a): " +
      `${EC2("ModifyVolume")}VolumeModificationRateExceeded: You've reached the maximum modification rate per ` +
      "volume limit.",
    /^A disk of web was modified four times within 24 hours, .*Deploy again tomorrow\.$/,
  ],
  [
    "a subnet with another route table",
    "Error: creating Route Table (rtb-0a) Association: " +
      `${EC2("AssociateRouteTable")}Resource.AlreadyAssociated: the specified association for route table rtb-0a ` +
      "conflicts with an existing association",
    /^A subnet of web that belongs to rtb-0a was associated with another route table by hand, .*Remove that association /,
  ],
  [
    "a policy of the organization",
    "Error: creating EC2 Instance: operation error EC2: RunInstances, https response error StatusCode: 403, " +
      "RequestID: 1, api error UnauthorizedOperation: You are not authorized to perform this operation. User: " +
      "arn:aws:iam::1:user/me is not authorized to perform: ec2:RunInstances on resource: " +
      "arn:aws:ec2:us-east-1:1:instance/* with an explicit deny in a service control policy. Encoded " +
      "authorization failure message: g4oZPBqZ4Bni8dE5",
    /^arn:aws:iam::1:user\/me is not allowed to perform ec2:RunInstances, which web needs: a service control policy of the AWS organization denies it/,
  ],
  [
    "a refusal in code",
    "Error: creating EC2 Instance: operation error EC2: RunInstances, https response error StatusCode: 403, " +
      "RequestID: 1, api error UnauthorizedOperation: You are not authorized to perform this operation. Encoded " +
      "authorization failure message: QXdPNaIeg-KKNwIX54_F",
    /^These credentials lack a permission that web needs\. aws sts decode-authorization-message --encoded-message QXdPNaIeg-KKNwIX54_F --query DecodedMessage --output text --region us-east-1 shows /,
  ],
  [
    "a plan of another state",
    "Error: Saved plan does not match the given state\n\nThe given plan file can not be applied because",
    /^The state of web has changed since this plan was made/,
  ],
  [
    "a plan that another run has overtaken",
    "Error: Saved plan is discarded\n\nThe given plan file can no longer be applied;",
    /^The state of web has changed since this plan was made/,
  ],
];

test.each(SAID)("%s", (_, said, sentence) => {
  expect(knownError(said, FOLDER)).toMatch(sentence);
  // However wide the terminal was that terraform wrapped its words for.
  expect(knownError(said.replace(/ (?=\w+ \w+ \w+ )/g, "\n"), FOLDER)).toMatch(sentence);
});

test.each([
  "Error: Reference to undeclared input variable",
  "Error: reading S3 Bucket (my-logs): operation error S3: HeadBucket, https response error StatusCode: 403, " +
    "api error Forbidden: Forbidden\n\n  with aws_s3_bucket.logs,",
  "Error: putting S3 Bucket Policy: operation error S3: PutBucketPolicy, https response error StatusCode: 404, " +
    "NoSuchBucket: \n\n  with aws_s3_bucket_policy.logs,",
])("any other words are left as they are: %s", (said) => {
  expect(knownError(said, FOLDER)).toBeUndefined();
});

test("vCPUs of a family with a quota of its own are not asked for under another one's code", () => {
  writeFileSync(
    join(FOLDER, "cdk.tf.json"),
    JSON.stringify({ ...PROGRAM, resource: { aws_instance: { a: { instance_type: "g5.xlarge" } } } }),
  );
  try {
    expect(
      knownError(
        `${RUN}VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 0 ` +
          `${MORE_VCPUS}`,
        FOLDER,
      ),
    ).toMatch(
      /^The account's quota is 0 vCPUs of this kind in us-east-1, including other instances, and web has 1 × g5\.xlarge, and twice as many during .* Raise the quota of the instance family \(Service Quotas, Amazon EC2, "Running On-Demand …"\), (?!.*L-1216C47A)/,
    );
  } finally {
    writeFileSync(join(FOLDER, "cdk.tf.json"), JSON.stringify(PROGRAM));
  }
});

test("a state that could not be stored is reported before its cause", () => {
  expect(
    knownError(
      "Error: Failed to save state\n\nError saving state: ExpiredToken\n\nError: Failed to persist state to " +
        "backend\n\n    terraform state push errored.tfstate\n",
      FOLDER,
    ),
  ).toMatch(/^terraform could not store the state of web; .*Do not deploy again/);
});

test("all that the account lacks is said, each thing once, and errors of other kinds too", () => {
  const lacking =
    "Error: creating EC2 VPC: User: arn:aws:iam::1:user/me is not authorized to perform: ec2:CreateVpc on " +
    "resource: *\n\n";
  const lines = knownError(
    `${lacking}${lacking}Error: Unable to find remote state\n\nError: no matching EC2 VPC found\n\n  with ` +
      `data.aws_vpc.vpc,\n`,
    FOLDER,
  )?.split("\n");
  expect(lines).toEqual([
    expect.stringMatching(/^arn:aws:iam::1:user\/me is not allowed to perform ec2:CreateVpc, which web needs\./),
    "Error: Unable to find remote state",
    expect.stringMatching(
      /^The VPC of web does not exist in this AWS account in us-east-1\. Correct network\.vpcId or region, or use/,
    ),
  ]);
});

test("what AWS refuses where no stack is, as in a bootstrap, is not reported as a stack's error", () => {
  expect(
    knownError(
      "Error: putting S3 Bucket Policy: User: arn:aws:iam::1:user/me is not authorized to perform: " +
        "s3:PutBucketPolicy on resource: *",
      ROOT,
    ),
  ).toBeUndefined();
});
