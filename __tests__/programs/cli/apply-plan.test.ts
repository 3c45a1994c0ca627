import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import type { StackFolder } from "../../../cli/project/project";
import { applySavedPlan, throwIfPlanOfOther } from "../../../cli/project/saved-plan";
import { KeptRecords } from "../../../cli/records/kept-records";
import { progressTo } from "../../../machine/terraform/apply-progress";
import { Terraform } from "../../../machine/terraform/terraform";
import { needShell } from "../../support/shell";

const COMMIT = "a".repeat(40);
const ENV = { ...process.env };
const place = { bucket: "acme-state", region: "us-east-1" };
const kept = () => new KeptRecords(place, new AbortController().signal);

describe("S3 refuses", () => {
  let server: Server;
  let answer: { status: number; code: string };

  beforeEach(async () => {
    server = createServer((request, response) => {
      request.resume();
      response.writeHead(answer.status, { "content-type": "application/xml" });
      response.end(`<?xml version="1.0"?><Error><Code>${answer.code}</Code><Message>as it says</Message></Error>`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    process.env = {
      ...ENV,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_ACCESS_KEY_ID: "x",
      AWS_SECRET_ACCESS_KEY: "x",
      AWS_MAX_ATTEMPTS: "1",
    };
  });
  afterEach(async () => {
    process.env = ENV;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const READING = `list s3://acme-state/plans/7/${COMMIT}/`;
  const RECORD = {
    version: 1 as const,
    stack: "web",
    configuration: { backend: "b".repeat(32), providers: "c".repeat(32) },
    resources: {},
    outputs: {},
  };

  test.each([
    [
      403,
      "AccessDenied",
      `AWS denied permission to ${READING}; this version's workflows need current roles and a current bucket ` +
        "policy: update them with npx alb-web bootstrap --github OWNER/REPO.",
    ],
    [
      404,
      "NoSuchBucket",
      `The bucket acme-state does not exist (cannot ${READING}); create it with npx alb-web bootstrap.`,
    ],
    [
      301,
      "PermanentRedirect",
      `The bucket acme-state is not in us-east-1 (cannot ${READING}); correct backend.s3.region.`,
    ],
    [400, "Strange", `Cannot ${READING}: Strange: as it says`],
  ])("with %i %s, reported in one sentence", async (status, code, sentence) => {
    answer = { status, code };
    await expect(kept().fetch({ pullRequest: 7, head: COMMIT }, "web")).rejects.toThrow(new Error(sentence));
  });

  test("to write, reported as such", async () => {
    answer = { status: 403, code: "AccessDenied" };
    await expect(kept().keep({ pullRequest: 7, base: COMMIT, head: COMMIT }, RECORD)).rejects.toThrow(
      `AWS denied permission to write s3://acme-state/plans/7/${COMMIT}/${COMMIT}/web.json; `,
    );
  });

  test("to return the key, as there is none, reported as such", async () => {
    answer = { status: 404, code: "NoSuchKey" };
    await expect(kept().key()).rejects.toThrow(
      "The bucket acme-state must have a key for records of plans (alb-web/record.key), which is needed to compare " +
        "plans; create it with npx alb-web bootstrap --github OWNER/REPO.",
    );
  });

  test("nobody, where there are no credentials", async () => {
    process.env = {
      PATH: ENV.PATH,
      AWS_ENDPOINT_URL: process.env.AWS_ENDPOINT_URL,
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SHARED_CREDENTIALS_FILE: "/nowhere",
      AWS_CONFIG_FILE: "/nowhere",
    };
    await expect(kept().fetch({ pullRequest: 7, head: COMMIT }, "web")).rejects.toThrow(
      `There are no AWS credentials (cannot ${READING}); in a workflow, aws-actions/configure-aws-credentials provides them.`,
    );
  });
});

describe("a saved plan", () => {
  needShell();
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "alb-web-plan-"));
    file = join(folder, "web.tfplan");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** @param said what terraform prints, whatever it is asked */
  function opened(said: string): StackFolder {
    const command = join(folder, "terraform");
    // As terraform itself, a cloud's runs know no -json.
    writeFileSync(
      command,
      `#!/bin/sh\ncase "$* $(head -c 1 web.tfplan 2>/dev/null)" in *-json*"{") exit 1 ;; esac\nprintf '%s' '${said}'\n`,
      { mode: 0o755 },
    );
    const stack = { id: "web", folder: "stacks/web", text: "{}", json: {} };
    return { stack, folder, terraform: new Terraform({ command, folder, env: process.env }) };
  }
  const plan = (entries: Record<string, string>) =>
    writeFileSync(
      file,
      zipSync(Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, strToU8(text)]))),
    );
  const BOOKMARK = JSON.stringify({ remote_plan_format: 1, run_id: "run-1", hostname: "app.terraform.io" });

  const PROGRAM = "tfconfig/m-/cdk.tf.json";
  const MODULES = "tfconfig/modules.json";
  const ADOPTED = "tfconfig/m-/adopted.tf.json";
  const OTHER = "The plan of web was created from a different program: ";

  test.each<[string, () => void, here: string]>([
    ["the same program", () => plan({ tfplan: "", [PROGRAM]: "{}", [MODULES]: "[]" }), ""],
    ["another program", () => plan({ [PROGRAM]: "{ }" }), OTHER],
    ["no program", () => plan({ tfplan: "" }), OTHER],
    ["nobody knows what, as it is no plan", () => writeFileSync(file, "no plan"), OTHER],
    ["a program that Terraform Cloud holds", () => writeFileSync(file, BOOKMARK), ""],
    [
      "the same program and another file",
      () => plan({ [PROGRAM]: "{}", "tfconfig/m-/extra.tf": "" }),
      '(got "m-/extra.tf"',
    ],
    [
      "the same program and a module",
      () => plan({ [PROGRAM]: "{}", "tfconfig/m-x/main.tf": "" }),
      '(got "m-x/main.tf"',
    ],
    ["what was adopted, as it lies in the folder", () => adopted("{1}", "{1}"), ""],
    ["what was adopted, as it lay in the folder", () => adopted("{1}", "{2}"), '(got "m-/adopted.tf.json"'],
    ["what was adopted, without its file in the folder", () => adopted("{1}"), '(got "m-/adopted.tf.json"'],
  ])("is one of %s", async (_, write, here) => {
    write();
    const look = throwIfPlanOfOther(opened(""), file);
    await (here === "" ? expect(look).resolves.toBeUndefined() : expect(look).rejects.toThrow(here));
  });

  function adopted(inPlan: string, inFolder?: string): void {
    plan({ [PROGRAM]: "{}", [ADOPTED]: inPlan });
    if (inFolder !== undefined) writeFileSync(join(folder, "adopted.tf.json"), inFolder);
  }

  test("that holds more says what, and what is allowed", async () => {
    plan({ [PROGRAM]: "{}", "tfconfig/m-/extra.tf": "" });
    const sentence = (allowed: string) =>
      new Error(
        `The plan of web must contain cdk.tf.json as main.ts writes it, and ${allowed} (got "m-/extra.tf"). ` +
          "It was not applied and nothing was changed; " +
          "plan again (npx alb-web plan web) and have the new plan reviewed.",
      );
    await expect(throwIfPlanOfOther(opened(""), file)).rejects.toThrow(
      sentence("the current adopted.tf.json next to it"),
    );
  });

  test("is applied with progress where terraform runs here, and as text where Terraform Cloud runs it", async () => {
    plan({});
    const summary = JSON.stringify({
      type: "change_summary",
      changes: { add: 1, change: 2, remove: 3, operation: "apply" },
    });
    expect(await applySavedPlan(opened(summary), file, () => undefined)).toBe("1 added, 2 changed, 3 destroyed");
    writeFileSync(file, BOOKMARK);
    expect(
      await applySavedPlan(
        opened("Apply complete! Resources: 4 added, 5 changed, 6 destroyed."),
        file,
        () => undefined,
      ),
    ).toBe("4 added, 5 changed, 6 destroyed");
  });

  test("reports its progress, against what is planned", () => {
    jest.useFakeTimers();
    const reported: string[] = [];
    const progress = progressTo((text) => reported.push(text));
    for (const type of ["version", "planned_change", "planned_change", "apply_start", "apply_complete"])
      progress({ type });
    jest.advanceTimersByTime(6_000);
    progress({ type: "apply_progress", hook: { resource: { addr: "aws_lb.web" }, elapsed_seconds: 10 } });
    jest.useRealTimers();
    expect(reported).toEqual(["0 of 2", "1 of 2, waiting for aws_lb.web (10 s)"]);
  });
});
