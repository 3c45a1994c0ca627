import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from "@aws-sdk/client-iam";
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { ROLES, type RoleKind, roleArn } from "../../../cli/bootstrap/bootstrap-names";
import { policyOf } from "../../../cli/bootstrap/policies";
import { RECORD_KEY } from "../../../cli/records/kept-records";
import type { Call, LocalAws } from "../../../rehearsal/local-aws";
import { refusedBy } from "../../support/iam-policy";
import { type Ended, ProjectRoom } from "../../support/project-room";

/*
 * The roles at work, as npx alb-web bootstrap makes them, on a local AWS that checks every call: what they may do
 * suffices for a deploy, an edit and a destroy, and what they may not do is refused. Needs what rehearsals need.
 */

const ALL_MS = 10 * 60_000;
jest.setTimeout(ALL_MS);

const ACCOUNT = "123456789012";
const BUCKET = "acme-states";
const ANY = 'domainName: "www.example.com", backend: { s3: { bucket: "acme-states", region: "us-east-1" } }';
const OWN = `${ANY}, tags: { team: "web", phase: "one" }, instances: { detailedMonitoring: true }`;
/** Edits that replace much, and edits that change what exists. */
const EDITS = {
  replacing:
    `${ANY}, alternativeNames: ["example.com"], network: { zones: 3 }, instances: { count: 3 }, http: "forward", ` +
    `tlsPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06", idleTimeoutSec: 120, disposable: true`,
  standing: `${ANY}, tags: { team: "ops", owner: "ops" }, instances: { diskGiB: 20 }, healthCheck: { intervalSec: 20 }`,
} as const;
/** Actions that a deploy needs, each with the kind of resource that it makes. */
const NEEDED = {
  "ec2:CreateVpc": "aws_vpc",
  "acm:RequestCertificate": "aws_acm_certificate",
  "iam:CreateRole": "aws_iam_role",
} as const;

let room: ProjectRoom;
let bootstrapped: Ended;
const clones: LocalAws[] = [];
let deployed: Promise<Ended>;
let planned: Promise<Ended>;
let edited: Promise<{ ended: Ended; calls: Call[] }[]>;
let destroyed: Promise<Ended>;
let refused: Promise<Map<string, Ended>>;

beforeAll(async () => {
  room = await ProjectRoom.open();
  await room.localAws.seed({ region: "us-east-1", hostedZones: [{ name: "example.com" }] });
  bootstrapped = await room.shell(
    `node cli/alb-web.js bootstrap --bucket ${BUCKET} --region us-east-1 --github acme@123456/site@456789`,
  );
  if (bootstrapped.code !== 0) throw new Error(bootstrapped.stderr);
  for (const [name, props] of [...Object.entries(EDITS), ["own", OWN]]) await synthesize(`${name}.json`, props ?? "");
  const deploy = await keysOf("deploy");
  const plan = await keysOf("plan");
  await room.localAws.enforceAccess(true);
  await terraform("init -input=false", deploy).then(throwIfFailed);
  for (const name of [...Object.keys(EDITS), "refused"])
    await cp(room.stackFolder("web"), room.stackFolder(name), { recursive: true, verbatimSymlinks: true });
  for (const name of Object.keys(EDITS))
    await cp(join(room.folder, `${name}.json`), join(room.stackFolder(name), "cdk.tf.json"));
  const untouched = await clone();

  deployed = terraform("apply -auto-approve -input=false", deploy);
  refused = refusals(untouched, deploy, plan);
  planned = deployed.then(() => terraform("plan -input=false -lock=false -detailed-exitcode", plan));
  edited = deployed.then(throwIfFailed).then(async () => {
    const own = [await clone(), await clone()];
    destroyed = destroy(await clone(), deploy);
    destroyed.catch(() => undefined);
    return Promise.all(Object.keys(EDITS).map((name, index) => edit(name, own[index]!, deploy)));
  });
  for (const each of [deployed, planned, edited, refused]) each.catch(() => undefined); // reported by the tests that await them
});

afterAll(async () => {
  await Promise.allSettled([deployed, planned, edited, refused]);
  await Promise.allSettled([destroyed]);
  for (const each of clones) await each.stop();
  await room?.close();
});

test("the role for deploys deploys", async () => {
  expect(await deployed).toMatchObject({ code: 0, stdout: expect.stringContaining("Apply complete!") });
});

test("the role for plans plans what stands, without a change", async () => {
  expect(await planned).toMatchObject({ code: 0, stdout: expect.stringContaining("No changes.") });
});

test("the role for plans does not deploy", async () => {
  expect((await refused).get("plan")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`assumed-role/${ROLES.plan}/test is not authorized to perform: ec2:CreateVpc`),
  });
});

test.each(Object.keys(NEEDED))("a deploy without %s is refused, and says so", async (action) => {
  expect((await refused).get(action)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`is not authorized to perform: ${action}`),
  });
});

/* All edits, one by one: __tests__/slow/cli/edits.test.ts. */
test("the role for deploys changes a site that stands", async () => {
  for (const { ended } of await edited) expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(
    refusedBy(
      "deploy",
      (await edited).flatMap((each) => each.calls),
    ),
  ).toEqual([]);
});

