import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand, HeadObjectCommand, ListObjectVersionsCommand, S3Client } from "@aws-sdk/client-s3";
import { ProjectRoom } from "../../support/project-room";

/* State in S3, as a team uses it: two checkouts, one bucket, cdktf-cli and terraform as they are. */

jest.setTimeout(600_000);

const KEY = "web/terraform.tfstate";
const PROGRAM =
  'new WebStack(app, "web", { domainName: "www.example.com", disposable: true, backend: { s3: { bucket: ' +
  '"my-state" } } });';
const MORE_TAGS = PROGRAM.replace("disposable: true", 'disposable: true, tags: { team: "web" }');

let mine: ProjectRoom;
let theirs: ProjectRoom;
let s3: S3Client;

beforeAll(async () => {
  mine = await ProjectRoom.open();
  theirs = await ProjectRoom.open(mine.localAws);
  await mine.localAws.seed({ region: "us-east-1", hostedZones: [{ name: "example.com" }], buckets: ["my-state"] });
  for (const room of [mine, theirs]) await room.program(PROGRAM);
  s3 = new S3Client({
    region: "us-east-1",
    endpoint: mine.localAws.endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" },
  });
});

afterAll(async () => {
  s3?.destroy();
  await theirs?.close();
  await mine?.close();
});

test("two first deploys at once: exactly one works, the other reports who holds the lock", async () => {
  const both = await Promise.all([mine, theirs].map((room) => room.cdktf("deploy web --auto-approve")));
  const works = both.filter(({ code }) => code === 0);
  const refused = both.filter(({ code }) => code !== 0);
  expect([works.length, refused.length]).toEqual([1, 1]);
  expect(works[0]?.stdout).toContain("site_url = https://www.example.com");
  const reported = `${refused[0]?.stdout}${refused[0]?.stderr}`;
  expect(reported).toContain("Error acquiring the state lock");
  expect(reported).toMatch(/Who: +\S+@\S+/);
});

test("nothing exists twice, and the lock is gone", async () => {
  expect(
    (
      await mine.shell("aws ec2 describe-vpcs --filters Name=tag:alb-web:stack,Values=web --query 'length(Vpcs)'")
    ).stdout.trim(),
  ).toBe("1");
  expect((await mine.shell(`aws s3 ls s3://my-state/web/`)).stdout.trim().split(/\s+/).slice(3)).toEqual([
    "terraform.tfstate",
  ]);
});

test("a diff from each of the two folders sees no changes", async () => {
  // One after the other: a plan takes the lock too.
  for (const room of [mine, theirs]) {
    const { code, stdout } = await room.cdktf("diff web");
    expect([code, stdout]).toEqual([0, expect.stringContaining("No changes")]);
  }
});

test("the state is encrypted, under a key of its own", async () => {
  expect(await s3.send(new HeadObjectCommand({ Bucket: "my-state", Key: KEY }))).toMatchObject({
    ServerSideEncryption: "AES256",
  });
});

test("every earlier state can be brought back", async () => {
  const before = await stateText();
  await mine.program(MORE_TAGS);
  expect((await mine.shell("node cli/alb-web.js plan web")).code).toBe(2);
  expect(await mine.cdktf("deploy web --auto-approve")).toMatchObject({ code: 0 });
  expect(await stateText()).not.toBe(before);

  const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: "my-state", Prefix: KEY }));
  const states = await Promise.all(
    Versions.filter(({ Key }) => Key === KEY).map(
      async ({ VersionId }) =>
        (await s3.send(new GetObjectCommand({ Bucket: "my-state", Key: KEY, VersionId }))).Body?.transformToString() ??
        "",
    ),
  );
  // Each upload is a version, the first one of the first deploy too.
  expect(new Set(states.map((text) => (JSON.parse(text) as { serial: number }).serial)).size).toBe(states.length);
  expect(states).toContain(before);

  // With the commands of docs/guides/shared-state.md.
  await mkdir(join(mine.folder, "restore"));
  await writeFile(join(mine.folder, "restore", "earlier.tfstate"), before);
  const push = await mine.shell("terraform -chdir=cdktf.out/stacks/web state push -force $PWD/restore/earlier.tfstate");
  expect(push).toMatchObject({ code: 0 });
  expect(resourcesOf(await stateText())).toEqual(resourcesOf(before));
  // terraform knows the resources by it, and sees that their tags are others by now; the earlier program puts them
  // back.
  await mine.program(PROGRAM);
  expect(await mine.cdktf("deploy web --auto-approve")).toMatchObject({ code: 0 });
  expect((await mine.cdktf("diff web")).stdout).toContain("No changes");
});

async function stateText(): Promise<string> {
  return (await s3.send(new GetObjectCommand({ Bucket: "my-state", Key: KEY }))).Body?.transformToString() ?? "";
}

function resourcesOf(state: string): unknown {
  return (JSON.parse(state) as { resources: unknown }).resources;
}
