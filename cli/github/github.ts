import { UsageError, WorkFailed } from "../../machine/errors";

/** The parts of a pull request comment that are read here. */
export interface Comment {
  readonly id: number;
  readonly html_url: string;
  readonly body?: string;
  readonly user: { readonly login: string } | null;
}

/** The parts of a pull request that are read here. */
export interface PullRequest {
  readonly number: number;
  readonly merged_at: string | null;
  readonly merge_commit_sha: string | null;
  readonly state: "open" | "closed";
  readonly closed_at: string | null;
  /** The target branch. */
  readonly base: { readonly ref: string; readonly sha: string };
  /** `repo` is null once the fork is deleted. */
  readonly head: { readonly sha: string; readonly repo: { readonly full_name: string } | null };
}

interface Artifact {
  readonly id: number;
  readonly name: string;
  readonly size_in_bytes: number;
}

/** One API call; `needs` is the permission that it requires of the job's token. */
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
 * The calls of GitHub's API that the workflows need, with the repository and the token of the job's environment.
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
   * @param env `GITHUB_REPOSITORY` and `GITHUB_TOKEN`; `GITHUB_API_URL` if it is not github.com
   * @throws {UsageError} if one of them is missing
   */
  static of(env: NodeJS.ProcessEnv, signal: AbortSignal): GitHub {
    const { GITHUB_API_URL = "https://api.github.com", GITHUB_REPOSITORY, GITHUB_TOKEN } = env;
    if (!GITHUB_REPOSITORY || !/^[\w.-]+\/[\w.-]+$/.test(GITHUB_REPOSITORY)) {
      throw new UsageError(
        `GITHUB_REPOSITORY must be OWNER/REPO, as GitHub Actions sets it (got '${GITHUB_REPOSITORY ?? ""}')`,
      );
    }
    if (!GITHUB_TOKEN)
      throw new UsageError(
        "GITHUB_TOKEN must be set; in a workflow, add to the step: env: GITHUB_TOKEN: ${{ github.token }}",
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

  /** The pull requests that contain a commit. */
  pullRequestsOf(commit: string): Promise<PullRequest[]> {
    return this.pages((page) =>
      this.call<PullRequest[]>({ path: `commits/${commit}/pulls?${page}`, needs: "pull-requests: read" }),
    );
  }

  /** All pull requests from a branch of the repository, including closed ones. */
  async pullRequestsFrom(branch: string): Promise<PullRequest[]> {
    const [owner = ""] = this.repository.split("/");
    const found = await this.pages((page) =>
      this.call<PullRequest[]>({
        path: `pulls?state=all&head=${encodeURIComponent(`${owner}:${branch}`)}&${page}`,
        needs: "pull-requests: read",
      }),
    );
    // The same owner can have a fork with another name.
    return found.filter(({ head }) => head.repo?.full_name === this.repository);
  }

  /** The latest commit of a branch. */
  async tipOf(branch: string): Promise<string> {
    return (await this.call<{ object: { sha: string } }>({ path: `git/ref/heads/${branch}`, needs: "contents: read" }))
      .object.sha;
  }

  /**
   * The ZIP file of a workflow run's artifact with a name; nothing if there is none.
   * @throws {WorkFailed} if it is larger than allowed
   */
  async artifact(run: number, name: string, maxBytes: number): Promise<Buffer | undefined> {
    const newest = (await this.artifacts(run, name)).sort((one, other) => one.id - other.id).at(-1);
    if (newest === undefined) return undefined;
    if (newest.size_in_bytes > maxBytes)
      throw new WorkFailed(
        `The artifact ${name} of run ${run} must have at most ${maxBytes} bytes (got ${newest.size_in_bytes}), so ` +
          "it was not read.",
      );
    const { bytes } = await this.send({ path: `actions/artifacts/${newest.id}/zip`, needs: "actions: read" });
    return bytes;
  }

  /** Deletes the artifacts of a workflow run with a name. */
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
          `GitHub (${this.api}) did not return a list; the response may come from a proxy. Check GITHUB_API_URL and ` +
            "try again.",
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
        `GitHub (${this.api}) returned ${status} without JSON (${what}): ${messageIn(text)}; the response may come ` +
          "from a proxy. Check GITHUB_API_URL and try again.",
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
    // fetch follows the redirect to GitHub's file storage without the token, as for any other host.
    const response = await fetch(`${this.api}/repos/${this.repository}/${path}`, {
      method,
      headers,
      signal,
      body: body && JSON.stringify(body),
    }).catch((error: Error) => {
      this.signal.throwIfAborted();
      const { cause } = error as { cause?: { code?: string; message?: string } };
      throw new WorkFailed(
        `GitHub (${this.api}) did not respond: ${cause?.code ?? cause?.message ?? error.message}; try again.`,
      );
    });
    const bytes = await response.arrayBuffer().then(Buffer.from, () => {
      this.signal.throwIfAborted();
      throw new WorkFailed(`GitHub (${this.api}) closed the connection during the response (${what}); try again.`);
    });
    if (!response.ok) throw new WorkFailed(this.errorFor(response, what, bytes.toString(), needs), { cause: response });
    return { bytes, what, status: response.status };
  }

  private errorFor(response: Response, what: string, text: string, needs: string): string {
    const { status } = response;
    if (status === 401)
      return (
        `GitHub does not accept GITHUB_TOKEN (${what}); in a workflow, use \${{ github.token }}, otherwise a token ` +
        "that has not expired."
      );
    if (isSpent(response))
      return `GitHub's rate limit of this token is exceeded (${what}); run the job again in an hour.`;
    if (status === 403)
      return (
        `GITHUB_TOKEN lacks a permission (${what}); add to the job: permissions: ${needs}. A pull request from a ` +
        "fork never gets more than read permissions."
      );
    if (status === 404)
      return (
        `GitHub did not find ${what} in ${this.repository}, or the token may not read it; check the number, and ` +
        `that the job has permissions: ${needs}.`
      );
    return `GitHub returned ${status} (${what}): ${messageIn(text)}`;
  }
}

/** Whether GitHub denied the call because the token lacks a permission. */
export function isForbidden(error: unknown): boolean {
  return (
    error instanceof WorkFailed &&
    error.cause instanceof Response &&
    error.cause.status === 403 &&
    !isSpent(error.cause)
  );
}

/** Whether the rate limit is exceeded. */
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
