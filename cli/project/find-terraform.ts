import { throwIfDevOverrides } from "../../machine/setup/cli-configuration";
import type { Steps } from "../steps";
import { findTools, type Tools } from "./project";

/**
 * The step that finds terraform and its provider, which must be the pinned versions.
 * @throws {SetupError} if the user's CLI configuration overrides the provider
 */
export function findTerraform(step: Steps, signal: AbortSignal): Promise<Tools> {
  return step("find terraform", async ({ report, rename }) => {
    const tools = await findTools({ signal, onProgress: report });
    throwIfDevOverrides(process.env, tools.binary.product);
    rename(tools.inWords);
    return tools;
  });
}
