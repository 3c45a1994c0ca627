import { join } from "node:path";
import type { Command } from "commander";
import { writeFile } from "../../machine/files/write-file";
import { rulesPage, troubleshootingPage } from "../../path/explain/overview-pages";
import { rulePage } from "../../path/explain/rule-page";
import { docsOf, RULES } from "../../path/rules/all";
import { permissionsPage } from "../bootstrap/permissions-page";
import { newCommand, say } from "../command";
import { PROJECT } from "../project/project";
import { commandsPage, exitCodesPage } from "../reference/commands-page";
import { propsPage } from "../reference/props-page";

/** The pages that are made of what the code says. */
export const PAGES: Readonly<Record<string, () => string>> = {
  "docs/reference/commands.md": commandsPage,
  "docs/reference/exit-codes.md": exitCodesPage,
  "docs/reference/permissions.md": permissionsPage,
  "docs/reference/props.md": propsPage,
  "docs/troubleshooting.md": troubleshootingPage,
  "docs/rules/README.md": rulesPage,
  ...Object.fromEntries(RULES.map(({ id }) => [docsOf(id), () => rulePage(id)])),
};

/** The command line of `alb-web docs`. */
export function commandLine(): Command {
  return newCommand(
    "docs",
    "Writes the generated pages in docs/. A test fails while one of them is out of date.",
    "0 written, 1 failed, 2 invalid usage, 70 internal error",
  ).action(async () => {
    for (const [path, page] of Object.entries(PAGES)) {
      await writeFile(join(PROJECT, path), page());
      say(`${path} written`);
    }
  });
}
