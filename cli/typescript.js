/*
 * Lets Node run the project's TypeScript: `node -r ./cli/typescript.js main.ts`. Types are removed, not checked (`npm
 * run types` checks them), and line numbers stay the same. The output of sucrase is cached under node_modules/.cache by
 * the content of the file: a program then starts in two thirds of the time.
 */
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const CACHE = join(__dirname, "..", "node_modules", ".cache", "alb-web");
const { version } = require("sucrase/package.json");

require.extensions[".ts"] = (module, file) => {
  const source = readFileSync(file, "utf8");
  const kept = join(CACHE, `${createHash("sha256").update(`${version} 2\0${file}\0${source}`).digest("hex")}.js`);
  module._compile(readKept(kept) ?? keep(kept, toJavaScript(source, file)), file);
};

function toJavaScript(source, filePath) {
  return require("sucrase").transform(source, {
    transforms: ["typescript", "imports"],
    filePath,
    preserveDynamicImport: true,
    disableESTransforms: true,
  }).code;
}

function readKept(kept) {
  try {
    return readFileSync(kept, "utf8");
  } catch {
    return undefined;
  }
}

/** Written atomically, as programs run in parallel; a folder that is not writable only costs time. */
function keep(kept, code) {
  try {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(`${kept}.${process.pid}`, code);
    renameSync(`${kept}.${process.pid}`, kept);
  } catch {
    // The next run tries again; on a full disk the file may be incomplete.
    removeIfPossible(`${kept}.${process.pid}`);
  }
  return code;
}

function removeIfPossible(file) {
  try {
    rmSync(file, { force: true });
  } catch {
    // A leftover file does no harm.
  }
}
