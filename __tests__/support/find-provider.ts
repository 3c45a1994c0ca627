import { findTools } from "../../cli/project";
import { dropMissingCliConfiguration } from "../../cli/setup/cli-configuration";

/**
 * Before the first test: has every terraform that a test runs find the provider as commands do. What is set here, jest hands on
 * to all test files.
 */
export default async function findProvider(): Promise<void> {
  const tell = (sentence: string) => process.stderr.write(`${sentence}\n`);
  dropMissingCliConfiguration(process.env, tell);
  const { provider, inWords } = await findTools({ onProgress: () => undefined });
  if (provider.configurationFile !== undefined) process.env.TF_CLI_CONFIG_FILE = provider.configurationFile;
  // Tests without terraform need no provider; the others fail, below this sentence.
  tell(provider.missing ?? inWords);
}
