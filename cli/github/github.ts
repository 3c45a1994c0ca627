import { UsageError, WorkFailed } from "../../machine/errors";

/** A comment on a pull request, as far as it is read here. */
export interface Comment {
  readonly id: number;
  readonly html_url: string;
  readonly body?: string;
  readonly user: { readonly login: string } | null;
}

/** A pull request, as far as it is read here. */
export interface PullRequest {
  readonly number: number;
  readonly merged_at: string | null;
  readonly merge_commit_sha: string | null;
  readonly state: "open" | "closed";
  readonly closed_at: string | null;
  /** The branch that it is, or was, to be merged into. */
  readonly base: { readonly ref: string; readonly sha: string };
  /** `repo` is null once the fork is deleted. */
  readonly head: { readonly sha: string; readonly repo: { readonly full_name: string } | null };
}

interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly size_in_bytes: number;
}

/** What one call asks for; `needs` is the permission that the job's token must have for it. */
interface Call {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: object;
  readonly needs: string;
}

/** GitHub's own limit. */
const PER_PAGE = 100;
const ANSWER_TIMEOUT_MS = 30_000;

/**
 * The few calls of GitHub's API that the workflows need, for the repository and with the token of the job's
 * environment.
 */
export class GitHub {
  private constructor(
    private readonly api: string,
    /** The repository, as `owner/name`. */
    readonly repository: string,
    private readonly token: string,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * @param env `GITHUB_REPOSITORY` and `GITHUB_TOKEN`; `GITHUB_API_URL` where it is not github.com
   * @throws {UsageError} if one of them is missing
   */
  static of(env: NodeJS.ProcessEnv, signal: AbortSignal): GitHub {
    const { GITHUB_API_URL = "https://api.github.com", GITHUB_REPOSITORY, GITHUB_TOKEN } = env;
    if (!GITHUB_REPOSITORY || !/^[\w.-]+\/[\w.-]+$/.test(GITHUB_REPOSITORY)) {
      throw new UsageError(
        `GITHUB_REPOSITORY is '${GITHUB_REPOSITORY ?? ""}'; allowed is owner/name, as GitHub Actions sets it.`,
      );
    }
    if (!GITHUB_TOKEN)
      throw new UsageError(
        "GITHUB_TOKEN is missing; in a workflow, give the step env: GITHUB_TOKEN: ${{ github.token }}",
      );
    return new GitHub(GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, signal);
  }

  /** All comments of a pull request, oldest first. */
  comments(pullRequest: number): Promise<Comment[]> {
    return this.pages((page) =>
      this.call<Comment[]>({ path: `issues/${pullRequest}/comments?${page}`, needs: "pull-requests: write" }),
    );
  }

  createComment(pullRequest: number, body: string): Promise<Comment> {
    return this.call<Comment>({
      method: "POST",
      path: `issues/${pullRequest}/comments`,
      body: { body },
      needs: "pull-requests: write",
    });
  }

  updateComment(id: number, body: string): Promise<Comment> {
    return this.call<Comment>({
      method: "PATCH",
      path: `issues/comments/${id}`,
      body: { body },
      needs: "pull-requests: write",
    });
  }

  /** The pull requests that brought a commit, or hold it. */
  pullRequestsOf(commit: string): Promise<PullRequest[]> {
    return this.pages((page) =>
      this.call<PullRequest[]>({ path: `commits/${commit}/pulls?${page}`, needs: "pull-requests: read" }),
    );
  }

  /** All pull requests from a branch of the repository, closed ones too. */
  async pullRequestsFrom(branch: string): Promise<PullRequest[]> {
    const [owner = ""] = this.repository.split("/");
    const found = await this.pages((page) =>
      this.call<PullRequest[]>({
        path: `pulls?state=all&head=${encodeURIComponent(`${owner}:${branch}`)}&${page}`,
        needs: "pull-requests: read",
      }),
    );
    // Of the same owner there can be a fork of another name.
    return found.filter(({ head }) => head.repo?.full_name === this.repository);
  }

  /** The commit that a branch ends with. */
  async tipOf(branch: string): Promise<string> {
    return (await this.call<{ object: { sha: string } }>({ path: `git/ref/heads/${branch}`, needs: "contents: read" }))
      .object.sha;
  }

  /**
   * The ZIP file of what a workflow run left under a name; nothing if it left none.
   * @throws {WorkFailed} if it is larger than it may be
   */
  async artifact(run: number, name: string, maxBytes: number): Promise<Buffer | undefined> {
    const newest = (await this.artifacts(run, name)).sort((one, other) => one.id - other.id).at(-1);
    if (newest === undefined) return undefined;
    if (newest.size_in_bytes > maxBytes)
      throw new WorkFailed(
        `The artifact ${name} of run ${run} has ${newest.size_in_bytes} bytes; allowed are ${maxBytes}, so ` +
          "nothing of it was read.",
      );
    const { bytes } = await this.send({ path: `actions/artifacts/${newest.id}/zip`, needs: "actions: read" });
    return bytes;
  }

  /** Deletes what a workflow run left under a name. */
  async deleteArtifacts(run: number, name: string): Promise<void> {
    for (const { id } of await this.artifacts(run, name))
      await this.call({ method: "DELETE", path: `actions/artifacts/${id}`, needs: "actions: write" });
  }

  private async artifacts(run: number, name: string): Promise<Artifact[]> {
    const all = await this.pages(async (page) => {
      const answer = await this.call<{ artifacts: Artifact[] } | undefined>({
        path: `actions/runs/${run}/artifacts?${page}`,
        needs: "actions: read",
      });
      return answer?.artifacts as Artifact[];
    });
    return all.filter((artifact) => artifact.name === name);
  }

  private async pages<T>(read: (page: string) => Promise<T[]>): Promise<T[]> {
    const all: T[] = [];
    for (let page = 1; ; page += 1) {
      const items: unknown = await read(`per_page=${PER_PAGE}&page=${page}`);
      if (!isList<T>(items))
        throw new WorkFailed(
          `GitHub (${this.api}) answers with something else than a list; a proxy may have answered in its ` +
            "place, look at GITHUB_API_URL and try again.",
        );
      all.push(...items);
      if (items.length < PER_PAGE) return all;
    }
  }

  private async call<T>(call: Call): Promise<T> {
    const { bytes, what, status } = await this.send(call);
    const text = bytes.toString();
    try {
      return (text === "" ? undefined : JSON.parse(text)) as T;
    } catch {
      throw new WorkFailed(
        `GitHub (${this.api}) answers ${status} without JSON (${what}): ${messageIn(text)}; a proxy may have ` +
          "answered in its place, look at GITHUB_API_URL and try again.",
      );
    }
  }

  private async send({
    method = "GET",
    path,
    body,
    needs,
  }: Call): Promise<{ readonly bytes: Buffer; readonly what: string; readonly status: number }> {
    const what = `${method} ${path.replace(/\?.*/, "")}`;
    const headers = {
      authorization: `Bearer ${this.token}`,
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
      "user-agent": "alb-web",
    };
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
    // A redirection to where GitHub keeps files is followed without the token, as fetch does for any other host.
    const response = await fetch(`${this.api}/repos/${this.repository}/${path}`, {
      method,
      headers,
      signal,
      body: body && JSON.stringify(body),
    }).catch((error: Error) => {
      this.signal.throwIfAborted();
      const { cause } = error as { cause?: { code?: string; message?: string } };
      throw new WorkFailed(
        `GitHub (${this.api}) does not answer: ${cause?.code ?? cause?.message ?? error.message}; try again.`,
      );
    });
    const bytes = await response.arrayBuffer().then(Buffer.from, () => {
      this.signal.throwIfAborted();
      throw new WorkFailed(`GitHub (${this.api}) broke off within its answer (${what}); try again.`);
    });
    if (!response.ok) throw new WorkFailed(this.fault(response, what, bytes.toString(), needs), { cause: response });
    return { bytes, what, status: response.status };
  }

  private fault(response: Response, what: string, text: string, needs: string): string {
    const { status } = response;
    if (status === 401)
      return (
        `GitHub does not accept GITHUB_TOKEN (${what}); in a workflow, use \${{ github.token }}, else a token ` +
        "that has not expired."
      );
    if (isSpent(response))
      return `GitHub takes no more calls of this token for now (${what}); run the job again in an hour.`;
    if (status === 403)
      return (
        `GITHUB_TOKEN may not do this (${what}); give the job permissions: ${needs}. A pull request from a fork ` +
        "never gets more than read."
      );
    if (status === 404)
      return (
        `GitHub knows nothing of ${what} in ${this.repository}, or hides it from this token; check the number, ` +
        `and that the job has permissions: ${needs}.`
      );
    return `GitHub answers ${status} (${what}): ${messageIn(text)}`;
  }
}

/** Whether GitHub said that the token may not do it. */
export function isForbidden(error: unknown): boolean {
  return (
    error instanceof WorkFailed &&
    error.cause instanceof Response &&
    error.cause.status === 403 &&
    !isSpent(error.cause)
  );
}

/** Whether it only may not do so any more now. */
function isSpent({ status, headers }: Response): boolean {
  return (
    (status === 403 || status === 429) && (headers.get("x-ratelimit-remaining") === "0" || headers.has("retry-after"))
  );
}

function isList<T>(value: unknown): value is T[] {
  return Array.isArray(value);
}

function messageIn(text: string): string {
  try {
    return String((JSON.parse(text) as { message?: string }).message);
  } catch {
    return text.slice(0, 200).replace(/\s+/g, " ").trim() || "nothing";
  }
}
