import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { PROJECT } from "../../support/project";
import { type Ended, ProjectRoom } from "../../support/project-room";

/* The way from a project as cloned to a state in S3, and what stands in it: with the real cdktf-cli and terraform. */

jest.setTimeout(600_000);

const REFUSED =
  "backend.s3.bucket of web must be a bucket name of your own (got CHANGE-ME); set it in main.ts, then run " +
  "npx alb-web bootstrap";
const NO_BUCKET =
  /^The state bucket (acme-first )?of web does not exist: correct backend\.s3\.bucket in main\.ts, or create the bucket with npx alb-web bootstrap$/;
/** A stack that is deployed within seconds. */
const zoneIn = (id: string, backend: string) =>
  `new WebStack(app, "${id}", { domainName: "www.${id}.com", hostedZone: { create: true, delegated: false }, ` +
  `disposable: true${backend} });`;
const inBucket = (name: string, region = "us-east-1") =>
  `, backend: { s3: { bucket: "${name}", region: "${region}" } }`;

let room: ProjectRoom;

beforeAll(async () => {
  room = await ProjectRoom.open();
});
afterAll(() => room?.close());

/** Without the progress before it. */
const said = ({ code, stdout, stderr }: Ended) => ({ code, stdout, stderr: stderr.trim().split("\n").at(-1) });
/** Without colours, borders and cdktf's column of stack names. */
const words = ({ stdout, stderr }: Ended) =>
  `${stdout}\n${stderr}`
    .replace(/\x1b\[[\d;]*m/g, "")
    .replace(/^web\b/gm, "")
    .replace(/[\s│╷╵]+/g, " ");

describe("a project as cloned", () => {
  // No plan would be applied; the file only keeps apply from asking for one first.
  beforeAll(async () => {
    expect(await room.shell("mkdir plans && touch plans/web.tfplan")).toMatchObject({ code: 0 });
  });

  test.each([
    ["bootstrap", 2],
    ["plan", 1],
    ["plan web", 1],
    ["apply web", 2],
    ["adopt web", 2],
  ])("npx alb-web %s refuses the placeholder in one sentence", async (line, code) => {
    expect(said(await room.shell(`node cli/alb-web.js ${line}`))).toEqual({ code, stdout: "", stderr: REFUSED });
  });

  test("cdktf synth warns of it", async () => {
    const ended = await room.cdktf("synth");
    expect([ended.code, words(ended)]).toEqual([
      0,
      expect.stringContaining(
        "WARN [web]: backend.s3.bucket is the placeholder CHANGE-ME. Before the first deploy, set your own " +
          "bucket name and run npx alb-web bootstrap.",
      ),
    ]);
  });

  test("cdktf deploy warns of it above what terraform says, which the guide quotes", async () => {
    const ended = await room.cdktf("deploy web --auto-approve");
    expect([ended.code, words(ended)]).toEqual([
      1,
      expect.stringMatching(
        /WARN \[web\]: backend\.s3\.bucket is the placeholder CHANGE-ME\..*Error: Failed to get existing workspaces: S3 bucket "CHANGE-ME" does not exist\./,
      ),
    ]);
  });
});

describe("two lines later", () => {
  beforeAll(() =>
    room.program(
      zoneIn("web", inBucket("acme-first")),
      zoneIn("shop", inBucket("acme-second", "eu-west-1")),
      zoneIn("trial", ', backend: "local"'),
    ),
  );

  test("plan and adopt say that there is no bucket, and the command that creates it", async () => {
    for (const [line, code] of [
      ["plan web", 1],
      ["adopt web", 1],
    ] as const) {
      expect(said(await room.shell(`node cli/alb-web.js ${line}`))).toEqual({
        code,
        stdout: "",
        stderr: expect.stringMatching(NO_BUCKET),
      });
    }
  });

  test("cdktf deploy says it in terraform's words, which the guide quotes with the same command", async () => {
    const guide = await readFile(join(PROJECT, "docs/guides/first-deploy.md"), "utf8");
    const [, quoted = "nothing"] =
      /^\| `(S3 bucket "acme-states" does not exist\.[^`]*)` \| run `npx alb-web bootstrap`/m.exec(guide) ?? [];
    expect(words(await room.cdktf("deploy web --auto-approve"))).toContain(quoted.replace("acme-states", "acme-first"));
  });

  test("npx alb-web bootstrap sees to every bucket that main.ts names, one after the other, and cdktf deploys", async () => {
    // Of the two one is there and empty, as setting that up takes half the time.
    await room.localAws.seed({ region: "eu-west-1", buckets: ["acme-second"] });
    const { code, stdout, stderr } = await room.shell("node cli/alb-web.js bootstrap");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "npx cdktf deploy shop web\n" });
    expect(stderr).toMatch(
      /main\.ts: acme-second in eu-west-1 for shop; acme-first in us-east-1 for web[^]*acme-second: \d+ added[^]*acme-first: created/,
    );
    expect(await room.cdktf("deploy web shop --auto-approve")).toMatchObject({ code: 0 });
    expect(
      (await room.shell("aws s3 ls s3://acme-first/web/ && aws s3 ls s3://acme-second/shop/ --region eu-west-1"))
        .stdout,
    ).toMatch(/terraform\.tfstate\n.*terraform\.tfstate\n$/);
  });

  test("with --github it asks which of two buckets", async () => {
    expect(said(await room.shell("node cli/alb-web.js bootstrap --github acme/site"))).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "--github and --no-github require exactly one bucket, because an account has only one set of roles (got acme-second, " +
        "acme-first from main.ts); add --bucket and --region",
    });
  });
});

describe("a trial without a backend", () => {
  const REMOTE = zoneIn("trial", inBucket("acme-trials"));

  beforeAll(async () => {
    await room.localAws.seed({ region: "us-east-1", buckets: ["acme-trials"] });
    await room.program(zoneIn("trial", ""));
  });

  test("is warned that its state is on this machine only", async () => {
    const ended = await room.cdktf("deploy trial --auto-approve");
    expect([ended.code, words(ended)]).toEqual([
      0,
      expect.stringContaining(
        "WARN [trial]: backend is not set: the state is stored on this machine only, in terraform.trial.tfstate. " +
          'Set backend: { s3: { bucket: "…", region: "…" } } and run npx alb-web bootstrap, or set backend: ' +
          '"local" to store it here.',
      ),
    ]);
  });

  test("is not forgotten while it stands", async () => {
    await room.program(REMOTE);
    expect(said(await room.shell("node cli/alb-web.js plan trial"))).toEqual({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        /^The backend of trial has changed since cdktf\.out\/stacks\/trial was last used; move the state/,
      ),
    });
  });

  test("once destroyed, goes to S3 with the one command that the guide names", async () => {
    await room.program(zoneIn("trial", ""));
    expect(await room.cdktf("destroy trial --auto-approve")).toMatchObject({ code: 0 });
    expect(await room.shell("cp -r cdktf.out/stacks/trial destroyed")).toMatchObject({ code: 0 });
    await room.program(REMOTE);
    expect(words(await room.cdktf("deploy trial --auto-approve"))).toContain("Error: Backend configuration changed");
    expect(await room.cdktf("deploy trial --auto-approve --migrate-state")).toMatchObject({ code: 0 });
    expect((await room.shell("aws s3 ls s3://acme-trials/trial/")).stdout).toContain("terraform.tfstate");
  });

  test("npx alb-web plan goes on by itself then, and finds in S3 what stands there", async () => {
    expect(
      await room.shell(
        "rm -r cdktf.out/stacks/trial && mv destroyed cdktf.out/stacks/trial && rm cdktf.out/stacks/trial/cdk.tf.json",
      ),
    ).toMatchObject({ code: 0 });
    expect(await room.shell("node cli/alb-web.js plan trial")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^trial: no changes/),
    });
  });

  test("so it does where the trial was only looked at", async () => {
    await room.program(zoneIn("glance", ', backend: "local"'));
    expect(await room.cdktf("diff glance")).toMatchObject({ code: 0 });
    await room.program(zoneIn("glance", inBucket("acme-trials")));
    expect(await room.shell("node cli/alb-web.js plan glance")).toMatchObject({ code: 2 });
  });
});
