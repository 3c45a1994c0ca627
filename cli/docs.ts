import { join } from "node:path";
import { permissionsPage } from "./bootstrap/permissions-page";
import { newCommand, runCommand, say } from "./command";
import { PROJECT } from "./project";
import { writeFile } from "./write-file";

/** The pages that are made of what the code says. */
const PAGES: Readonly<Record<string, () => string>> = { "docs/permissions.md": permissionsPage };

void runCommand(async () => {
  const command = newCommand(
    "docs",
    "Writes the generated pages in docs/. A test fails while one of them is out of date.",
  ).action(async () => {
    for (const [path, page] of Object.entries(PAGES)) {
      await writeFile(join(PROJECT, path), page());
      say(`${path} written`);
    }
  });
  await command.parseAsync();
});
