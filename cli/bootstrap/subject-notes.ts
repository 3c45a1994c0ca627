import { command, word } from "../../machine/text/pasteable";
import { subjectOf } from "./policies";
import { type GitHub, subjectPrefix } from "./repository";

/** The command that shows the subject of a repository's tokens. */
export function showSubject(repository: string): string {
  return command`gh api repos/${word.repository(repository)}/actions/oidc/customization/sub`;
}

/**
 * Notes about the subjects that the roles trust: AWS's error for another subject does not name it.
 * @param before the repository that the roles trusted before. @default - there were no roles
 * @param now the repository that they trust
 */
export function subjectNotes(before: GitHub | undefined, now: GitHub): string[] {
  const { repository, ids } = now;
  const isChanged = before !== undefined && subjectPrefix(before) !== subjectPrefix(now);
  return [
    `The roles trust GitHub's tokens with the subject ${subjectOf("plan", now)} or ` +
      `${subjectOf("deploy", now)}. sub_claim_prefix in the output of ${showSubject(repository)} must be ` +
      `${subjectPrefix(now)}.`,
    isChanged ? [`Before, they trusted ${subjectPrefix(before)}:….`] : [],
    isChanged && before.ids === undefined
      ? [
          `If workflows now fail with "Not authorized to perform sts:AssumeRoleWithWebIdentity", the repository's ` +
            `tokens have the previous subject: run this again with --github ${repository} --no-immutable-subject.`,
        ]
      : [],
    ids === undefined
      ? [
          "This is the previous subject. Repositories that were created, renamed or transferred since 15 July 2026, " +
            "or opted in, have the immutable subject: for them, run this with --github OWNER/REPO only.",
        ]
      : [],
  ].flat();
}
