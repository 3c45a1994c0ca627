import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fullDevice } from "../../support/full-device";
import { PROJECT } from "../../support/project";

/* The one program, alb-web: which commands it has, and what each of them loads. */

const COMMANDS = readdirSync(join(PROJECT, "cli", "commands")).map((file) => basename(file, ".ts"));

function run(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: PROJECT, encoding: "utf8" });
  return { status, stdout, stderr };
}

/** The packages that a command line loads. */
function packagesOf(...args: string[]): Set<string> {
  const script =
    `process.argv.splice(1, 0, "alb-web"); require("./cli/alb-web.js"); process.on("exit", () => ` +
    `require("node:fs").writeSync(3, JSON.stringify(Object.keys(require.cache))));`;
  const { output } = spawnSync(process.execPath, ["-e", script, "--", ...args], {
    cwd: PROJECT,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const files = JSON.parse(output[3] ?? "[]") as string[];
  return new Set(files.flatMap((file) => /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1] ?? []));
}

test("npx finds it in a clone after npm ci, though npm links no project's own program", () => {
  expect(run("npx", "alb-web", "--version")).toMatchObject({ status: 0, stdout: "0.1.0\n" });
});

test("--help lists each command, with what it is for", () => {
  const { status, stdout } = run(process.execPath, "cli/alb-web.js", "--help");
  expect(status).toBe(0);
  expect(COMMANDS.filter((name) => !new RegExp(`^  ${name} +[A-Z]`, "m").test(stdout))).toEqual([]);
  expect(stdout.match(/^\w.*:$/gm)).toEqual(expect.arrayContaining(["Deploy to AWS:", "Review and apply plans:"]));
});

test("help that nobody reads to its end is no error, and help on a full disk is one sentence", async () => {
  const closed = spawn(process.execPath, ["cli/alb-web.js", "--help"], {
    cwd: PROJECT,
    stdio: ["ignore", "pipe", "pipe"],
  });
  closed.stdout.destroy();
  const said: Buffer[] = [];
  closed.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  expect([(await once(closed, "close"))[0], Buffer.concat(said).toString()]).toEqual([0, ""]);
  const full = openSync(fullDevice(), "w");
  const { status, stderr } = spawnSync(process.execPath, ["cli/alb-web.js", "--help"], {
    cwd: PROJECT,
    encoding: "utf8",
    stdio: ["ignore", full, "pipe"],
  });
  closeSync(full);
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^Cannot write the help to standard output: .*\n$/)]);
});

test.each(COMMANDS)("%s has its own help", (name) => {
  const { status, stdout } = run(process.execPath, "cli/alb-web.js", name, "--help");
  expect(status).toBe(0);
  expect(stdout).toMatch(new RegExp(`^Usage: alb-web ${name} [^]*\nExit codes:\n  0`));
});

test.each(["trace", "review", "post-review", "--help"])(
  "%s loads nothing of cdktf, the AWS SDK or what draws progress",
  (name) => {
    const needed = ["commander", "netmask", "sucrase", "tldts"];
    expect([...packagesOf(name, "package.json")].filter((it) => !needed.includes(it))).toEqual([]);
    expect(packagesOf(name)).toContain("commander");
  },
);

test("a command that is none of them is wrong usage", () => {
  expect(run(process.execPath, "cli/alb-web.js", "planned")).toMatchObject({ status: 2, stdout: "" });
});

test("wrong usage of plan, whose 2 says that there are changes, is 1", () => {
  expect(run(process.execPath, "cli/alb-web.js", "plan", "--nope")).toMatchObject({ status: 1, stdout: "" });
});

test("a job's summary that cannot be written is one sentence, and no internal error", () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    ["cli/alb-web.js", "post-review", "--plans", "docs/examples/change.json"],
    { cwd: PROJECT, encoding: "utf8", env: { ...process.env, GITHUB_STEP_SUMMARY: "/no-such-folder/summary.md" } },
  );
  expect(status).toBe(1);
  expect(stderr).toMatch(/^GITHUB_STEP_SUMMARY must name a file that can be written \(ENOENT: .*\)\n$/);
});
