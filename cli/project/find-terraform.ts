import { throwIfDevOverrides } from "../../machine/setup/cli-configuration";
import type { Steps } from "../steps";
import { findTools, type Tools } from "./project";

/**
 * The step that finds terraform and its provider, where they must be those that are pinned.
 * @throws {SetupError} if the person's CLI configuration has another provider in its place
 */
export function findTerraform(step: Steps, signal: AbortSignal): Promise<Tools> {
  return step("find terraform", async ({ report, rename }) => {
    const tools = await findTools({ signal, onProgress: report });
    throwIfDevOverrides(process.env, tools.binary.product);
    rename(tools.inWords);
    return tools;
  });
}
