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

/** How to call GitHub. */
export interface AskOptions {
  readonly signal: AbortSignal;
  /** For `gh`; `GH_TOKEN` or `GITHUB_TOKEN` goes to the API. */
  readonly env: NodeJS.ProcessEnv;
  /** @default - GitHub's own API */
  readonly api?: string;
  /** @default 15 s for each response */
  readonly answerWithinMs?: number;
}

/** JSON, or why there is none. */
type Answer = { readonly json: unknown } | { readonly why: string };
type Ask = (path: string) => Promise<Answer>;

/** Adds the ids from GitHub, if the command line does not have them. @throws what `askGitHub` throws */
export async function settled({ github, ...place }: AskedOptions, options: AskOptions): Promise<BootstrapOptions> {
  if (github === undefined || github === "none") return { ...place, github };
  const { ids, ...rest } = github;
  return {
    ...place,
    github: ids === "from GitHub" ? { ...rest, ...(await askGitHub(github, options)) } : { ...rest, ids },
  };
}

/**
 * Reads the ids of a repository from GitHub, with `gh` if it is installed, otherwise with the API, through the user's
 * proxy.
 * @throws {UsageError} if the repository has another name on GitHub, or its tokens have another subject
 * @throws {WorkFailed} if the ids cannot be read; the message says what to pass instead
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
      whyNot.push("the response has no valid full_name, id and owner.id");
      continue;
    }
    if (found.repository.toLowerCase() !== repository.toLowerCase()) {
      throw new UsageError(
        `--github must be the current name of the repository, ${found.repository} (got ${repository})`,
      );
    }
    const customization = await ask(`repos/${repository}/actions/oidc/customization/sub`);
    options.signal.throwIfAborted();
    // This needs permission to read the repository's settings; the note at the end says how to check.
    if ("json" in customization) throwIfOtherSubject(found, customization.json);
    return found;
  }
  throw new WorkFailed(
    `The ids of ${repository} cannot be read from GitHub (${whyNot.join("; ")}). ${howToPass(repository)}`,
  );
}

/**
 * Reads GitHub's response for a repository. It is untrusted: only these values go into a policy.
 * @returns nothing unless the ids are whole numbers and the name is valid on GitHub
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
 * @param answer GitHub's response about the subject; its `use_immutable_subject` is ignored, as it can be false while
 * the prefix has ids
 * @throws {UsageError} if the tokens of the repository have the previous subject, or a customized one
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
      `--github: the tokens of ${repository} have the previous subject, ${subjectPrefix({ repository })}:…, so they ` +
        `could not assume a role for ${subjectPrefix(found)}:…. Switch the repository to the immutable subject ` +
        `first: ${useImmutable(repository)}; or add --no-immutable-subject.`,
    );
  }
  // Without claim keys, the default subject of GitHub or of the organization applies anyway.
  if (usesDefault === false && Array.isArray(claims) && claims.length > 0) {
    throw new UsageError(
      `--github: the tokens of ${repository} must have the default subject, but the repository or its organization ` +
        `customizes it; ${showSubject(repository)} shows the customization. Remove it: ${useImmutable(repository)}`,
    );
  }
}

/** The command that switches a repository's tokens to the immutable subject. */
function useImmutable(repository: string): string {
  return command`gh api --method PUT repos/${word.repository(repository)}/actions/oidc/customization/sub -F use_default=true -F use_immutable_subject=true`;
}

/** What to pass if GitHub cannot be read; the repository's name is validated, so it is safe to paste. */
function howToPass(repository: string): string {
  const [owner, name] = repository.split("/");
  return (
    `Pass them: --github ${owner}@OWNER_ID/${name}@REPO_ID. They are owner.id and id in ${API}/repos/${repository}, ` +
    "or run: " +
    `${command`gh api repos/${word.repository(repository)} --jq '"\\(.owner.login)@\\(.owner.id)/\\(.name)@\\(.id)"'`}`
  );
}

/** `gh` is logged in, which private repositories require. */
function withGh({ env, signal, answerWithinMs = ANSWER_WITHIN_MS }: AskOptions): Ask {
  return async (path) => {
    const { outcome, stdout, text } = await runProgram(
      "gh",
      ["api", "--hostname", "github.com", path],
      env,
      answerWithinMs,
      signal,
    );
    if (outcome === "missing") return { why: "gh is not installed" };
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
        return { why: `${api}: no such repository, or a private one, which requires gh auth login or GITHUB_TOKEN` };
      if (response.status === 401)
        return { why: `${api} does not accept ${env.GH_TOKEN ? "GH_TOKEN" : "GITHUB_TOKEN"}` };
      return response.ok ? jsonOf(text, api) : { why: `${api} returned ${response.status}` };
    } catch (error) {
      return { why: `${api}: ${shortened(reasonOf(error))}` };
    }
  };
}

function jsonOf(text: string, from: string): Answer {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch {
    return { why: `${from} did not return JSON` };
  }
}

/** The beginning of a message of a program or a network. */
function shortened(text: string): string {
  return printable(text).slice(0, 200);
}
