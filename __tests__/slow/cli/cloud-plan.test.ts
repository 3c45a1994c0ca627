import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  inWorkspace,
  ORGANIZATION,
  TerraformCloudRoom,
  until,
  words,
  zoneStack,
} from "../../support/terraform-cloud-room";

/*
 * Plans that are kept, folders that stand alone and what goes wrong, in runs that a stand-in for Terraform Cloud makes.
 */

jest.setTimeout(400_000);

const LOCK_FILE = ".terraform.lock.hcl";
const OTHER_HOST = "localhost:8443";
const BACKENDS: Readonly<Record<string, string>> = {
  kept: inWorkspace("kept"),
  plain: inWorkspace("plain"),
  blind: inWorkspace("blind"),
  host: inWorkspace("host", { hostname: OTHER_HOST }),
  alone: inWorkspace("alone"),
  repository: inWorkspace("repository"),
  here: inWorkspace("here"),
  lacking: inWorkspace("lacking"),
  foreign: inWorkspace("foreign", { organization: "others" }),
};
/** Where a workspace that is driven by a repository finds the stack. */
const WORKING_DIRECTORY = "cdktf.out/stacks/repository";

let room: TerraformCloudRoom;

beforeAll(async () => {
  room = await TerraformCloudRoom.open();
  room.cloud.addWorkspace(ORGANIZATION, "repository", { workingDirectory: WORKING_DIRECTORY });
  room.cloud.addWorkspace(ORGANIZATION, "here", { executionMode: "local" });
  const { lacking, ...others } = BACKENDS;
  const withoutZone = `new WebStack(app, "lacking", { domainName: "www.lacking.com", backend: ${lacking} });`;
  await room.project.program(...Object.entries(others).map(([id, backend]) => zoneStack(id, backend)), withoutZone);
  await room.project.synthesize();
});

afterAll(() => room.close());

describe("npx alb-web plan", () => {
  const PLAN = "node cli/alb-web.js plan kept";
  const applyPlan = () => room.project.shell("node cli/alb-web.js apply kept");
  const planned = (kind: string) => readFile(join(room.project.folder, "plans", `kept.${kind}`), "utf8");

  test("keeps a plan of the workspace's run, as JSON and as text too, and reports changes by its exit code", async () => {
    expect(await room.project.shell(PLAN)).toMatchObject({
      code: 2,
      stdout: "kept: changes, plans/kept.txt, plans/kept.md\n",
    });
    const { format_version, resource_changes } = JSON.parse(await planned("json")) as {
      format_version: string;
      resource_changes: { type: string; change: { actions: string[] } }[];
    };
    expect(format_version).toMatch(/^1\./);
    expect(resource_changes).toMatchObject([{ type: "aws_route53_zone", change: { actions: ["create"] } }]);
    expect(words(await planned("txt"))).toContain("Plan: 1 to add, 0 to change, 0 to destroy.");
    expect(room.cloud.workspace(ORGANIZATION, "kept")).toMatchObject({
      states: [],
      runs: [{ status: "planned_and_saved" }],
    });
  });

  test("its plan is applied as it was reviewed, and only once", async () => {
    expect(await applyPlan()).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("kept: 1 added, 0 changed, 0 destroyed"),
    });
    expect(await applyPlan()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("This plan of kept has already been applied;"),
    });
  });

  test("nothing to change is 0", async () => {
    expect(await room.project.shell(PLAN)).toMatchObject({
      code: 0,
      stdout: "kept: no changes, plans/kept.txt, plans/kept.md\n",
    });
    expect(words(await planned("txt"))).toContain("No changes.");
  });

  test("a plan is refused once the state has moved on", async () => {
    await room.run(
      `${room.at("kept", "plan -destroy -out=old.tfplan")} && ${room.at("kept", "state pull")} > moved.tfstate`,
    );
    await room.run(
      `sed -i 's/"serial": [0-9]*/"serial": 99/' moved.tfstate && ${room.at("kept", "state push -")} < moved.tfstate`,
    );
    expect(await room.project.shell(room.at("kept", "apply -no-color old.tfplan"))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Saved plan is discarded"),
    });
  });
});

