import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { localAwsEnvironment } from "../../../rehearsal/environment";
import { PROJECT } from "../../support/project";
import { copyOfProject } from "../../support/project-copy";
import { CACHE, RehearsalRoom } from "../../support/rehearsal-room";
import { sampled } from "../../support/sample";
import { modulesOf, testsWithoutTerraform } from "../../support/unit-tests";

/*
 * The Node versions that the README names, as npm has them for this platform; a version that cannot be had is a
 * failure.
 */

// The tests of four versions, in parallel with others, on two cores.
jest.setTimeout(900_000);

const VERSIONS = ["20", "22", "24", "26"];
/**
 * So many that together they use every package, and every module of Node, that any of them uses; all of them: npm run
 * test:exhaustive.
 */
const TESTS = sampled(testsWithoutTerraform(), modulesOf);
const NPM = process.platform === "win32" ? "npm.cmd" : "npm";

let room: RehearsalRoom;
let expected: string;

beforeAll(async () => {
  room = await RehearsalRoom.open();
  await room.localAws.seed({ region: "us-east-1", hostedZones: [{ name: "example.com" }] });
  expected = await synthesized(process.execPath);
});

afterAll(() => room.close());

describe.each(VERSIONS)("Node %s", (version) => {
  let node: string;

  beforeAll(async () => {
    const folder = join(CACHE, `node-${version}`);
    const name = `node-${process.platform}-${process.arch}`;
    mkdirSync(folder, { recursive: true });
    await run(NPM, ["install", "--prefix", folder, "--no-save", "--no-audit", `${name}@${version}`], PROJECT).catch(
      (error: Error) => {
        throw new Error(`Node ${version} is not to be had as the npm package ${name}: ${error.message}`);
      },
    );
    node = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
    expect((await run(node, ["--version"], PROJECT)).stdout).toMatch(new RegExp(`^v${version}\\.`));
  });

  test("synthesizes the same stack", async () => {
    expect(await synthesized(node)).toBe(expected);
  });

  // With the version that runs this, npm test ran them already.
  if (version !== process.versions.node.split(".")[0]) {
    test("passes the tests that run no terraform", async () => {
      const { stderr } = await run(node, ["node_modules/.bin/jest", "--runTestsByPath", ...TESTS], PROJECT);
      expect(stderr).toMatch(
        new RegExp(`Test Suites: ${TESTS.length} passed, ${TESTS.length} total\nTests: +\\d+ passed, \\d+ total`),
      );
    });
  }

  test("runs the rehearsal's command line", async () => {
    expect((await run(node, ["cli/alb-web.js", "rehearse", "--help"], PROJECT)).stdout).toContain(
      "Usage: alb-web rehearse",
    );
  });

  test("runs cdktf-cli, whose diff starts terraform in a terminal of its own", async () => {
    const checkout = await copyOfProject();
    const main = join(checkout.folder, "main.ts");
    writeFileSync(main, readFileSync(main, "utf8").replace(/backend: .*/, 'backend: "local",'));
    try {
      const env = {
        ...(await localAwsEnvironment(CACHE, room.localAws.endpoint, room.terraform)),
        CI: "1",
        FORCE_COLOR: "0",
      };
      const { stdout } = await run(node, ["node_modules/.bin/cdktf", "diff"], checkout.folder, {
        ...env,
        PATH: [dirname(node), process.env.PATH].join(delimiter),
      });
      expect(stdout).toMatch(/Plan: \d+ to add, 0 to change, 0 to destroy/);
    } finally {
      await checkout.remove();
    }
  });
});

async function synthesized(node: string): Promise<string> {
  const outFolder = mkdtempSync(join(tmpdir(), "alb-web-node-"));
  try {
    await run(node, ["--no-deprecation", "-r", "./cli/typescript.js", "main.ts"], PROJECT, { CDKTF_OUTDIR: outFolder });
    return readFileSync(join(outFolder, "stacks", "web", "cdk.tf.json"), "utf8");
  } finally {
    rmSync(outFolder, { recursive: true, force: true });
  }
}

/** Rejects with what the program said, unless it ended well. */
function run(
  command: string,
  args: string[],
  cwd: string,
  env: Record<string, string | undefined> = {},
): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr });
        else reject(new Error(`${command} ${args.join(" ")}: ${error.message}\n${stdout}\n${stderr}`));
      },
    );
  });
}
