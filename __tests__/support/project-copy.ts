import { cp, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT } from "./project";

/** What a person's own checkout holds, and what is shared with ours as it is large and never changed by a command. */
const COPIED = [
  ".terraform.lock.hcl",
  "constructs",
  "topology",
  "path",
  "cli",
  "rehearsal",
  "machine",
  "cdktf.json",
  "package.json",
  "tsconfig.json",
];
const SHARED = ["node_modules", ".rehearsal"];

/** `main.ts` as a newcomer finds it, whatever the person has made of theirs by now. */
const MAIN = `import { App } from "cdktf";
import { WebStack } from "./constructs/web-stack";

const app = new App();

new WebStack(app, "web", {
  domainName: "www.example.com", // your domain
  backend: { s3: { bucket: "CHANGE-ME", region: "us-east-1" } }, // your bucket's name; npx alb-web bootstrap creates it
  region: "us-east-1",
});

app.synth();
`;

/**
 * A separate checkout, so that a test does not change the project's `cdktf.out` and state.
 * @param name what its folder's name begins with
 */
export async function copyOfProject(name = "alb-web-copy-"): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), name));
  for (const name of COPIED) await cp(join(PROJECT, name), join(folder, name), { recursive: true });
  await writeFile(join(folder, "main.ts"), MAIN);
  for (const name of SHARED) await symlink(join(PROJECT, name), join(folder, name));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