test("npx alb-web plan works with a server that knows neither saved plans nor how to show one", async () => {
  const { lacks } = room.cloud;
  lacks.add("saved plans").add("redacted plans");
  expect(await room.project.shell("node cli/alb-web.js plan plain")).toMatchObject({
    code: 2,
    stdout: "plain: changes, plans/plain.txt, plans/plain.md\n",
  });
  lacks.clear();
  const text = await readFile(join(room.project.folder, "plans", "plain.txt"), "utf8");
  expect(text).toContain("Plan: 1 to add, 0 to change, 0 to destroy.");
  expect(text).not.toContain("\x1b");
  // Such a plan holds the workspace until it is applied or discarded.
  expect(room.cloud.workspace(ORGANIZATION, "plain").runs).toMatchObject([{ status: "planned" }]);
  expect(
    await room.project.shell(room.at("plain", 'apply -no-color -input=false "$PWD/plans/plain.tfplan"')),
  ).toMatchObject({ code: 0, stdout: expect.stringContaining("Resources: 1 added") });
});

describe(
  "npx alb-web plan with a server that does not include the plan where it answers about its run, so that terraform " +
    "cannot read it again, as OTF",
  () => {
    const files = async () =>
      (await readdir(join(room.project.folder, "plans"))).filter((name) => name.startsWith("blind.")).sort();
    const run = () => room.cloud.workspace(ORGANIZATION, "blind").runs.at(-1);

    beforeEach(() => room.cloud.lacks.add("saved plans").add("redacted plans").add("included plans"));
    afterEach(() => room.cloud.lacks.clear());

    test(
      "keeps JSON, text and review by the server's own JSON, says what it lacks, and leaves no run that holds the " +
        "workspace",
      async () => {
        const { code, stdout, stderr } = await room.project.shell("node cli/alb-web.js plan blind");
        expect({ code, stdout }).toEqual({ code: 2, stdout: "blind: changes, plans/blind.txt, plans/blind.md\n" });
        expect(stderr).toContain(
          `\nblind: app.terraform.io cannot show a saved plan: its response to GET /runs/${run()?.id}?include=plan ` +
            `lacks the plan ("can't display a cloud plan that is currently …"). JSON, text and review were saved; ` +
            `there is no plan for npx alb-web apply. Run ${run()?.id} is discarded. To deploy: npx cdktf ` +
            `deploy blind\n`,
        );
        expect(stdout + stderr).not.toContain("\x1b");
        expect(await files()).toEqual(["blind.json", "blind.md", "blind.txt"]);
        const read = (kind: string) => readFile(join(room.project.folder, "plans", `blind.${kind}`), "utf8");
        expect(JSON.parse(await read("json"))).toMatchObject({
          resource_changes: [{ type: "aws_route53_zone", change: { actions: ["create"] } }],
        });
        expect(await read("txt")).toContain("Plan: 1 to add, 0 to change, 0 to destroy.");
        expect(await read("txt")).not.toContain("\x1b");
        expect(await read("md")).toContain("blind");
        expect(run()?.status).toBe("discarded");
        expect(room.cloud.workspace(ORGANIZATION, "blind").lockedBy).toBeUndefined();
      },
    );

    test("keeps the run's log where the server gives no JSON either, and fails", async () => {
      room.cloud.lacks.add("plans as JSON");
      const { code, stdout, stderr } = await room.project.shell("node cli/alb-web.js plan blind");
      expect({ code, stdout }).toEqual({ code: 1, stdout: "blind: changes, plans/blind.txt\n" });
      expect(stderr).toContain(
        `lacks the plan ("can't display a cloud plan that is currently …"). Only the log of the run was saved, as text ` +
          `(app.terraform.io returned 404 for GET /plans/${run()?.plan.id}/json-output): there is no JSON, no ` +
          `review, and no plan for npx alb-web apply. Run ${run()?.id} is discarded.`,
      );
      expect(await files()).toEqual(["blind.txt"]);
      expect(run()?.status).toBe("discarded");
    });

    test("says which run is left where no token can be found for it", async () => {
      // terraform has its token from a program that is asked for it.
      const helper = join(room.project.folder, "terraform-credentials-of-the-test");
      await writeFile(helper, `#!/bin/sh\necho '{"token":"${room.project.env.TF_TOKEN_app_terraform_io}"}'\n`, {
        mode: 0o755,
      });
      await room.run(`mkdir -p "$HOME/.terraform.d/plugins" && mv "${helper}" "$HOME/.terraform.d/plugins/"`);
      const configuration = await readFile(String(room.project.env.TF_CLI_CONFIG_FILE), "utf8");
      const withHelper = join(room.project.folder, "with-helper.tfrc");
      await writeFile(withHelper, `${configuration}\ncredentials_helper "of-the-test" {\n  args = []\n}\n`);
      const { code, stderr } = await room.project.shell(
        "unset TF_TOKEN_app_terraform_io; node cli/alb-web.js plan blind",
        {
          TF_CLI_CONFIG_FILE: withHelper,
        },
      );
      expect(code).toBe(1);
      expect(stderr).toContain(
        `Run ${run()?.id} could not be ended (no token found for app.terraform.io) and may hold the workspace ` +
          "acme/blind; cancel or discard it on its page: " +
          `https://app.terraform.io/app/acme/blind/runs/${run()?.id}\n`,
      );
      expect(run()?.status).toBe("planned");
    });
  },
);

