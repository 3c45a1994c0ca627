/** GitHub's ids of a repository and of its owner. GitHub never reuses an id for another repository or owner. */
interface RepositoryIds {
  readonly owner: string;
  readonly repository: string;
}

/** A repository, as in the subject of its workflows' tokens. */
export interface Repository {
  /** `OWNER/REPO` as GitHub spells it; IAM is case-sensitive. */
  readonly repository: string;
  /** Part of the subject in addition to the names. @default - the previous format, with the names only */
  readonly ids?: RepositoryIds;
}

/** The repository whose workflows may plan and deploy, and the branch that is deployed. */
export interface GitHub extends Repository {
  readonly branch: string;
}

const OWNER = /^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}$/;
/** Without `.` and `..`, which are folders in a path. */
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;
/** GitHub's API returns JSON numbers: integers have at most 16 digits. */
const ID = /^[1-9]\d{0,15}$/;
const BRANCH = /^(?!\/|.*\/\/|.*\.\.)[A-Za-z0-9._/-]{1,200}(?<![/.])$/;

/**
 * Parses `OWNER/REPO` or `OWNER@ID/REPO@ID`: the value of `--github` and of the roles' tags.
 * @returns nothing if it is neither
 */
export function repositoryOf(text: string): Repository | undefined {
  const [owner = "", name = "", ...rest] = text.split("/");
  const [ownerName = "", ownerId, ...restOfOwner] = owner.split("@");
  const [repositoryName = "", repositoryId, ...restOfName] = name.split("@");
  if (rest.length + restOfOwner.length + restOfName.length > 0 || !OWNER.test(ownerName) || !NAME.test(repositoryName))
    return undefined;
  const repository = `${ownerName}/${repositoryName}`;
  if (ownerId === undefined && repositoryId === undefined) return { repository };
  if (!ID.test(ownerId ?? "") || !ID.test(repositoryId ?? "")) return undefined;
  return { repository, ids: { owner: ownerId ?? "", repository: repositoryId ?? "" } };
}

/** Whether a text is the name of one branch. */
export function isBranch(text: string): boolean {
  return BRANCH.test(text);
}

/** `OWNER@ID/REPO@ID`, or `OWNER/REPO` in the previous format: the repository's part of the subject. */
export function inSubject({ repository, ids }: Repository): string {
  if (ids === undefined) return repository;
  const [owner, name] = repository.split("/");
  return `${owner}@${ids.owner}/${name}@${ids.repository}`;
}

/** The prefix of the subject of every token of a repository. */
export function subjectPrefix(repository: Repository): string {
  return `repo:${inSubject(repository)}`;
}

/**
 * Whether both are the same repository. Its id stays when it is renamed or transferred, and another repository can get
 * its name; without ids the names are compared, which are case-insensitive on GitHub.
 */
export function isSameRepository(one: Repository, other: Repository): boolean {
  if (one.ids !== undefined && other.ids !== undefined) return one.ids.repository === other.ids.repository;
  return one.repository.toLowerCase() === other.repository.toLowerCase();
}
