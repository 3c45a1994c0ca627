import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { WebStackProps } from "../../../constructs/props/web-stack-props";
import { withLock } from "../../../machine/files/lock";
import { COMBINATIONS } from "../../support/combinations";
import { PROJECT } from "../../support/project";
import { CACHE } from "../../support/rehearsal-room";
import { stackIdOf } from "../../support/stack-id";
import { type StackJson, writeApp } from "../../support/synth";

/*
 * The constructs on cdktn, the fork of CDKTF that is maintained. Two ways lead there, and both are tried: `cdktf` as an
 * alias of cdktn, with the same provider package; and the imports renamed, with cdktn's own provider package. A package
 * that npm does not have is a failure.
 */

jest.setTimeout(600_000);

const CDKTN = "0.24.0";
/** cdktn 0.24 does not take constructs 10.8. */
const CONSTRUCTS = "10.7.0";
/** What a project has of its own in place of ours. */
const OWN = ["cdktf", "cdktn", "constructs", "@cdktf", "@cdktn"];
/** Every choice that props can make, and each place for the state. */
const STACKS: Readonly<Record<string, WebStackProps>> = {
  ...Object.fromEntries(Object.entries(COMBINATIONS).map(([name, props]) => [stackIdOf(name), props])),
  "in-s3": { domainName: "s3.example.net", backend: { s3: { bucket: "acme-states" } } },
  "in-the-cloud": {
    domainName: "cloud.example.net",
    backend: { cloud: { organization: "acme", workspace: "cloud" } },
  },
};
const MAIN = [
  'import { App } from "cdktf";',
  'import { WebStack } from "./constructs/web-stack";',
  "const app = new App();",
  ...Object.entries(STACKS).map(([id, props]) => `new WebStack(app, "${id}", ${JSON.stringify(props)});`),
  "app.synth();\n",
].join("\n");

interface Way {
  readonly packageJson: object;
  /** What becomes of a file of ours. */
  readonly renamed: (text: string) => string;
  /** What the synthesized file requires. */
  readonly provider: { readonly source: string; readonly version: string };
}

const WAYS: Readonly<Record<string, Way>> = {
  "cdktf as an alias of cdktn, with @cdktf/provider-aws": {
    packageJson: {
      dependencies: { cdktf: `npm:cdktn@${CDKTN}`, "@cdktf/provider-aws": "20.1.0", constructs: CONSTRUCTS },
      overrides: { "@cdktf/provider-aws": { cdktf: "$cdktf" } },
    },
    renamed: (text) => text,
    provider: { source: "aws", version: "5.100.0" },
  },
  "imports renamed to cdktn and @cdktn/provider-aws": {
    packageJson: { dependencies: { cdktn: CDKTN, "@cdktn/provider-aws": "25.7.0", constructs: CONSTRUCTS } },
    renamed: (text) => text.replace(/"@cdktf\/provider-aws\//g, '"@cdktn/provider-aws/').replace(/"cdktf"/g, '"cdktn"'),
    // It has no release for hashicorp/aws 5.
    provider: { source: "hashicorp/aws", version: "6.66.0" },
  },
};

const run = promisify(execFile);
const rooms: string[] = [];
afterAll(() => {
  for (const room of rooms) rmSync(room, { recursive: true, force: true });
});

describe.each(Object.entries(WAYS))("%s", (name, way) => {
  let room: string;

  beforeAll(async () => {
    room = roomOf(way, await installed(name, way));
  });

  test("compiles", async () => {
    const extended = { extends: "./tsconfig.json", compilerOptions: { types: ["node"] }, include: ["main.ts"] };
    writeFileSync(join(room, "tsconfig.here.json"), JSON.stringify(extended));
    await ended(room, join(PROJECT, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.here.json");
  });

  test("synthesizes the same stacks, but for versions", async () => {
    await ended(room, "--no-deprecation", "-r", "./cli/typescript.js", "main.ts");
    const ours = join(room, "ours");
    writeApp(ours, STACKS);
    for (const id of Object.keys(STACKS)) {
      const here = partsOf(join(room, "cdktf.out"), id);
      const there = partsOf(ours, id);
      expect([here.version, there.version]).toEqual([CDKTN, "0.21.0"]);
      expect([here.provider, there.provider]).toEqual([way.provider, { source: "aws", version: "5.100.0" }]);
      expect(here.rest).toEqual(there.rest);
    }
  });
});

/** The folder of the packages, which is kept for the next run. */
async function installed(name: string, { packageJson }: Way): Promise<string> {
  const folder = join(CACHE, `cdktn-${CDKTN}-${name.split(" ")[0]}`);
  mkdirSync(folder, { recursive: true });
  await withLock(
    `${folder}.lock`,
    () => undefined,
    async () => {
      writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, ...packageJson }));
      const npm = process.platform === "win32" ? "npm.cmd" : "npm";
      // The provider package asks for Node 22.11, and runs with Node 20 too.
      const options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline", "--engine-strict=false"];
      await run(npm, ["install", ...options], { cwd: folder });
    },
  );
  return join(folder, "node_modules");
}

/** A checkout with those packages, and with ours for all else. */
function roomOf({ renamed }: Way, packages: string): string {
  const room = mkdtempSync(join(tmpdir(), "alb-web-cdktn-"));
  rooms.push(room);
  for (const name of ["constructs", "topology", "path", "cli", "package.json", "tsconfig.json"])
    cpSync(join(PROJECT, name), join(room, name), { recursive: true });
  writeFileSync(join(room, "main.ts"), MAIN);
  for (const file of ["main.ts", ...sourcesIn(room, "constructs")]) {
    const path = join(room, file);
    writeFileSync(path, renamed(readFileSync(path, "utf8")));
  }
  mkdirSync(join(room, "node_modules"));
  const link = (from: string, names: readonly string[]) => {
    for (const name of names) symlinkSync(join(from, name), join(room, "node_modules", name));
  };
  const ours = join(PROJECT, "node_modules");
  link(
    ours,
    readdirSync(ours).filter((name) => !OWN.includes(name)),
  );
  link(
    packages,
    readdirSync(packages).filter((name) => OWN.includes(name)),
  );
  return room;
}

function sourcesIn(room: string, folder: string): string[] {
  return readdirSync(join(room, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

/** Rejects with what the program said, unless it ended well. */
async function ended(cwd: string, ...args: string[]): Promise<void> {
  await run(process.execPath, args, { cwd }).catch((error: Error & { stdout: string; stderr: string }) => {
    throw new Error(`${error.message}\n${error.stdout}\n${error.stderr}`);
  });
}

interface Written extends StackJson {
  readonly "//": { readonly metadata: Readonly<Record<string, unknown>> };
  readonly terraform: { readonly required_providers: { readonly aws: unknown }; readonly [key: string]: unknown };
}

/** A synthesized file, with the three values that name versions apart from the rest. */
function partsOf(folder: string, id: string) {
  const json = JSON.parse(readFileSync(join(folder, "stacks", id, "cdk.tf.json"), "utf8")) as Written;
  const { version, ...metadata } = json["//"].metadata;
  const { required_providers: providers, ...terraform } = json.terraform;
  return { version, provider: providers.aws, rest: { ...json, "//": { ...json["//"], metadata }, terraform } };
}
