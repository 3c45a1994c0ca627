import type { GitHub } from "./github";

/** One comment on a pull request, which later runs update. */
export interface StickyComment {
  readonly pullRequest: number;
  /** The beginning of the comment, which identifies the one to update. */
  readonly marker: string;
  /** The user that the token belongs to; comments by others are never updated. */
  readonly author: string;
  readonly body: string;
  /** Whether it is worth a new comment. */
  readonly isNews: boolean;
}

/**
 * Posts or updates the comment. Without news, no new comment is posted, but an existing one is updated.
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
