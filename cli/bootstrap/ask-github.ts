import { UsageError, WorkFailed } from "../../machine/errors";
import { download, reasonOf } from "../../machine/setup/download";
import { firstLine, runProgram } from "../../machine/setup/program";
import { command, word } from "../../machine/text/pasteable";
import { printable } from "../../machine/text/printable";
import type { AskedGitHub, AskedOptions, BootstrapOptions } from "./options";
import { type Repository, repositoryOf, subjectPrefix } from "./repository";
import { showSubject } from "./subject-notes";

const API = "https://api.github.com";
const ANSWER_WITHIN_MS = 15_000;

/** Where GitHub is asked, and with what. */
export interface AskOptions {
  readonly signal: AbortSignal;
  /** For `gh`; `GH_TOKEN` or `GITHUB_TOKEN` goes to the API. */
  readonly env: NodeJS.ProcessEnv;
  /** @default - GitHub's own API */
  readonly api?: string;
  /** @default 15 s for each answer */
  readonly answerWithinMs?: number;
}

/** JSON, or why there is none. */
type Answer = { readonly json: unknown } | { readonly why: string };
type Ask = (path: string) => Promise<Answer>;

/** With the ids that GitHub says, where the command line leaves them open. @throws what `askGitHub` throws */
export async function settled({ github, ...place }: AskedOptions, options: AskOptions): Promise<BootstrapOptions> {
  if (github === undefined || github === "none") return { ...place, github };
  const { ids, ...rest } = github;
  return {
    ...place,
    github: ids === "to be asked" ? { ...rest, ...(await askGitHub(github, options)) } : { ...rest, ids },
  };
}

/**
 * Asks GitHub for the ids of a repository, with `gh` if it is there, else its API, through the user's proxy.
 * @throws {UsageError} if GitHub says that the repository has another name, or that its tokens have another subject
 * @throws {WorkFailed} if GitHub does not say; the sentence says what to pass instead
 */
export async function askGitHub(asked: AskedGitHub, options: AskOptions): Promise<Repository> {
  const { repository } = asked;
  const whyNot: string[] = [];
  for (const ask of [withGh(options), withApi(options)]) {
    const answer = await ask(`repos/${repository}`);
    options.signal.throwIfAborted();
    if ("why" in answer) {
      whyNot.push(answer.why);
      continue;
    }
    const found = repositoryIn(answer.json);
    if (found === undefined) {
      whyNot.push("the answer has no valid full_name, id and owner.id");
      continue;
    }
    if (found.repository.toLowerCase() !== repository.toLowerCase()) {
      throw new UsageError(`--github must be the repository's present name: ${repository} is ${found.repository} now`);
    }
    const customization = await ask(`repos/${repository}/actions/oidc/customization/sub`);
    options.signal.throwIfAborted();
    // Only who may read the repository's settings is answered; the note at the end says how to look.
    if ("json" in customization) throwIfOtherSubject(found, customization.json);
    return found;
  }
  throw new WorkFailed(
    `The ids of ${repository} cannot be read from GitHub (${whyNot.join("; ")}). ${howToPass(repository)}`,
  );
}

/**
 * Reads what GitHub answers of a repository: text of others, of which nothing else goes into a policy.
 * @returns nothing unless the ids are whole numbers and the name is one that GitHub allows
 */
export function repositoryIn(answer: unknown): Repository | undefined {
  const {
    id,
    full_name: name,
    owner,
  } = (answer ?? {}) as { id?: unknown; full_name?: unknown; owner?: { id?: unknown } | null };
  const ids = [owner?.id, id];
  if (typeof name !== "string" || !ids.every((each) => Number.isSafeInteger(each))) return undefined;
  const [ownerName, repositoryName, ...rest] = name.split("/");
  return rest.length > 0 || name.includes("@")
    ? undefined
    : repositoryOf(`${ownerName}@${String(ids[0])}/${repositoryName}@${String(ids[1])}`);
}