test("the role for deploys takes a site down", async () => {
  await edited;
  expect(await destroyed).toMatchObject({ code: 0, stdout: expect.stringContaining("Destroy complete!") });
});

const REFUSED = { $metadata: { httpStatusCode: 403 } };
const RECORD = "plans/7/abc/def/web.json";

test.each<[RoleKind, string, boolean]>([
  ["plan", "web/terraform.tfstate.tflock", false],
  ["plan", "web/terraform.tfstate", false],
  ["plan", RECORD, false],
  ["plan", "bootstrap/terraform.tfstate.tflock", false],
  ["keep", RECORD, true],
  ["keep", "web/terraform.tfstate", false],
  ["keep", "deploys/7/abc/web.applied", false],
  ["keep", RECORD_KEY, false],
  ["deploy", "web/terraform.tfstate", true],
  ["deploy", "deploys/7/abc/web.applied", true],
  ["deploy", RECORD, false],
  ["deploy", "bootstrap/terraform.tfstate", false],
])("the role to %s writes %s: %s", async (kind, key, isAllowed) => {
  const put = (await s3For(kind)).send(
    new PutObjectCommand({
      Bucket: BUCKET,
      Key: key,
      Body: "x",
      IfNoneMatch: /^(plans|deploys|alb-web)\//.test(key) ? "*" : undefined,
    }),
  );
  if (isAllowed) await put;
  else await expect(put).rejects.toThrow("is not authorized to perform: s3:PutObject");
});

test.each<[RoleKind, string, boolean]>([
  ["plan", RECORD_KEY, true],
  ["plan", "bootstrap/terraform.tfstate", false],
  ["keep", RECORD_KEY, false],
  ["keep", "bootstrap/terraform.tfstate", false],
  ["deploy", RECORD_KEY, true],
  ["deploy", RECORD, true],
])("the role to %s reads %s: %s", async (kind, Key, isAllowed) => {
  const aws = await clone();
  await aws.enforceAccess(false);
  if (Key === RECORD)
    await new S3Client({ ...client(aws, "anybody", "anything"), forcePathStyle: true }).send(
      new PutObjectCommand({ Bucket: BUCKET, Key, Body: "a".repeat(64), IfNoneMatch: "*" }),
    );
  const got = (await s3For(kind, aws)).send(new GetObjectCommand({ Bucket: BUCKET, Key }));
  if (isAllowed) expect(await (await got).Body?.transformToString()).toMatch(/^[0-9a-f]{64}$/);
  else await expect(got).rejects.toThrow("is not authorized to perform: s3:GetObject");
});

/**
 * The bucket's own policy, which holds for everybody: here for a role that may write there, and for an administrator.
 */
test.each(["keep", "administrator"] as const)("no record is written over or deleted by %s", async (who) => {
  const aws = await clone();
  const s3 = await s3For(who, aws);
  const put = (IfNoneMatch?: string, Key = RECORD) =>
    s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: "x", IfNoneMatch }));
  await put("*");
  await expect(put()).rejects.toMatchObject(REFUSED);
  await expect(put("*")).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } });
  await expect(put(undefined, "plans/7/abc/def/other.json")).rejects.toMatchObject(REFUSED);
  if (who === "keep") return;
  await expect(put(undefined, RECORD_KEY)).rejects.toMatchObject(REFUSED);
  for (const Key of [RECORD, RECORD_KEY])
    await expect(s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }))).rejects.toMatchObject(REFUSED);
  await put(undefined, "web/anything");
});

test.each<[what: string, RoleName: string, PolicyArn: string]>([
  ["an administrator of a site's role", "alb-web-site-1", "arn:aws:iam::aws:policy/AdministratorAccess"],
  ["itself an administrator", ROLES.deploy, "arn:aws:iam::aws:policy/AdministratorAccess"],
  ["its own role one of a site", ROLES.deploy, "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"],
])("the role for deploys does not make %s", async (_what, RoleName, PolicyArn) => {
  const iam = new IAMClient(await clientFor("deploy", await clone()));
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  if (RoleName !== ROLES.deploy) await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  await expect(iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))).rejects.toThrow(
    "is not authorized to perform: iam:AttachRolePolicy",
  );
  if (RoleName !== ROLES.deploy)
    await iam.send(
      new AttachRolePolicyCommand({ RoleName, PolicyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" }),
    );
});

/** Keeps what a stack of these props synthesizes to. */
async function synthesize(name: string, props: string): Promise<void> {
  await room.program(`new WebStack(app, "web", { ${props} });`);
  await room.synthesize();
  await cp(join(room.stackFolder("web"), "cdk.tf.json"), join(room.folder, name));
}

async function edit(name: string, aws: LocalAws, deploy: NodeJS.ProcessEnv): Promise<{ ended: Ended; calls: Call[] }> {
  await aws.calls(true);
  const ended = await terraform(
    "apply -auto-approve -input=false",
    { ...deploy, AWS_ENDPOINT_URL: aws.endpoint },
    name,
  );
  return { ended, calls: await aws.calls() };
}

