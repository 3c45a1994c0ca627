import { findTools } from "../../cli/project/project";
import { SetupError } from "../../machine/errors";
import { dropMissingCliConfiguration } from "../../machine/setup/cli-configuration";

/**
 * Before the first test: has every terraform that a test runs find the provider as commands do. What is set here, jest
 * hands on to all test files.
 */
export default async function findProvider(): Promise<void> {
  const tell = (sentence: string) => process.stderr.write(`${sentence}\n`);
  dropMissingCliConfiguration(process.env, tell);
  try {
    const { provider, inWords } = await findTools({ onProgress: () => undefined });
    if (provider.configurationFile !== undefined) process.env.TF_CLI_CONFIG_FILE = provider.configurationFile;
    tell(inWords);
  } catch (error) {
    // Tests without terraform need neither it nor a provider; the others fail, below this sentence.
    if (!(error instanceof SetupError)) throw error;
    tell(error.message);
  }
}
