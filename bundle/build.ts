import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/*
 * `npm run bundle` writes bundle/alb-web.js: trace, explain, review and the action's comment in one file without
 * dependencies, so that the action starts immediately and installs nothing. A test checks that it matches the sources.
 */

const PROJECT = join(__dirname, "..");
export const BUNDLE = join(__dirname, "alb-web.js");
export const LICENSES = join(__dirname, "LICENSES.txt");

/** The file, and the licenses of the packages in it. */
export async function bundled(): Promise<{ readonly code: string; readonly licenses: string }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: PROJECT,
    entryPoints: ["cli/bundled.ts"],
    bundle: true,
    platform: "node",
    target: "node20",
    minify: true,
    charset: "utf8",
    legalComments: "none",
    banner: {
      js: "#!/usr/bin/env node\n// Made by `npm run bundle` from cli/bundled.ts; licenses of its parts: LICENSES.txt",
    },
    metafile: true,
    write: false,
    outfile: BUNDLE,
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild wrote nothing");
  const packages = Object.keys(metafile.inputs).flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  return { code: file.text, licenses: [...new Set(packages)].sort().map(licenseOf).join("\n") };
}

function licenseOf(name: string): string {
  const folder = join(PROJECT, "node_modules", name);
  const [file] = readdirSync(folder).filter((it) => /^licen[cs]e(\.\w+)?$/i.test(it));
  if (file === undefined) throw new Error(`${name} has no license`);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Record<string, string>;
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
}

async function write(): Promise<void> {
  const { code, licenses } = await bundled();
  writeFileSync(BUNDLE, code);
  writeFileSync(LICENSES, licenses);
}

if (require.main === module) void write();
