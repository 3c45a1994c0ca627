import { inWorkspace, ORGANIZATION, TerraformCloudRoom, words } from "../../support/terraform-cloud-room";

/*
 * The real site with cdktf-cli, in runs that a stand-in for Terraform Cloud makes, from a shell without access to AWS.
 * The tests follow each other, as a person's commands would.
 */

jest.setTimeout(400_000);

const NO_CHANGES = "No changes. Your infrastructure matches the configuration.";
const IN_S3 = '{ s3: { bucket: "states" } }';

let room: TerraformCloudRoom;

beforeAll(async () => {
  room = await TerraformCloudRoom.open();
  await room.project.localAws.seed({
    region: "us-east-1",
    hostedZones: [{ name: "example.com" }],
    buckets: ["states"],
  });
  await siteIn(inWorkspace("web"));
});

afterAll(() => room.close());

test("the shell has a token and no access to AWS", () => {
  const { env } = room.project;
  expect(Object.keys(env).filter((name) => name.startsWith("AWS_"))).toEqual([]);
  expect(env.TF_TOKEN_app_terraform_io).toBeDefined();
});

test("cdktf diff plans in the workspace, which terraform creates", async () => {
  expect(words(await room.cdktf("diff web"))).toContain("Plan: 39 to add, 0 to change, 0 to destroy.");
  expect(room.cloud.workspace(ORGANIZATION, "web").runs.map(({ status, planOnly }) => ({ status, planOnly }))).toEqual([
    { status: "planned_and_finished", planOnly: true },
  ]);
});

test("cdktf deploy creates the site there", async () => {
  expect(words(await room.cdktf("deploy web --auto-approve"))).toContain(
    "Apply complete! Resources: 39 added, 0 changed, 0 destroyed.",
  );
});

test("cdktf output shows it", async () => {
  expect(words(await room.cdktf("output web"))).toContain("site_url = https://www.example.com");
});

test("a second diff has nothing to change", async () => {
  expect(words(await room.cdktf("diff web"))).toContain(NO_CHANGES);
});

test("the site's state moves to S3 and back, and nothing is to change after either", async () => {
  await move(IN_S3);
  // Keeps the workspace's lineage, so that the way back stays open.
  await room.run(`${room.at("web", "state push -force -")} < web.tfstate`, room.aws);
  expect(await room.run(room.at("web", "plan -no-color -detailed-exitcode"), room.aws)).toContain(NO_CHANGES);
  await move(inWorkspace("web"));
  expect(words(await room.run(room.at("web", "plan -no-color -detailed-exitcode")))).toContain(NO_CHANGES);
});

test("cdktf destroy takes it down there", async () => {
  expect(words(await room.cdktf("destroy web --auto-approve"))).toContain(
    "Apply complete! Resources: 0 added, 0 changed, 39 destroyed.",
  );
  expect((await room.run(room.at("web", "state list"))).trim()).toBe("");
});

test("the server was asked for nothing that it lacks", () => {
  // A workspace that is not there yet, and one without a state.
  const expected = /^\/api\/v2\/(organizations\/acme\/workspaces\/web|workspaces\/ws-\w+\/current-state-version)$/;
  expect(
    room.cloud.requests.filter(({ status, path }) => status >= 400 && !(status === 404 && expected.test(path))),
  ).toEqual([]);
});

function siteIn(backend: string): Promise<void> {
  return room.project.program(
    `new WebStack(app, "web", { domainName: "www.example.com", disposable: true, backend: ${backend} });`,
  );
}

/** The commands of docs/guides/moving-state.md. */
async function move(backend: string): Promise<void> {
  await room.run(`${room.at("web", "state pull")} > web.tfstate`, room.aws);
  await siteIn(backend);
  await room.cdktf("synth");
  await room.run(
    `rm -r cdktf.out/stacks/web/.terraform && ${room.at("web", "init")} && ${room.at("web", `state push -`)} < ` +
      "web.tfstate",
    room.aws,
  );
}
