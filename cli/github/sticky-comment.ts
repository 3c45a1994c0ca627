import type { GitHub } from "./github";

/** One comment on a pull request, which later runs update. */
export interface StickyComment {
  readonly pullRequest: number;
  /** What the comment begins with; it says which one is ours to update. */
  readonly marker: string;
  /** The user that the token stands for; nobody else's comment is ours, whatever it begins with. */
  readonly author: string;
  readonly body: string;
  /** Whether it is worth a comment of its own. */
  readonly isNews: boolean;
}

/**
 * Where nothing changes nobody is disturbed, unless there is a comment that says otherwise.
 * @returns what was done
 */
export async function postComment(
  github: GitHub,
  { pullRequest, marker, author, body, isNews }: StickyComment,
): Promise<string> {
  const ours = (await github.comments(pullRequest)).find(
    (it) => it.user?.login === author && it.body?.startsWith(marker),
  );
  if (ours !== undefined) return `updated: ${(await github.updateComment(ours.id, body)).html_url}`;
  if (!isNews) return "no changes, no comment";
  return `commented: ${(await github.createComment(pullRequest, body)).html_url}`;
}
