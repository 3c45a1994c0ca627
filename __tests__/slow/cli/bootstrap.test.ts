import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListRolesCommand,
  UntagRoleCommand,
} from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { policyOf } from "../../../cli/bootstrap/policies";
import type { LocalAws } from "../../../rehearsal/local-aws";
import { runningProcesses } from "../../support/processes";
import { type Ended, ProjectRoom } from "../../support/project-room";

/* npx alb-web bootstrap as a person runs it, against a local AWS. Needs what rehearsals need. */

jest.setTimeout(8 * 60_000);

const ACCOUNT = "123456789012";
const BUCKET = "acme-states";
const ARGS = `--bucket ${BUCKET} --region us-east-1`;
const COMMAND = "node cli/alb-web.js bootstrap";
const TOKENS = `arn:aws:iam::${ACCOUNT}:oidc-provider/token.actions.githubusercontent.com`;
/** With ids, so that nobody has to ask GitHub. */
const SITE = "Acme@123456/site@456789";
const LINE = `backend: { s3: { bucket: "${BUCKET}", region: "us-east-1" } }`;

let room: ProjectRoom;
let first: Promise<Ended>;
let afterKill: Promise<{ aws: LocalAws; hadState: boolean; ended: Ended }>;
let atOnce: Promise<Ended[]>;
/** Runs for GitHub, one after the other on one account. */
let github: ReturnType<typeof runsForGitHub>;
const clones: LocalAws[] = [];

beforeAll(async () => {
  room = await ProjectRoom.open();
  mkdirSync(join(room.folder, "tmp"));
  mkdirSync(join(room.folder, "tmp-of-killed"));
  const [toBeKilled, forTwo] = [await clone(), await clone()];
  // S3's settings take the provider a minute, of waiting; so these wait side by side.
  first = bootstrap(ARGS);
  afterKill = killAndRunAgain(toBeKilled);
  atOnce = Promise.all([bootstrap(ARGS, forTwo), bootstrap(ARGS, forTwo)]);
  github = first.then(runsForGitHub);
  for (const each of [first, afterKill, atOnce, github]) each.catch(() => undefined); // reported by the tests that await them
});

afterAll(async () => {
  await Promise.allSettled([first, afterKill, atOnce, github]);
  for (const each of clones) await each.stop();
  await room?.close();
});

describe("before anything is done, it refuses", () => {
  test("a bucket of another account", async () => {
    const aws = await clone();
    const sts = new STSClient(settings(aws));
    const { Credentials: keys } = await sts.send(
      new AssumeRoleCommand({ RoleArn: "arn:aws:iam::210987654321:role/other", RoleSessionName: "other" }),
    );
    const credentials = {
      accessKeyId: keys?.AccessKeyId ?? "",
      secretAccessKey: keys?.SecretAccessKey ?? "",
      sessionToken: keys?.SessionToken,
    };
    await new S3Client({ ...settings(aws), credentials }).send(new CreateBucketCommand({ Bucket: BUCKET }));
    expect(await bootstrap(ARGS, aws)).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining(`The bucket ${BUCKET} exists, but it belongs to another account or`),
    });
  });

  test("a bucket that holds other things", async () => {
    const aws = await clone();
    const s3 = new S3Client(settings(aws));
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "holiday.jpg", Body: "x" }));
    expect(await bootstrap(ARGS, aws)).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining(
        `must be empty or tagged alb-web:bootstrap = ${BUCKET} (it is not empty and has no such tag), so nothing ` +
          "was changed. Choose another name.",
      ),
    });
    await expect(s3.send(new GetBucketTaggingCommand({ Bucket: BUCKET }))).rejects.toThrow();
  });

  test("a bucket that held other things, whose versions are kept", async () => {
    const aws = await clone();
    const s3 = new S3Client(settings(aws));
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: "Enabled" } }));
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: "holiday.jpg", Body: "x" }));
    await s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: "holiday.jpg" }));
    expect(await bootstrap(ARGS, aws)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("it is not empty and has no such tag"),
    });
  });

  test("a bucket in another region", async () => {
    const aws = await clone();
    await new S3Client({ ...settings(aws), region: "eu-west-1" }).send(
      new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
    );
    expect(await bootstrap(ARGS, aws)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        `The bucket ${BUCKET} is in eu-west-1, not in us-east-1; run this again with --region eu-west-1`,
      ),
    });
  });

  test("a role of somebody else's", async () => {
    const aws = await clone();
    await new IAMClient(settings(aws)).send(
      new CreateRoleCommand({
        RoleName: "alb-web-deploy",
        AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}',
      }),
    );
    expect(await bootstrap(`${ARGS} --github acme@123456/site@456789`, aws)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("alb-web-deploy in account 123456789012 must be tagged alb-web:bootstrap"),
    });
  });

  test("to work without credentials", async () => {
    const none = {
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
      AWS_EC2_METADATA_DISABLED: "true",
      HOME: join(room.folder, "tmp"),
    };
    expect(await bootstrap(ARGS, room.localAws, none)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("There are no AWS credentials; set AWS_PROFILE"),
    });
  });
});

