import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAction } from "../../support/action";
import { BOT, GitHubApi, TOKEN } from "../../support/github-api";
import { PROJECT } from "../../support/project";
import { needShell } from "../../support/shell";
import { planOf, replaced } from "../../support/standing-site";

/* The action as GitHub runs it: from a fresh checkout of this repository, which installs what it needs first. */

jest.setTimeout(240_000);
needShell();

let folder: string;
let api: GitHubApi;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-fresh-"));
  // A checkout as git would make it, of what lies here.
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: PROJECT,
    encoding: "utf8",
  })
    .trim()
    .split("\n");
  for (const file of files.filter((it) => !it.startsWith("__tests__/")))
    cpSync(join(PROJECT, file), join(folder, "action", file));
  mkdirSync(join(folder, "workspace"));
  writeFileSync(
    join(folder, "workspace", "plan.json"),
    JSON.stringify(planOf({ "aws_instance.a": replaced("ami", { ami: "ami-2" }) })),
  );
  api = await GitHubApi.start();
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("installs nothing, and comments", async () => {
  const { GITHUB_TOKEN: _, ...env } = api.env;
  const [actionPath, workspace] = [join(folder, "action"), join(folder, "workspace")];
  const event = {
    pull_request: { number: 7, head: { sha: "c".repeat(40), repo: { full_name: env.GITHUB_REPOSITORY } } },
  };
  const ended = await runAction({ plan: "plan.json" }, { actionPath, workspace, token: TOKEN, event, env });
  expect(ended).toMatchObject({ code: 0, stderr: "", outputs: { effect: "brief" } });
  expect(api.comments.get(7)).toEqual([
    expect.objectContaining({
      user: { login: BOT },
      body: expect.stringContaining("### ! Some requests will fail while some targets are down.") as string,
    }),
  ]);
  expect(readdirSync(workspace).sort()).toEqual(["plan.json"]);
  expect(existsSync(join(actionPath, "node_modules"))).toBe(false);
});
