import { WorkFailed } from "../../machine/errors";

interface AwsError extends Error {
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** What credentials need for a bootstrap. */
export const NEEDED_RIGHTS =
  "bootstrap needs credentials that may set up buckets and, where there are roles for GitHub, may set up roles";

/**
 * What AWS answers.
 * @param action what is asked, as IAM names it
 * @throws {WorkFailed} with the action and AWS's own words, if it does not
 */
export async function asked<T>(action: string, answer: Promise<T>): Promise<T> {
  return answer.catch((error: AwsError) => {
    const words = [error.name, error.message || error.code].filter(Boolean).join(": ");
    if (isForbidden(error))
      throw new WorkFailed(`AWS refuses ${action} (${words}); ${NEEDED_RIGHTS}.`, { cause: error });
    throw new WorkFailed(
      `AWS does not answer ${action} (${words}); try again, and look at the network between here and AWS if it ` +
        "stays so.",
    );
  });
}

/** Whether what `asked` threw means that the credentials in use may not ask this. */
export function isRefusal(error: unknown): boolean {
  return error instanceof WorkFailed && error.cause instanceof Error && isForbidden(error.cause);
}

function isForbidden({ $metadata }: AwsError): boolean {
  return $metadata?.httpStatusCode === 403;
}

/** For what AWS says of what is not there; every other error stays one. */
export function nothingIf(...names: string[]): (error: Error) => undefined {
  return (error) => {
    if (names.includes(error.name) || names.includes(`${error.name}Exception`)) return undefined;
    throw error;
  };
}