describe("the first run", () => {
  test("prints the line for main.ts on standard output, and nothing else there", async () => {
    expect(await first).toMatchObject({
      code: 0,
      stdout: `${LINE}\n`,
      stderr: expect.stringContaining("no bucket yet"),
    });
  });

  test("makes the bucket as it should be", async () => {
    await first;
    await expectBucket(room.localAws);
  });

  test("keeps the bucket's own state in the bucket, encrypted, and lets go of its lock", async () => {
    await first;
    const s3 = new S3Client(settings(room.localAws));
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    expect(Contents.map(({ Key }) => Key)).toEqual(["bootstrap/terraform.tfstate"]);
    expect(
      (await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "bootstrap/terraform.tfstate" })))
        .ServerSideEncryption,
    ).toBe("AES256");
  });

  test("leaves a bucket that nobody deletes by mistake, and that can be removed as the guide says", async () => {
    await first;
    const s3 = new S3Client(settings(await clone()));
    const bucket = { Bucket: BUCKET };
    const versions = async () => {
      const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand(bucket));
      return [...Versions, ...DeleteMarkers].map(
        ({ Key, VersionId }) => new DeleteObjectCommand({ ...bucket, Key, VersionId }),
      );
    };
    await expect(s3.send(new DeleteBucketCommand(bucket))).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(s3.send((await versions())[0]!)).rejects.toMatchObject({ name: "AccessDenied" });
    await s3.send(new DeleteBucketPolicyCommand(bucket));
    for (const each of await versions()) await s3.send(each);
    await s3.send(new DeleteBucketCommand(bucket));
    await expect(s3.send(new HeadBucketCommand(bucket))).rejects.toMatchObject({ $metadata: { httpStatusCode: 404 } });
  });

  test("prints a line with which a stack is initialized and planned", async () => {
    await first;
    const aws = await clone();
    await aws.seed({ region: "us-east-1", hostedZones: [{ name: "example.com" }] });
    await room.program(`new WebStack(app, "web", { domainName: "www.example.com", ${LINE} });`);
    const planned = await room.shell(
      "node_modules/.bin/cdktf synth && cd cdktf.out/stacks/web && terraform init -input=false && terraform " +
        "plan -input=false -no-color",
      { AWS_ENDPOINT_URL: aws.endpoint },
    );
    expect(planned).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Plan: \d+ to add, 0 to change, 0 to destroy/),
    });
  });
});

describe("a run after the first", () => {
  test("changes nothing", async () => {
    await first;
    expect(await bootstrap(ARGS, await clone())).toMatchObject({
      code: 0,
      stdout: `${LINE}\n`,
      stderr: expect.stringContaining(`${BUCKET}: no changes`),
    });
  });

  test("reverts what was changed by hand", async () => {
    await first;
    const aws = await clone();
    const s3 = new S3Client(settings(aws));
    await s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: "Suspended" } }));
    expect(await bootstrap(ARGS, aws)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("0 added, 1 changed, 0 removed"),
    });
    await expectBucket(aws);
  });

  test("after a kill before the state was moved goes on from the bucket that is there", async () => {
    const { aws, hadState, ended } = await afterKill;
    expect(hadState).toBe(false);
    expect(ended).toMatchObject({
      code: 0,
      stdout: `${LINE}\n`,
      stderr: expect.stringContaining("the bucket exists, without a state"),
    });
    await expectBucket(aws);
  });

  test("says who else works on it, and how to go on if that one was killed", async () => {
    await first;
    const aws = await clone();
    const lock = {
      ID: "0b8a",
      Operation: "OperationTypeApply",
      Info: "",
      Who: "ann@laptop",
      Version: "1.11.4",
      Created: "2026-01-02T03:04:05.678901Z",
      Path: `${BUCKET}/bootstrap/terraform.tfstate`,
    };
    await new S3Client(settings(aws)).send(
      new PutObjectCommand({ Bucket: BUCKET, Key: "bootstrap/terraform.tfstate.tflock", Body: JSON.stringify(lock) }),
    );
    expect(await bootstrap(ARGS, aws)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining(
        `Another alb-web bootstrap is running for ${BUCKET}: ann@laptop, since 2026-01-02 03:04:05 UTC. Run this ` +
          "again when it has finished. If its terraform was killed, delete its lock first: aws s3 rm " +
          `s3://${BUCKET}/bootstrap/terraform.tfstate.tflock\n`,
      ),
    });
  });
});