test("terraform's own plan and apply work in the stack's folder, on another host too", async () => {
  await room.run(room.at("host", "init"));
  expect(words(await room.run(room.at("host", "apply -auto-approve")))).toContain("Resources: 1 added");
  expect(await room.run(room.at("host", "plan -detailed-exitcode"))).toContain(
    `https://${OTHER_HOST}/app/${ORGANIZATION}/host/runs/`,
  );
});

describe("a stack's folder is all that a run needs", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "alb-web-alone-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("a copy of it in an empty folder elsewhere can be initialized and planned", async () => {
    const file = (name: string) => join(room.project.stackFolder("alone"), name);
    await room.run(
      `cp "${file("cdk.tf.json")}" "${file(LOCK_FILE)}" "${folder}" && cd "${folder}" && ${room.terraform} ` +
        `init -lockfile=readonly && ${room.terraform} plan -out=alone.tfplan`,
    );
    expect(room.cloud.workspace(ORGANIZATION, "alone").runs).toMatchObject([
      { status: "planned_and_saved", hasChanges: true },
    ]);
  });

  test("the archive that is uploaded is that folder, with the committed lock of the provider", async () => {
    const { archive = Buffer.alloc(0) } =
      room.cloud.records.configurations.find(({ workspace }) => workspace.name === "host") ?? {};
    const unpacked = join(folder, "unpacked");
    await writeFile(join(folder, "archive.tar.gz"), archive);
    expect(
      (
        await room.run(
          `mkdir "${unpacked}" && tar -xzf "${folder}/archive.tar.gz" -C "${unpacked}" && cd "${unpacked}" && ` +
            "find . -type f | sort",
        )
      ).split("\n"),
    ).toEqual([`./${LOCK_FILE}`, "./cdk.tf.json", ""]);
    expect(await readFile(join(unpacked, "cdk.tf.json"))).toEqual(
      await readFile(join(room.project.stackFolder("host"), "cdk.tf.json")),
    );
    expect(await readFile(join(unpacked, LOCK_FILE))).toEqual(await readFile(join(room.project.folder, LOCK_FILE)));
  });

  test("a repository that holds it is enough, with the working directory that the guide names", async () => {
    await room.run(`tar -czf repository.tar.gz ${WORKING_DIRECTORY}/cdk.tf.json ${WORKING_DIRECTORY}/${LOCK_FILE}`);
    const workspace = { data: { type: "workspaces", id: room.cloud.workspace(ORGANIZATION, "repository").id } };
    const configuration = await room.api("POST", `/workspaces/${workspace.data.id}/configuration-versions`, {
      data: { type: "configuration-versions", attributes: { speculative: true } },
    });
    await fetch(String(configuration.attributes["upload-url"]), {
      method: "PUT",
      body: await readFile(join(room.project.folder, "repository.tar.gz")),
    });
    const relationships = {
      workspace,
      "configuration-version": { data: { type: "configuration-versions", id: configuration.id } },
    };
    const { id } = await room.api("POST", "/runs", {
      data: { type: "runs", attributes: { message: "a commit" }, relationships },
    });
    const run = room.cloud.records.runs.find((it) => it.id === id);
    await until("the run has ended", () => run?.status === "planned_and_finished" || run?.status === "errored");
    expect(words(String(run?.plan.log))).toContain("Plan: 1 to add, 0 to change, 0 to destroy.");
  });
});

