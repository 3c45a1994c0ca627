import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command, ListObjectVersionsCommand, S3Client } from "@aws-sdk/client-s3";
import { inWorkspace, ORGANIZATION, TerraformCloudRoom, words, zoneStack } from "../../support/terraform-cloud-room";

/* Each direction of docs/guides/moving-state.md, with its commands, one after the other on one existing stack. */

jest.setTimeout(400_000);

const BUCKET = "states";
const PLACES = {
  local: '"local"',
  s3: `{ s3: { bucket: "${BUCKET}" } }`,
  otherKey: `{ s3: { bucket: "${BUCKET}", key: "other/terraform.tfstate" } }`,
  cloud: inWorkspace("web"),
} as const;
type Place = keyof typeof PLACES;

let room: TerraformCloudRoom;
let s3: S3Client;

beforeAll(async () => {
  room = await TerraformCloudRoom.open();
  // S3 and runs on this machine need it.
  Object.assign(room.project.env, room.aws);
  const { endpoint } = room.project.localAws;
  s3 = new S3Client({
    region: "us-east-1",
    endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  await room.project.localAws.seed({ region: "us-east-1", buckets: [BUCKET] });
  await room.project.program(zoneStack("web", PLACES.local));
  await room.project.synthesize();
  await room.run(`${room.at("web", "init")} && ${room.at("web", "apply -auto-approve")}`);
});

afterAll(() => room.close());

// terraform begins another lineage wherever it puts a state for the first time. By force, S3 and a local file take the
// old one; Terraform Cloud takes only the one that it has, so that the others must keep it if there is to be a way
// back.
test("local to S3, where nothing is yet", () => moves("local", "s3", "keeping its lineage"));
test("S3 to the workspace, where nothing is yet", () => moves("s3", "cloud"));
test("the workspace back to local, whose old copy is a stranger and replaced only by force", () =>
  moves("cloud", "local", "refused, then by force"));
test("local, changed meanwhile, back to the workspace, which knows the lineage", async () => {
  const zone = (await room.run(room.at("web", "state list"))).trim();
  await room.run(`${room.at("web", `taint ${zone}`)} && ${room.at("web", `untaint ${zone}`)}`);
  await moves("local", "cloud");
});
test("the workspace to a place in S3 where nothing is yet", () => moves("cloud", "otherKey", "keeping its lineage"));
test("S3 back to local, which knows the lineage", () => moves("otherKey", "local"));

// .terraform remembers a workspace's name, and S3 would put the state under another key.
test("S3 has the state under its keys and nowhere else, and every earlier one", async () => {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  expect(Contents.map(({ Key }) => Key)).toEqual(["other/terraform.tfstate", "web/terraform.tfstate"]);
  const { Versions = [] } = await s3.send(
    new ListObjectVersionsCommand({ Bucket: BUCKET, Prefix: "web/terraform.tfstate" }),
  );
  expect(Versions.filter(({ Key }) => Key === "web/terraform.tfstate")).toHaveLength(2);
});

test("the workspace has the newest state, and the earlier one", () => {
  const [first, second, ...more] = room.cloud.workspace(ORGANIZATION, "web").states.map(({ serial }) => serial);
  expect(more).toEqual([]);
  expect(second).toBeGreaterThan(first ?? Infinity);
});

/** As docs/guides/moving-state.md says; cdktf-cli itself is left to the real site's test, as it takes longer than all the rest. */
async function moves(from: Place, to: Place, how?: "keeping its lineage" | "refused, then by force"): Promise<void> {
  const [old, stale] = [await stateIn(from), await stateIn(to)];
  await room.run(`${room.at("web", "state pull")} > web.tfstate`);
  await room.project.program(zoneStack("web", PLACES[to]));
  await room.project.synthesize();
  await room.run(`rm -r cdktf.out/stacks/web/.terraform && ${room.at("web", "init")}`);
  if (how === "refused, then by force") {
    await expect(push()).rejects.toThrow(/cannot import state with lineage \S+ over unrelated state/);
    expect(await stateIn(to)).toBe(stale);
  } else await push();
  if (how !== undefined) {
    await push("-force ");
    expect(lineageOf(await stateIn(to))).toBe(lineageOf(old));
  }
  expect(words(await room.run(room.at("web", "plan -detailed-exitcode -no-color")))).toContain(
    "No changes. Your infrastructure matches the configuration.",
  );
  expect(await room.run(room.at("web", "state list"))).toMatch(/^aws_route53_zone\.\S+\n$/);
  expect(await stateIn(from)).toBe(old);
  expect(room.cloud.records.workspaceNamed(ORGANIZATION, "web")?.lockedBy).toBeUndefined();
}

async function push(force = ""): Promise<void> {
  await room.run(`${room.at("web", `state push ${force}-`)} < web.tfstate`);
}

function lineageOf(state: string | undefined): string | undefined {
  return /"lineage": "([^"]+)"/.exec(state ?? "")?.[1];
}

/** What lies there, byte by byte. */
async function stateIn(place: Place): Promise<string | undefined> {
  if (place === "cloud") return room.cloud.records.workspaceNamed(ORGANIZATION, "web")?.states.at(-1)?.data?.toString();
  const file = join(room.project.folder, "terraform.web.tfstate");
  if (place === "local") return existsSync(file) ? readFile(file, "utf8") : undefined;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  const Key = place === "s3" ? "web/terraform.tfstate" : "other/terraform.tfstate";
  if (!Contents.some((it) => it.Key === Key)) return undefined;
  return (await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body?.transformToString();
}
