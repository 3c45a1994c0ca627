import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAction } from "../../support/action";
import { PROJECT } from "../../support/project";
import { planOf } from "../../support/standing-site";

/* A plan whose effect is unknown, at the gates of the command and of the GitHub action. */

jest.setTimeout(60_000);

const SENTENCE = "plan.json: Effect unknown: the plan ended with an error. --fail-on outage does not stop this.";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-unread-"));
  writeFileSync(
    join(folder, "plan.json"),
    JSON.stringify({ ...planOf({ "aws_lb.web": { set: { idle_timeout: 61 } } }), errored: true, complete: false }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each<[string, number, string]>([
  ["brief", 1, ""],
  ["unknown", 1, ""],
  ["outage", 0, `warning: ${SENTENCE}\n`],
])("review --fail-on %s ends with %i", (gate, code, said) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(PROJECT, "cli", "alb-web.js"), "review", "plan.json", "--fail-on", gate],
    { cwd: folder, encoding: "utf8" },
  );
  expect([status, stderr]).toEqual([code, said]);
  expect(stdout).toMatch(/^### \? Effect unknown: the plan ended with an error\.\n/);
});

test("the action lets it pass at outage with a warning above the run, and stops it at unknown", async () => {
  const run = (gate: string) =>
    runAction(
      { plan: "plan.json", "fail-on": gate, comment: "false" },
      { actionPath: PROJECT, workspace: folder, token: "t", event: {}, env: {} },
    );
  expect(await run("outage")).toMatchObject({
    code: 0,
    outputs: { effect: "unknown" },
    stdout: `effect: unknown\nno comment, because comment is false\n::warning title=Unknown effect::${SENTENCE}\n`,
  });
  expect(await run("unknown")).toMatchObject({ code: 1, outputs: { effect: "unknown" } });
});
