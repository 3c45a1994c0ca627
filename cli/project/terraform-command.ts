import type { Command } from "commander";
import { sweepTemporaryFolders } from "../../machine/files/temporary-folder";
import { dropMissingCliConfiguration } from "../../machine/setup/cli-configuration";
import { newCommand, say } from "../command";

/**
 * A command that runs terraform. It unsets a CLI configuration that does not exist, for which terraform would print a
 * warning on every call, and removes the temporary folders of killed commands.
 */
export function newTerraformCommand(...texts: Parameters<typeof newCommand>): Command {
  return newCommand(...texts).hook("preAction", async () => {
    dropMissingCliConfiguration(process.env, say);
    await sweepTemporaryFolders();
  });
}
