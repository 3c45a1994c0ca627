import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListRolesCommand,
  PutUserPolicyCommand,
  UntagRoleCommand,
} from "@aws-sdk/client-iam";
import {
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { LocalAws } from "../../../rehearsal/local-aws";
import { type Ended, ProjectRoom } from "../../support/project-room";

/*
 * npx alb-web bootstrap with credentials that may do too little, or a state that knows too little. Needs what
 * rehearsals need.
 */

jest.setTimeout(8 * 60_000);

const BUCKET = "acme-states";
const COMMAND = `node cli/alb-web.js bootstrap --bucket ${BUCKET} --region us-east-1`;
const STATE = { Bucket: BUCKET, Key: "bootstrap/terraform.tfstate" };
const ROLES = ["alb-web-deploy", "alb-web-keep", "alb-web-plan"];

let room: ProjectRoom;
/** A bootstrap that stands, and the same one with roles for acme/site. */
let bare: LocalAws;
let withRoles: LocalAws;
/**
 * `--no-github` after the state was lost. Much is created again then, which S3 takes a minute to confirm, so others run
 * at the same time.
 */
let afterLoss: Promise<{ aws: LocalAws; ended: Ended }>;
const clones: LocalAws[] = [];

beforeAll(async () => {
  room = await ProjectRoom.open();
  mkdirSync(join(room.folder, "tmp"));
  bare = room.localAws;
  throwIfFailed(await bootstrap(bare));
  withRoles = await clone(bare);
  throwIfFailed(await bootstrap(withRoles, "--github acme@123456/site@456789"));
  afterLoss = removeAfterLoss();
  afterLoss.catch(() => undefined); // reported by the test that awaits it
});

afterAll(async () => {
  await Promise.allSettled([afterLoss]);
  for (const each of clones) await each.stop();
  await room?.close();
});

describe("credentials that may do all with buckets, and nothing else", () => {
  test("suffice without --github, where there are no roles", async () => {
    const aws = await clone(bare);
    expect(await bootstrap(aws, "", await keysOf(aws, ["s3:*"]))).toMatchObject({
      code: 0,
      stdout: `backend: { s3: { bucket: "${BUCKET}", region: "us-east-1" } }\n`,
      stderr: expect.stringMatching(
        /no changes[^]*These credentials may not read IAM roles, so the roles for GitHub were not checked/,
      ),
    });
  });

  test.each(["--github acme@123456/site@456789", "--no-github"])(
    "do not suffice with %s, which is said before anything is done",
    async (option) => {
      const aws = await clone(bare);
      expectSentence(
        await bootstrap(aws, option, await keysOf(aws, ["s3:*"])),
        /^AWS denied iam:GetRole \(AccessDenied.*not authorized to perform: iam:GetRole.*\); bootstrap requires credentials that may/m,
      );
    },
  );

  test("do not suffice where there are roles, which stay as they are", async () => {
    const aws = await clone(withRoles);
    expectSentence(
      await bootstrap(aws, "", await keysOf(aws, ["s3:*"])),
      /^AWS denied iam:Get(Role|RolePolicy|OpenIDConnectProvider) for acme-states \(AccessDenied/m,
    );
    expect(await rolesOf(aws)).toEqual(ROLES);
  });
});

test("what is refused while the bucket is set up is said, and for which bucket", async () => {
  const aws = await clone(bare);
  await new S3Client(settings(aws)).send(new DeleteBucketPolicyCommand({ Bucket: BUCKET }));
  expectSentence(
    await bootstrap(aws, "", await keysOf(aws, ["s3:*"], ["s3:PutBucketPolicy"])),
    /^AWS denied s3:PutBucketPolicy for acme-states \(AccessDenied: .*\); bootstrap requires credentials that may create and configure buckets/m,
  );
});

test("what is refused while the bucket is looked at is said", async () => {
  const aws = await clone(bare);
  expectSentence(
    await bootstrap(aws, "", await keysOf(aws, ["s3:*"], ["s3:GetBucketTagging"])),
    /^AWS denied s3:GetBucketTagging \(AccessDenied/m,
  );
});

test("a service that cannot be reached is no internal error, and no denial", async () => {
  expectSentence(
    await bootstrap(bare, "", { AWS_ENDPOINT_URL_IAM: "http://127.0.0.1:9" }),
    /^AWS did not respond to iam:GetRole \(.*ECONNREFUSED.*\); try again/m,
  );
});

describe("roles for a repository", () => {
  test("come with a word on the branch that they are for", async () => {
    const aws = await clone(withRoles);
    expect(await bootstrap(aws, "--github acme@123456/site@456789 --branch trunk")).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(
        "trunk must be the default branch of acme/site, and branches: in .github/workflows/deploy.yml must name it",
      ),
    });
  });

  test("are not given to another", async () => {
    expect(await bootstrap(withRoles, "--github acme@123456/other@456790")).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining(
        "are for acme/site, and an account has only one set of them, so they cannot also be for acme/other",
      ),
    });
  });

  test("are removed though the state was lost", async () => {
    const { aws, ended } = await afterLoss;
    expect(ended).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/6 removed[^]*\nRemoved: alb-web-plan, alb-web-keep, alb-web-deploy\.\n/),
    });
    expect(await rolesOf(aws)).toEqual([]);
  });

  test("are removed though the state never held them", async () => {
    const aws = await clone(withRoles);
    await knowNoRoles(aws);
    expect(await bootstrap(aws, "--no-github")).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/6 removed[^]*\nRemoved: alb-web-plan, alb-web-keep, alb-web-deploy\.\n/),
    });
    expect(await rolesOf(aws)).toEqual([]);
  });

  test("that cannot be taken up are not said to be removed, but how to remove them", async () => {
    const aws = await clone(withRoles);
    await knowNoRoles(aws);
    for (const RoleName of ROLES)
      await new IAMClient(settings(aws)).send(new UntagRoleCommand({ RoleName, TagKeys: ["alb-web:repository"] }));
    const { code, stderr } = await bootstrap(aws, "--no-github");
    expect(code).toBe(0);
    expect(await rolesOf(aws)).toEqual(ROLES);
    expect(stderr).not.toMatch(/^Removed:/m);
    for (const role of ROLES)
      expect(stderr).toContain(
        `Not removed: ${role}, which is not in the state of bootstrap; delete it: aws iam ` +
          `delete-role-policy --role-name ${role} --policy-name ${role}; aws iam delete-role --role-name ` +
          `${role}\n`,
      );
  });
});