test("of two first runs at once one creates the bucket, and the other says so in a sentence", async () => {
  const [good, ...others] = (await atOnce).sort((a, b) => Number(a.code) - Number(b.code));
  expect(good).toMatchObject({ code: 0, stdout: `${LINE}\n` });
  expect(others).toMatchObject([
    {
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /The bucket acme-states was created at the same time|Another alb-web bootstrap is running for acme-states: /,
      ),
    },
  ]);
});

describe("with --github", () => {
  test("prints what gh is to set", async () => {
    const { made } = await github;
    expect(made).toMatchObject({ code: 0 });
    expect(made.stdout.split("\n")).toEqual([
      LINE,
      "gh variable set AWS_REGION --repo Acme/site --body us-east-1",
      `gh variable set AWS_PLAN_ROLE --repo Acme/site --body arn:aws:iam::${ACCOUNT}:role/alb-web-plan`,
      `gh variable set AWS_KEEP_ROLE --repo Acme/site --body arn:aws:iam::${ACCOUNT}:role/alb-web-keep`,
      `gh variable set AWS_DEPLOY_ROLE --repo Acme/site --body arn:aws:iam::${ACCOUNT}:role/alb-web-deploy`,
      "",
    ]);
  });

  test.each([
    ["plan", `repo:${SITE}:pull_request`],
    ["keep", `repo:${SITE}:ref:refs/heads/release`],
    ["deploy", `repo:${SITE}:ref:refs/heads/release`],
  ] as const)("the role to %s trusts %s and has the committed policy", async (kind, subject) => {
    const { aws } = await github;
    const iam = new IAMClient(settings(aws));
    const RoleName = `alb-web-${kind}`;
    expect(await trustedBy(aws, RoleName)).toEqual([
      {
        Effect: "Allow",
        Principal: { Federated: TOKENS },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": subject,
          },
        },
      },
    ]);
    const { PolicyDocument = "" } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: RoleName }));
    expect(JSON.parse(decodeURIComponent(PolicyDocument))).toEqual(
      policyOf(kind, { account: ACCOUNT, bucket: BUCKET }),
    );
    expect(PolicyDocument).not.toMatch(/<|%3C/);
  });

  test("the bucket gets a key for records, which later runs leave as it is", async () => {
    const { aws, last } = await github;
    const key = async (of: LocalAws) =>
      (
        await new S3Client(settings(of)).send(new GetObjectCommand({ Bucket: BUCKET, Key: "alb-web/record.key" }))
      ).Body?.transformToString();
    expect(await key(aws)).toMatch(/^[0-9a-f]{64}$/);
    expect(await key(last)).toBe(await key(aws));
  });

  test("a later run without it keeps the roles", async () => {
    const { made, again } = await github;
    expect(again).toMatchObject({
      code: 0,
      stdout: made.stdout,
      stderr: expect.stringMatching(/no changes[^]*The roles for Acme\/site, branch release, are kept/),
    });
  });

  test("a run after the state was lost takes the roles up again", async () => {
    const { made, afterLoss } = await github;
    expect(afterLoss).toMatchObject({
      code: 0,
      stdout: made.stdout,
      stderr: expect.stringContaining("without a state"),
    });
  });

  test("--no-github removes the roles and leaves the provider", async () => {
    const { last, removed } = await github;
    expect(removed).toMatchObject({
      code: 0,
      stdout: `${LINE}\n`,
      stderr: expect.stringContaining("0 added, 0 changed, 6 removed"),
    });
    const iam = new IAMClient(settings(last));
    expect((await iam.send(new ListRolesCommand({}))).Roles?.map(({ RoleName }) => RoleName)).toEqual([]);
    expect(
      (await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: TOKENS }))).ClientIDList,
    ).toEqual(["sts.amazonaws.com"]);
  });

  test("a provider that the account has is used, and left as it is", async () => {
    const other = await clone();
    const iam = new IAMClient(settings(other));
    await iam.send(
      new CreateOpenIDConnectProviderCommand({
        Url: "https://token.actions.githubusercontent.com",
        ClientIDList: ["sts.amazonaws.com", "theirs"],
        ThumbprintList: ["6938fd4d98bab03faadb97b34396831e3780aea1"],
      }),
    );
    expect(await bootstrap(`${ARGS} --github ${SITE}`, other)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/6 added[^]*was not created by bootstrap; the roles trust it as it is/),
    });
    expect((await iam.send(new ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList).toEqual([
      { Arn: TOKENS },
    ]);
    expect(
      (await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: TOKENS }))).ClientIDList,
    ).toEqual(["sts.amazonaws.com", "theirs"]);
  });
});

