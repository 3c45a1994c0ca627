/*
 * Lets Node run the project's TypeScript: `node -r ./cli/typescript.js main.ts`. Types are taken out, not checked (`npm
 * run types` does that), and lines keep their numbers. What sucrase made of a file is kept under node_modules/.cache by
 * the file's content: a program starts in two thirds of the time that it takes to load sucrase and do it again.
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

/** Whole or not at all, as programs run side by side; a folder that cannot be written to only costs the time. */
function keep(kept, code) {
  try {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(`${kept}.${process.pid}`, code);
    renameSync(`${kept}.${process.pid}`, kept);
  } catch {
    // Made again the next time; a full disk may have taken half of it.
    removeIfPossible(`${kept}.${process.pid}`);
  }
  return code;
}

function removeIfPossible(file) {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is in nobody's way.
  }
}
