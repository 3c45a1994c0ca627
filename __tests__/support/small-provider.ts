import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { thisPlatform } from "../../machine/setup/terraform-binary";

/*
 * A provider of a few bytes in place of the 700 MB of the real one: terraform init looks at its name, its place and its
 * checksum only.
 */

const VERSION = "9.9.9";
const PROGRAM = `terraform-provider-aws_v${VERSION}_x5`;
const FILES = { "LICENSE.txt": "terms", [PROGRAM]: "#!/bin/sh\nexit 1\n" };
const ZIP = zipSync(Object.fromEntries(Object.entries(FILES).map(([name, text]) => [name, strToU8(text)])));

const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data);

/** As `sha256sum` of each file, sorted and summed up once more, is what terraform calls h1. */
const H1 = `h1:${sha256(
  Object.entries(FILES)
    .sort()
    .map(([name, text]) => `${sha256(text).digest("hex")}  ${name}\n`)
    .join(""),
).digest("base64")}`;
const ZH = `zh:${sha256(ZIP).digest("hex")}`;

export type Layout = "unpacked" | "packed";

/** Writes the lock file that pins it, and returns its path. */
export function writeLockFile(folder: string, hashes: readonly string[] = [H1, ZH]): string {
  const file = join(folder, ".terraform.lock.hcl");
  const list = hashes.map((hash) => `    "${hash}",\n`).join("");
  writeFileSync(
    file,
    `provider "registry.terraform.io/hashicorp/aws" {\n  version     = "${VERSION}"\n  constraints = ` +
      `"${VERSION}"\n  hashes = [\n${list}  ]\n}\n`,
  );
  return file;
}

/** Puts a copy below a folder, as a mirror or a cache holds it. @param damage what is appended to it */
export function putCopy(root: string, layout: Layout, { registry = "registry.terraform.io", damage = "" } = {}): void {
  const folder = join(root, registry, "hashicorp", "aws");
  const put = (file: string, data: string | Uint8Array) => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.concat([Buffer.from(data), Buffer.from(damage)]), { mode: 0o755 });
  };
  if (layout === "packed") put(join(folder, `terraform-provider-aws_${VERSION}_${thisPlatform()}.zip`), ZIP);
  else for (const [name, text] of Object.entries(FILES)) put(join(folder, VERSION, thisPlatform(), name), text);
}

/** A configuration that needs it. */
export const NEEDS_PROVIDER = JSON.stringify({
  terraform: { required_providers: { aws: { source: "hashicorp/aws", version: VERSION } } },
});