describe("roles in the previous format", () => {
  const subjects = async (aws: LocalAws) =>
    (await Promise.all(["alb-web-plan", "alb-web-keep", "alb-web-deploy"].map((name) => trustedBy(aws, name))))
      .flat()
      .map(({ Condition }) => Condition.StringEquals["token.actions.githubusercontent.com:sub"]);
  const BY_NAME = [
    "repo:Acme/site:pull_request",
    "repo:Acme/site:ref:refs/heads/main",
    "repo:Acme/site:ref:refs/heads/main",
  ];
  let aws: LocalAws;

  beforeAll(async () => {
    await first;
    aws = await clone();
    expect(await bootstrap(`${ARGS} --github Acme/site --no-immutable-subject`, aws)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("This is the previous subject."),
    });
  });

  test("trust the names, and are kept so by a run without --github", async () => {
    expect(await subjects(aws)).toEqual(BY_NAME);
    expect(await bootstrap(ARGS, aws)).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/no changes[^]*are kept[^]*This is the previous subject\./),
    });
    expect(await subjects(aws)).toEqual(BY_NAME);
  });

  test("get the ids from a run with --github, and lose them again", async () => {
    const changed = await clone(aws);
    expect(await bootstrap(`${ARGS} --github ${SITE}`, changed)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("Before, they trusted repo:Acme/site:…."),
    });
    expect(await subjects(changed)).toEqual([
      `repo:${SITE}:pull_request`,
      `repo:${SITE}:ref:refs/heads/main`,
      `repo:${SITE}:ref:refs/heads/main`,
    ]);
    expect(await bootstrap(`${ARGS} --github Acme/site --no-immutable-subject`, changed)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`Before, they trusted repo:${SITE}:….`),
    });
    expect(await subjects(changed)).toEqual(BY_NAME);
  });

  test("are removed by --no-github", async () => {
    const last = await clone(aws);
    expect(await bootstrap(`${ARGS} --no-github`, last)).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("Removed: alb-web-plan, alb-web-keep, alb-web-deploy."),
    });
  });

  test("whose tags name no repository are not removed unasked", async () => {
    const last = await clone(aws);
    await new IAMClient(settings(last)).send(
      new UntagRoleCommand({ RoleName: "alb-web-plan", TagKeys: ["alb-web:repository"] }),
    );
    expect(await bootstrap(ARGS, last)).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining(
        "must name the repository and the branch of the roles, and do not, so nothing was changed",
      ),
    });
    expect(await subjects(last)).toEqual(BY_NAME);
  });
});

test("the ids come from gh where the command line has none", async () => {
  await first;
  const aws = await clone();
  const bin = join(room.folder, "bin");
  mkdirSync(bin);
  writeFileSync(
    join(bin, "gh"),
    `#!/bin/sh\necho '{"id": 456789, "full_name": "Acme/site", "owner": {"id": 123456}}'\n`,
    { mode: 0o755 },
  );
  expect(
    await bootstrap(`${ARGS} --github acme/site`, aws, { PATH: `${bin}${delimiter}${room.env.PATH}` }),
  ).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("--repo Acme/site "),
    stderr: expect.stringContaining(`repo:${SITE}:pull_request`),
  });
});

test("no run leaves a temporary folder behind", async () => {
  await Promise.allSettled([first, atOnce, github]);
  expect(readdirSync(join(room.folder, "tmp")).filter((name) => name.startsWith("alb-web-"))).toEqual([]);
});

/** The statements that say who may take a role. */
async function trustedBy(
  aws: LocalAws,
  RoleName: string,
): Promise<{ Condition: { StringEquals: Record<string, string> } }[]> {
  const { Role } = await new IAMClient(settings(aws)).send(new GetRoleCommand({ RoleName }));
  return (
    JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")) as {
      Statement: { Condition: { StringEquals: Record<string, string> } }[];
    }
  ).Statement;
}

function bootstrap(args: string, aws = room.localAws, env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return room.shell(`${COMMAND} ${args}`, { TMPDIR: join(room.folder, "tmp"), AWS_ENDPOINT_URL: aws.endpoint, ...env });
}

