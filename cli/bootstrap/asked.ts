import { WorkFailed } from "../../machine/errors";

interface AwsError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The permissions that bootstrap needs. */
export const NEEDED_RIGHTS =
  "bootstrap requires credentials that may create and configure buckets and, with roles for GitHub, IAM roles";

/**
 * The response of AWS.
 * @param action the call, by its IAM action
 * @throws {WorkFailed} with the action and AWS's error, if the call fails
 */
export async function asked<T>(action: string, answer: Promise<T>): Promise<T> {
  return answer.catch((error: AwsError) => {
    const words = [error.name, error.message || error.code].filter(Boolean).join(": ");
    if (isForbidden(error))
      throw new WorkFailed(`AWS denied ${action} (${words}); ${NEEDED_RIGHTS}.`, { cause: error });
    throw new WorkFailed(
      `AWS did not respond to ${action} (${words}); try again. If it fails again, check the network connection to ` +
        "AWS.",
    );
  });
}

/** Whether `asked` threw because the credentials lack the permission. */
export function isRefusal(error: unknown): boolean {
  return error instanceof WorkFailed && error.cause instanceof Error && isForbidden(error.cause);
}

function isForbidden({ $metadata }: AwsError): boolean {
  return $metadata?.httpStatusCode === 403;
}

/** Handles AWS's errors for what does not exist; rethrows every other error. */
export function nothingIf(...names: string[]): (error: Error) => undefined {
  return (error) => {
    if (names.includes(error.name) || names.includes(`${error.name}Exception`)) return undefined;
    throw error;
  };
}
