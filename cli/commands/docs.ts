import { join } from "node:path";
import type { Command } from "commander";
import { writeFile } from "../../machine/files/write-file";
import { rulesPage, troubleshootingPage } from "../../path/explain/overview-pages";
import { rulePage } from "../../path/explain/rule-page";
import { docsOf, RULES } from "../../path/rules/all";
import { permissionsPage } from "../bootstrap/permissions-page";
import { newCommand, say } from "../command";
import { PROJECT } from "../project/project";

/** The pages that are made of what the code says. */
export const PAGES: Readonly<Record<string, () => string>> = {
  "docs/permissions.md": permissionsPage,
  "docs/troubleshooting.md": troubleshootingPage,
  "docs/rules/README.md": rulesPage,
  ...Object.fromEntries(RULES.map(({ id }) => [docsOf(id), () => rulePage(id)])),
};

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
