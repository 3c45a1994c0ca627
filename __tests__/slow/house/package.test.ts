import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ReviewReport } from "../../../path/review/review-report";
import { PROJECT } from "../../support/project";
import { needShell } from "../../support/shell";
import { planOf, replaced } from "../../support/standing-site";

/*
 * The package as somebody who has no use for the constructs installs it: from the file that npm run package makes, into an
 * empty folder.
 */

jest.setTimeout(240_000);
needShell();

let folder: string;
let command: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-package-"));
  npm(PROJECT, "run", "package", "--", "--pack-destination", folder);
  const [archive = ""] = readdirSync(folder).filter((it) => it.endsWith(".tgz"));
  writeFileSync(join(folder, "package.json"), "{}");
  npm(folder, "install", "--no-audit", "--no-fund", join(folder, archive));
  command = join(folder, "node_modules", ".bin", "alb-web");
  writeFileSync(
    join(folder, "plan.json"),
    JSON.stringify(
      planOf({
        "aws_instance.a": replaced("ami", { ami: "ami-2" }),
        "aws_instance.b": replaced("ami", { ami: "ami-2" }),
      }),
    ),
  );
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function npm(cwd: string, ...args: string[]): void {
  const { status, stderr } = spawnSync("npm", args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm ${args.join(" ")} ended with ${status}: ${stderr}`);
}

const run = (...args: string[]) => spawnSync(command, args, { cwd: folder, encoding: "utf8" });

test("brings what the two commands need, and no more", () => {
  const installed = readdirSync(join(folder, "node_modules")).filter((it) => !it.startsWith("."));
  expect(installed).toContain("alb-web");
  expect(installed.filter((name) => /cdktf|aws-sdk|^constructs$|jest|typescript|esbuild/.test(name))).toEqual([]);
  expect(megabytesIn(join(folder, "node_modules"))).toBeLessThan(12);
});

test.each([["--version"], ["-V"], ["trace", "--version"]])("says its version: %s %s", (...args) => {
  const { version } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as { version: string };
  const { status, stdout, stderr } = run(...args);
  expect([status, stdout, stderr]).toEqual([0, `${version}\n`, ""]);
});

test("reviews a plan", () => {
  const { status, stdout, stderr } = run("review", "plan.json", "--format", "json");
  expect([status, stderr]).toEqual([0, ""]);
  expect((JSON.parse(stdout) as ReviewReport[])[0]?.effect).toBe("outage");
});

test("is a gate where it is asked to be one", () => {
  expect(run("review", "plan.json", "--fail-on", "outage").status).toBe(1);
  expect(run("review", "plan.json", "--fail-on", "fails").status).toBe(0);
});

test("traces a plan", () => {
  const { status, stdout, stderr } = run("trace", "plan.json", "--format", "json");
  expect([status, stderr]).toEqual([0, ""]);
  expect((JSON.parse(stdout) as { verdict: string }).verdict).toBe("ok");
});

test("says in one sentence what is wrong with a file, and with a command", () => {
  expect(run("review", "package.json")).toMatchObject({
    status: 2,
    stdout: "",
    stderr: expect.stringMatching(/^package\.json: expected a plan.*\n$/) as unknown,
  });
  expect(run("deploy")).toMatchObject({ status: 2, stdout: "" });
});

test("explains a rule", () => {
  const { status, stdout, stderr } = run("explain", "p33");
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toBe(readFileSync(join(folder, "node_modules", "alb-web", "docs/rules/P33.md"), "utf8"));
});

function megabytesIn(path: string): number {
  const bytes = (it: string): number =>
    statSync(it).isDirectory()
      ? readdirSync(it).reduce((sum, name) => sum + (existsSync(join(it, name)) ? bytes(join(it, name)) : 0), 0)
      : statSync(it).size;
  return bytes(path) / 1e6;
}