describe("local execution keeps the state in the workspace and runs terraform here", () => {
  beforeAll(() => room.run(room.at("here", "init")));

  test("so it is here that access to AWS is needed", async () => {
    const without = await room.project.shell(room.at("here", "plan -no-color"), { AWS_EC2_METADATA_DISABLED: "true" });
    expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining("No valid credential sources found") });
    expect(await room.run(room.at("here", "apply -auto-approve -no-color"), room.aws)).toContain("Resources: 1 added");
    expect(room.cloud.workspace(ORGANIZATION, "here")).toMatchObject({ runs: [] });
    expect(JSON.parse(await room.run(room.at("here", "output -json")))).toHaveProperty("name_servers.value");
  });

  test("and whoever else holds the workspace keeps it out", async () => {
    const workspace = room.cloud.workspace(ORGANIZATION, "here");
    workspace.lockedBy = { type: "runs", id: "run-of-another" };
    const { code, stderr } = await room.project.shell("node cli/alb-web.js plan here", room.aws);
    workspace.lockedBy = undefined;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining(
        `The workspace ${ORGANIZATION}/here of here is locked by another run or a person;`,
      ),
    });
  });
});

describe("what goes wrong is said", () => {
  test.each<[what: string, stack: string, env: NodeJS.ProcessEnv, said: string]>([
    [
      "a token that is not valid",
      "kept",
      { TF_TOKEN_app_terraform_io: "wrong" },
      "app.terraform.io does not accept the token;",
    ],
    ["no token", "kept", { TF_TOKEN_app_terraform_io: "" }, "There is no token for app.terraform.io;"],
    [
      "an organization that the token may not see",
      "foreign",
      {},
      "app.terraform.io has no organization others, or this token cannot access it;",
    ],
  ])("%s, in one sentence", async (_, stack, env, said) => {
    const { code, stderr } = await room.project.shell(`node cli/alb-web.js plan ${stack}`, env);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`\n${said}`) });
  });

  test("what the workspace's AWS account lacks", async () => {
    const { code, stderr } = await room.project.shell("node cli/alb-web.js plan lacking");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /\nThe public hosted zone lacking\.com of lacking does not exist in this AWS account\. [^\n]*\n$/,
      ),
    });
  });

  test("and a plan that fails in the workspace fails here, with its words", async () => {
    const file = join(room.project.stackFolder("host"), "cdk.tf.json");
    await writeFile(
      file,
      (await readFile(file, "utf8")).replace('"comment": "Created by alb-web"', '"comment": "${tonumber(\\"x\\")}"'),
    );
    const { code, stdout } = await room.project.shell(room.at("host", "plan -no-color"));
    expect({ code, text: words(stdout) }).toEqual({
      code: 1,
      text: expect.stringContaining("Invalid function argument"),
    });
  });
});
