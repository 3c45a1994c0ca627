import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT } from "./rehearsal-room";

/** What a person's own checkout holds, and what is shared with ours as it is large and never changed by a command. */
const COPIED = ["main.ts", ".terraform.lock.hcl", "constructs", "cli", "rehearsal", "cdktf.json", "package.json", "tsconfig.json"];
const SHARED = ["node_modules", ".rehearsal"];

/** A checkout of its own, so that a test leaves the project's `cdktf.out` and state alone. */
export async function copyOfProject(): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "alb-web-copy-"));
  for (const name of COPIED) await cp(join(PROJECT, name), join(folder, name), { recursive: true });
  for (const name of SHARED) await symlink(join(PROJECT, name), join(folder, name));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