/** What a workflow gets for its token. */
async function keysOf(
  kind: RoleKind,
  aws = room.localAws,
): Promise<{ AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string; AWS_SESSION_TOKEN: string }> {
  const sts = new STSClient(client(aws, "anybody", "anything"));
  const { Credentials: keys } = await sts.send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: roleArn(ACCOUNT, kind),
      RoleSessionName: "test",
      WebIdentityToken: "of-github",
    }),
  );
  return {
    AWS_ACCESS_KEY_ID: keys?.AccessKeyId ?? "",
    AWS_SECRET_ACCESS_KEY: keys?.SecretAccessKey ?? "",
    AWS_SESSION_TOKEN: keys?.SessionToken ?? "",
  };
}

function client({ endpoint }: LocalAws, accessKeyId: string, secretAccessKey: string, sessionToken?: string) {
  return { endpoint, region: "us-east-1", maxAttempts: 2, credentials: { accessKeyId, secretAccessKey, sessionToken } };
}

/** The local AWS with a role's keys of its own. */
async function clientFor(kind: RoleKind, aws: LocalAws) {
  await aws.enforceAccess(false);
  const keys = await keysOf(kind, aws);
  await aws.enforceAccess(true);
  return client(aws, keys.AWS_ACCESS_KEY_ID, keys.AWS_SECRET_ACCESS_KEY, keys.AWS_SESSION_TOKEN);
}

/** S3 with the keys of a role, or of somebody whose policy allows everything. */
async function s3For(who: RoleKind | "administrator", aws?: LocalAws): Promise<S3Client> {
  const on = aws ?? (await clone());
  return new S3Client({
    ...(who === "administrator" ? await administrator(on) : await clientFor(who, on)),
    forcePathStyle: true,
  });
}

async function administrator(aws: LocalAws) {
  await aws.enforceAccess(false);
  const [iam, UserName] = [new IAMClient(client(aws, "anybody", "anything")), "administrator"];
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(
    new PutUserPolicyCommand({
      UserName,
      PolicyName: "all",
      PolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
      }),
    }),
  );
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  await aws.enforceAccess(true);
  return client(aws, key?.AccessKeyId ?? "", key?.SecretAccessKey ?? "");
}

async function clone(): Promise<LocalAws> {
  const made = await room.localAws.clone();
  clones.push(made);
  return made;
}

function terraform(args: string, env: NodeJS.ProcessEnv, stack = "web"): Promise<Ended> {
  return room.shell(`cd ${room.stackFolder(stack)}; terraform ${args} -no-color`, env);
}

/** One after the other, in parallel with the deploy, which mostly waits. */
async function refusals(
  aws: LocalAws,
  deploy: NodeJS.ProcessEnv,
  plan: NodeJS.ProcessEnv,
): Promise<Map<string, Ended>> {
  const json = JSON.parse(await readFile(join(room.folder, "own.json"), "utf8")) as {
    resource: Record<string, Record<string, unknown>>;
  };
  // The role for plans takes no lock either.
  const apply = (type: string, keys: NodeJS.ProcessEnv) =>
    terraform(
      `apply -auto-approve -input=false -lock=${keys !== plan} ` +
        `-target=${type}.${Object.keys(json.resource[type] ?? {})[0]}`,
      { ...keys, AWS_ENDPOINT_URL: aws.endpoint },
      "refused",
    );
  const ended = new Map<string, Ended>([["plan", await apply("aws_vpc", plan)]]);
  for (const [action, type] of Object.entries(NEEDED)) {
    await allowDeploys(aws, (each) => each !== action);
    ended.set(action, await apply(type, deploy));
  }
  return ended;
}

/** Gives the role for deploys its policy again, with some of its actions only. */
async function allowDeploys(aws: LocalAws, isAllowed: (action: string) => boolean): Promise<void> {
  const { Version, Statement } = policyOf("deploy", { account: ACCOUNT, bucket: BUCKET });
  const PolicyDocument = JSON.stringify({
    Version,
    Statement: Statement.map((each) => ({ ...each, Action: each.Action.filter(isAllowed) })),
  });
  await aws.enforceAccess(false);
  const iam = new IAMClient(client(aws, "anybody", "anything"));
  await iam.send(new PutRolePolicyCommand({ RoleName: ROLES.deploy, PolicyName: ROLES.deploy, PolicyDocument }));
  await aws.enforceAccess(true);
}

async function destroy(aws: LocalAws, deploy: NodeJS.ProcessEnv): Promise<Ended> {
  // What `disposable: true`, deployed once, does on AWS.
  await aws.enforceDeletionProtection(false);
  return terraform("destroy -auto-approve -input=false", { ...deploy, AWS_ENDPOINT_URL: aws.endpoint });
}

function throwIfFailed(ended: Ended): Ended {
  if (ended.code !== 0) throw new Error(`exit code ${ended.code}\n${ended.stdout}\n${ended.stderr}`);
  return ended;
}
