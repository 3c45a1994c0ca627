import { command, word } from "../../machine/text/pasteable";
import { subjectOf } from "./policies";
import { type GitHub, subjectPrefix } from "./repository";

/** The command that shows which subject the tokens of a repository have. */
export function showSubject(repository: string): string {
  return command`gh api repos/${word.repository(repository)}/actions/oidc/customization/sub`;
}

/**
 * What a person is told about the subjects that the roles trust: AWS's refusal of another one does not name it.
 * @param before what the roles trusted until now. @default - there were none
 * @param now what they trust
 */
export function subjectNotes(before: GitHub | undefined, now: GitHub): string[] {
  const { repository, ids } = now;
  const isChanged = before !== undefined && subjectPrefix(before) !== subjectPrefix(now);
  return [
    `The roles trust GitHub's tokens with the subject ${subjectOf("plan", now)} or ` +
      `${subjectOf("deploy", now)}. sub_claim_prefix in the output of ${showSubject(repository)} must be ` +
      `${subjectPrefix(now)}.`,
    isChanged ? [`Until now they trusted ${subjectPrefix(before)}:….`] : [],
    isChanged && before.ids === undefined
      ? [
          `If workflows fail with "Not authorized to perform sts:AssumeRoleWithWebIdentity" from now on, the ` +
            `repository's tokens have the previous subject: run this again with --github ${repository} ` +
            "--no-immutable-subject.",
        ]
      : [],
    ids === undefined
      ? [
          "That is the previous subject. Repositories created, renamed or transferred since 15 July 2026, and " +
            "those that opted in, have another one: run this with --github OWNER/REPO for them.",
        ]
      : [],
  ].flat();
}
