import { SetupError } from "../../machine/errors";
import { throwIfDevOverrides } from "../../machine/setup/cli-configuration";
import type { Steps } from "../steps";
import { findTools, type Tools } from "./project";

/** A tool that is not available. */
export interface Missing {
  /** Such as "Terraform or its provider". */
  readonly missing: string;
  /** Why, and how to get it. */
  readonly advice: string;
}

/**
 * The step that finds terraform and its provider, which must be the pinned versions.
 * @throws {SetupError} if one of them is not available, or the user's CLI configuration overrides the provider
 */
export async function findTerraform(step: Steps, signal: AbortSignal): Promise<Tools> {
  const found = await findTerraformIfAny(step, signal);
  if ("missing" in found) throw new SetupError(found.advice);
  return found;
}

/**
 * The same, for a command that also does something without them.
 * @throws {SetupError} if the user's CLI configuration overrides the provider
 */
export function findTerraformIfAny(step: Steps, signal: AbortSignal): Promise<Tools | Missing> {
  return step("find terraform", async ({ report, rename }) => {
    const tools = await orMissing("Terraform or its provider", findTools({ signal, onProgress: report }));
    if (!("missing" in tools)) throwIfDevOverrides(process.env, tools.binary.product);
    rename("missing" in tools ? `not found: ${tools.missing}` : tools.inWords);
    return tools;
  });
}

/** What was found, or what is missing. */
export async function orMissing<T>(missing: string, finding: Promise<T>): Promise<T | Missing> {
  try {
    return await finding;
  } catch (error) {
    if (error instanceof SetupError) return { missing, advice: error.message };
    throw error;
  }
}
