import type { Command } from "commander";
import { sweepTemporaryFolders } from "../../machine/files/temporary-folder";
import { dropMissingCliConfiguration } from "../../machine/setup/cli-configuration";
import { newCommand, say } from "../command";

/**
 * A command that runs terraform, which complains on every call of a CLI configuration that is not there. What killed
 * commands left goes first.
 */
export function newTerraformCommand(...texts: Parameters<typeof newCommand>): Command {
  return newCommand(...texts).hook("preAction", async () => {
    dropMissingCliConfiguration(process.env, say);
    await sweepTemporaryFolders();
  });
}
