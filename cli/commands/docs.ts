import { join } from "node:path";
import type { Command } from "commander";
import { writeFile } from "../../machine/files/write-file";
import { permissionsPage } from "../bootstrap/permissions-page";
import { newCommand, say } from "../command";
import { PROJECT } from "../project/project";

/** The pages that are made of what the code says. */
const PAGES: Readonly<Record<string, () => string>> = { "docs/permissions.md": permissionsPage };

/** The command line of `alb-web docs`. */
export function commandLine(): Command {
  return newCommand(
    "docs",
    "Writes the generated pages in docs/. A test fails while one of them is out of date.",
  ).action(async () => {
    for (const [path, page] of Object.entries(PAGES)) {
      await writeFile(join(PROJECT, path), page());
      say(`${path} written`);
    }
  });
}
