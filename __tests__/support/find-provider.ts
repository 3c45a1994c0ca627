import { findTools } from "../../cli/project/project";
import { SetupError } from "../../machine/errors";
import { dropMissingCliConfiguration } from "../../machine/setup/cli-configuration";

/**
 * Runs before the first test: every terraform in a test finds the provider as commands do. jest passes the environment
 * that is set here to all test files.
 */
export default async function findProvider(): Promise<void> {
  const report = (sentence: string) => process.stderr.write(`${sentence}\n`);
  dropMissingCliConfiguration(process.env, report);
  try {
    const { provider, inWords } = await findTools({ onProgress: () => undefined });
    if (provider.configurationFile !== undefined) process.env.TF_CLI_CONFIG_FILE = provider.configurationFile;
    report(inWords);
  } catch (error) {
    // Tests without terraform need no provider; the others fail, after this message.
    if (!(error instanceof SetupError)) throw error;
    report(error.message);
  }
}