async function runsForGitHub() {
  const aws = await clone();
  const made = await bootstrap(`${ARGS} --github ${SITE} --branch release`, aws);
  const withRoles = await clone(aws);
  const again = await bootstrap(ARGS, aws);
  await new S3Client(settings(aws)).send(
    new DeleteObjectCommand({ Bucket: BUCKET, Key: "bootstrap/terraform.tfstate" }),
  );
  const afterLoss = await bootstrap(ARGS, aws);
  return { aws: withRoles, made, again, afterLoss, removed: await bootstrap(`${ARGS} --no-github`, aws), last: aws };
}

/**
 * Kills the command and terraform while the bucket is there and its state is nowhere but in a folder; then runs it
 * again.
 */
async function killAndRunAgain(aws: LocalAws): Promise<{ aws: LocalAws; hadState: boolean; ended: Ended }> {
  const s3 = new S3Client(settings(aws));
  const env = { ...room.env, TMPDIR: join(room.folder, "tmp-of-killed"), AWS_ENDPOINT_URL: aws.endpoint };
  const child = spawn("sh", ["-c", `exec ${COMMAND} ${ARGS}`], { cwd: room.folder, env, stdio: "ignore" });
  while (
    !(await s3.send(new GetBucketPolicyCommand({ Bucket: BUCKET })).then(
      () => true,
      () => false,
    ))
  )
    await pause(200);
  kill(child.pid ?? 0);
  const hadState = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: "bootstrap/terraform.tfstate" })).then(
    () => true,
    () => false,
  );
  return { aws, hadState, ended: await bootstrap(ARGS, aws) };
}

/** A process and all that it started. Each is stopped before its children are looked for, so that it starts no more. */
function kill(pid: number): void {
  process.kill(pid, "SIGSTOP");
  const children = runningProcesses().filter(({ parent }) => parent === pid);
  for (const each of children) kill(each.pid);
  process.kill(pid, "SIGKILL");
}

const RECORDS = ["plans/*", "deploys/*", "alb-web/record.key"];

async function expectBucket(aws: LocalAws): Promise<void> {
  const s3 = new S3Client(settings(aws));
  const bucket = { Bucket: BUCKET };
  const arn = `arn:aws:s3:::${BUCKET}`;
  expect((await s3.send(new GetBucketVersioningCommand(bucket))).Status).toBe("Enabled");
  expect(
    (await s3.send(new GetBucketEncryptionCommand(bucket))).ServerSideEncryptionConfiguration?.Rules?.[0]
      ?.ApplyServerSideEncryptionByDefault,
  ).toEqual({ SSEAlgorithm: "AES256" });
  expect((await s3.send(new GetPublicAccessBlockCommand(bucket))).PublicAccessBlockConfiguration).toEqual({
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  });
  expect((await s3.send(new GetBucketOwnershipControlsCommand(bucket))).OwnershipControls?.Rules).toEqual([
    { ObjectOwnership: "BucketOwnerEnforced" },
  ]);
  expect((await s3.send(new GetBucketTaggingCommand(bucket))).TagSet).toEqual([
    { Key: "alb-web:bootstrap", Value: BUCKET },
  ]);
  expect((await s3.send(new GetBucketLifecycleConfigurationCommand(bucket))).Rules).toMatchObject([
    {
      Status: "Enabled",
      Filter: { Prefix: "" },
      NoncurrentVersionExpiration: { NoncurrentDays: 90, NewerNoncurrentVersions: 20 },
      Expiration: { ExpiredObjectDeleteMarker: true },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    },
    ...["plans/", "deploys/"].map((Prefix) => ({
      Status: "Enabled",
      Filter: { Prefix },
      Expiration: { Days: 30 },
      NoncurrentVersionExpiration: { NoncurrentDays: 1 },
    })),
  ]);
  expect(JSON.parse((await s3.send(new GetBucketPolicyCommand(bucket))).Policy ?? "").Statement).toMatchObject([
    {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    { Effect: "Deny", Principal: "*", Action: "s3:DeleteBucket", Resource: arn },
    { Effect: "Deny", Principal: "*", Action: "s3:DeleteObjectVersion", Resource: `${arn}/*` },
    {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:PutObject",
      Resource: RECORDS.map((it) => `${arn}/${it}`),
      Condition: { Null: { "s3:if-none-match": "true" } },
    },
    { Effect: "Deny", Principal: "*", Action: "s3:DeleteObject", Resource: RECORDS.map((it) => `${arn}/${it}`) },
  ]);
}

async function clone(of = room.localAws): Promise<LocalAws> {
  const made = await of.clone();
  clones.push(made);
  return made;
}

function settings({ endpoint }: LocalAws) {
  return {
    endpoint,
    region: "us-east-1",
    maxAttempts: 2,
    forcePathStyle: true,
    credentials: { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" },
  };
}