/**
 * @param answer what GitHub says of the subject; its `use_immutable_subject` does not count, as it is false where the
 * prefix has ids too
 * @throws {UsageError} if the tokens of the repository have the previous subject, or one of the repository's own
 */
export function throwIfOtherSubject(found: Repository, answer: unknown): void {
  const {
    use_default: usesDefault,
    include_claim_keys: claims,
    sub_claim_prefix: prefix,
  } = (answer ?? {}) as { use_default?: unknown; include_claim_keys?: unknown; sub_claim_prefix?: unknown };
  const { repository } = found;
  if (typeof prefix === "string" && prefix.toLowerCase() === subjectPrefix({ repository }).toLowerCase()) {
    throw new UsageError(
      `--github: the tokens of ${repository} have the previous subject, ${subjectPrefix({ repository })}:…, so ` +
        `that a role for ${subjectPrefix(found)}:… could not be assumed. ` +
        `Let the repository have the immutable one first: ${useImmutable(repository)}; or add --no-immutable-subject.`,
    );
  }
  // Without claims of its own it has GitHub's default all the same, or that of its organization.
  if (usesDefault === false && Array.isArray(claims) && claims.length > 0) {
    throw new UsageError(
      `--github: ${repository} or its organization customizes the subject of its tokens, which the roles need ` +
        "as it is by default; " +
        `${showSubject(repository)} shows it. Take the customization back: ${useImmutable(repository)}`,
    );
  }
}

/** The command that gives a repository's tokens the immutable subject. */
function useImmutable(repository: string): string {
  return command`gh api --method PUT repos/${word.repository(repository)}/actions/oidc/customization/sub -F use_default=true -F use_immutable_subject=true`;
}

/** What to pass where GitHub cannot be asked; the repository's name is one by its grammar, and so can be pasted. */
function howToPass(repository: string): string {
  const [owner, name] = repository.split("/");
  return (
    `Pass them: --github ${owner}@OWNER_ID/${name}@REPO_ID. ${API}/repos/${repository} shows them as owner.id ` +
    "and id; " +
    "so does: " +
    `${command`gh api repos/${word.repository(repository)} --jq '"\\(.owner.login)@\\(.owner.id)/\\(.name)@\\(.id)"'`}`
  );
}

/** A person who uses `gh` is logged in with it, which private repositories need. */
function withGh({ env, signal, answerWithinMs = ANSWER_WITHIN_MS }: AskOptions): Ask {
  return async (path) => {
    const { outcome, stdout, text } = await runProgram(
      "gh",
      ["api", "--hostname", "github.com", path],
      env,
      answerWithinMs,
      signal,
    );
    if (outcome === "missing") return { why: "there is no gh" };
    return outcome === "ok" ? jsonOf(stdout, "gh") : { why: `gh: ${shortened(firstLine(text))}` };
  };
}

function withApi({ env, signal, api = API, answerWithinMs = ANSWER_WITHIN_MS }: AskOptions): Ask {
  const token = env.GH_TOKEN || env.GITHUB_TOKEN;
  const headers = {
    accept: "application/vnd.github+json",
    "user-agent": "alb-web",
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  };
  return async (path) => {
    try {
      const response = await download(
        `${api}/${path}`,
        AbortSignal.any([signal, AbortSignal.timeout(answerWithinMs)]),
        headers,
      );
      const text = await response.text();
      if (response.status === 404)
        return { why: `${api}: no such repository, or a private one, which needs gh auth login or GITHUB_TOKEN` };
      if (response.status === 401)
        return { why: `${api} does not accept ${env.GH_TOKEN ? "GH_TOKEN" : "GITHUB_TOKEN"}` };
      return response.ok ? jsonOf(text, api) : { why: `${api} answers ${response.status}` };
    } catch (error) {
      return { why: `${api}: ${shortened(reasonOf(error))}` };
    }
  };
}

function jsonOf(text: string, from: string): Answer {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return { why: `${from} answers without JSON` };
  }
}

/** What a program or a network says, and not much of it. */
function shortened(text: string): string {
  return printable(text).slice(0, 200);
}