test("no run leaves a temporary folder behind", async () => {
  await Promise.allSettled([afterLoss]);
  expect(readdirSync(join(room.folder, "tmp")).filter((name) => name.startsWith("alb-web-"))).toEqual([]);
});

function bootstrap(aws: LocalAws, args = "", env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return room.shell(`${COMMAND} ${args}`, { TMPDIR: join(room.folder, "tmp"), AWS_ENDPOINT_URL: aws.endpoint, ...env });
}

/** An external error: one sentence, without internals that mean nothing to a person. */
function expectSentence({ code, stdout, stderr }: Ended, sentence: RegExp): void {
  expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: "", stderr: expect.stringMatching(sentence) });
  expect(stderr).not.toMatch(/[Ii]nternal error in alb-web|alb-web-bootstrap-|backend\.s3|\n +at /);
}

async function removeAfterLoss(): Promise<{ aws: LocalAws; ended: Ended }> {
  const aws = await clone(withRoles);
  await new S3Client(settings(aws)).send(new DeleteObjectCommand(STATE));
  return { aws, ended: await bootstrap(aws, "--no-github") };
}

/** Puts the state of before there were roles in the place of the later one. */
async function knowNoRoles(aws: LocalAws): Promise<void> {
  const { Body } = await new S3Client(settings(bare)).send(new GetObjectCommand(STATE));
  await new S3Client(settings(aws)).send(new PutObjectCommand({ ...STATE, Body: await Body?.transformToString() }));
}

async function rolesOf(aws: LocalAws): Promise<(string | undefined)[]> {
  await aws.enforceAccess(false);
  const { Roles = [] } = await new IAMClient(settings(aws)).send(new ListRolesCommand({}));
  return Roles.map(({ RoleName }) => RoleName).sort();
}

/** Keys of somebody who may do just this, on an AWS that checks it from now on. */
async function keysOf(aws: LocalAws, allowed: string[], denied: string[] = []): Promise<NodeJS.ProcessEnv> {
  const iam = new IAMClient(settings(aws));
  const UserName = "somebody";
  const statement = (Effect: string, Action: string[]) =>
    Action.length > 0 ? [{ Effect, Action, Resource: "*" }] : [];
  const PolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [...statement("Allow", allowed), ...statement("Deny", denied)],
  });
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "all", PolicyDocument }));
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  await aws.enforceAccess(true);
  return { AWS_ACCESS_KEY_ID: key?.AccessKeyId, AWS_SECRET_ACCESS_KEY: key?.SecretAccessKey };
}

async function clone(of: LocalAws): Promise<LocalAws> {
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

function throwIfFailed({ code, stdout, stderr }: Ended): void {
  if (code !== 0) throw new Error(`exit code ${code}\n${stdout}\n${stderr}`);
}
