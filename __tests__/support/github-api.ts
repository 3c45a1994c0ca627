import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { zipSync } from "fflate";
import type { PullRequest } from "../../cli/github/github";

/*
 * A replacement for GitHub's REST API on loopback: comments of pull requests, the pull requests of a commit, and
 * artifacts of a run, paginated as on GitHub.
 */

export const REPOSITORY = "acme/site";
export const TOKEN = "the-job's-token";
/** The user of a job's token. */
export const BOT = "github-actions[bot]";
const BODY_LIMIT = 65_536;

export interface KeptComment {
  readonly id: number;
  readonly html_url: string;
  readonly user: { readonly login: string };
  body: string;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** The body instead of JSON. */
  readonly text?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a run uploaded. */
export interface KeptArtifact {
  readonly id: number;
  readonly name: string;
  /** The ZIP file that GitHub stores. @default - an empty ZIP file */
  readonly zip?: Buffer;
}

/** A commit of the branch that pull requests are merged into. */
export const BASE = "0a".repeat(20);

export class GitHubApi {
  readonly comments = new Map<number, KeptComment[]>();
  /** By commit. */
  readonly pullRequests = new Map<string, PullRequest[]>();
  /** Each pull request with the branch that it is from. */
  private readonly branches = new Map<number, { readonly branch: string; readonly pullRequest: PullRequest }>();
  /** The commits that branches end with. */
  readonly tips = new Map<string, string>();
  /** By run. */
  readonly artifacts = new Map<number, KeptArtifact[]>();
  /** Such as "GET issues/7/comments". */
  readonly calls: string[] = [];
  /** The response to every call, if set. */
  error?: Answer;
  private nextId = 1;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<GitHubApi> {
    const server = createServer();
    const api = new GitHubApi(server);
    server.on("request", (request, response) => {
      void bodyOf(request).then((body) => {
        const { status, body: answer, text, headers } = api.error ?? api.answer(request, body);
        response.writeHead(status, {
          "content-type": "application/json",
          ...headers,
          ...(status === 302 ? { location: `${api.env.GITHUB_API_URL}/blobs/${request.url?.split("/").at(-2)}` } : {}),
        });
        response.end(text ?? (answer === undefined ? undefined : JSON.stringify(answer)));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return api;
  }

  /** What a job's steps have. */
  get env(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return {
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_TOKEN: TOKEN,
      GITHUB_RUN_ID: "77",
    };
  }

  /** A user comments. */
  comment(pullRequest: number, login: string, body: string): KeptComment {
    const id = this.nextId++;
    const comment = {
      id,
      html_url: `https://github.com/${REPOSITORY}/pull/${pullRequest}#issuecomment-${id}`,
      user: { login },
      body,
    };
    this.comments.set(pullRequest, [...(this.comments.get(pullRequest) ?? []), comment]);
    return comment;
  }

  /** A pull request from a branch of the repository is merged. */
  merge(
    number: number,
    head: string,
    mergeCommit: string,
    { from = REPOSITORY, into = "main", at = "2026-11-22T12:00:00Z" } = {},
  ): void {
    const merged: PullRequest = {
      number,
      state: "closed",
      closed_at: at,
      merged_at: at,
      merge_commit_sha: mergeCommit,
      base: { ref: into, sha: BASE },
      head: { sha: head, repo: { full_name: from } },
    };
    this.pullRequests.set(mergeCommit, [merged]);
    this.branches.set(number, { branch: this.branchOf(number), pullRequest: merged });
  }

  /**
   * A pull request whose branch ends with this commit is opened, or pushed to.
   * @param branch where it is from. @default - one of its own
   */
  open(number: number, head: string, into = "main", branch = this.branchOf(number)): void {
    const opened: PullRequest = {
      number,
      state: "open",
      closed_at: null,
      merged_at: null,
      merge_commit_sha: null,
      base: { ref: into, sha: BASE },
      head: { sha: head, repo: { full_name: REPOSITORY } },
    };
    this.branches.set(number, { branch, pullRequest: opened });
  }

  /** It is closed, and not merged. */
  close(number: number, at = "2026-11-22T12:00:00Z"): void {
    const { branch, pullRequest } = this.branches.get(number) ?? {};
    if (branch === undefined || pullRequest === undefined) throw new Error(`no pull request ${number}`);
    this.branches.set(number, { branch, pullRequest: { ...pullRequest, state: "closed", closed_at: at } });
  }

  branchOf(number: number): string {
    return this.branches.get(number)?.branch ?? `change-${number}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer({ method = "", url = "", headers }: IncomingMessage, text: string): Answer {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    const path = pathname.replace(`/repos/${REPOSITORY}/`, "");
    this.calls.push(`${method} ${path}`);
    const artifact = (id: string) =>
      [...this.artifacts.values()].flat().find((it) => String(it.id) === id)?.zip ?? Buffer.from(zipSync({}));
    if (pathname.startsWith("/blobs/")) return { status: 200, text: artifact(pathname.split("/").at(-1) ?? "") };
    if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401, body: { message: "Bad credentials" } };
    const page = <T>(all: readonly T[]): T[] => {
      const [size, number] = [Number(searchParams.get("per_page") ?? 30), Number(searchParams.get("page") ?? 1)];
      return all.slice((number - 1) * size, number * size);
    };
    const [, kind, id = "", more = ""] =
      /^(issues\/comments|issues|commits|actions\/runs|actions\/artifacts|pulls)(?:\/([^/]+)(.*))?$/.exec(path) ?? [];
    const [, branch] = /^git\/ref\/heads\/(.+)$/.exec(path) ?? [];
    if (branch !== undefined) return { status: 200, body: { object: { sha: this.tips.get(branch) } } };
    switch (`${method} ${kind} ${more}`.trim()) {
      case "GET issues /comments":
        return { status: 200, body: page(this.comments.get(Number(id)) ?? []) };
      case "POST issues /comments":
        return this.withBody(text, (body) => ({ status: 201, body: this.comment(Number(id), BOT, body) }));
      case "PATCH issues/comments": {
        const comment = [...this.comments.values()].flat().find((it) => it.id === Number(id));
        if (comment === undefined) break;
        return this.withBody(text, (body) => ({ status: 200, body: Object.assign(comment, { body }) }));
      }
      case "GET commits /pulls":
        return { status: 200, body: page(this.pullRequests.get(id) ?? []) };
      case "GET pulls": {
        const [owner, branch] = (searchParams.get("head") ?? "").split(":");
        const isAll = searchParams.get("state") === "all";
        const found = [...this.branches.values()].filter(
          (it) =>
            `${owner}` === REPOSITORY.split("/")[0] &&
            it.branch === branch &&
            (isAll || it.pullRequest.state === "open"),
        );
        return { status: 200, body: page(found.map(({ pullRequest }) => pullRequest)) };
      }
      case "GET actions/runs /artifacts": {
        const all = (this.artifacts.get(Number(id)) ?? []).map(({ id: number, name, zip }) => ({
          id: number,
          name,
          size_in_bytes: zip?.length ?? 22,
        }));
        return { status: 200, body: { total_count: all.length, artifacts: page(all) } };
      }
      case "GET actions/artifacts /zip":
        return { status: 302 };
      case "DELETE actions/artifacts":
        for (const [run, all] of this.artifacts)
          this.artifacts.set(
            run,
            all.filter((it) => it.id !== Number(id)),
          );
        return { status: 204 };
    }
    return { status: 404, body: { message: "Not Found" } };
  }

  private withBody(text: string, then: (body: string) => Answer): Answer {
    const { body } = JSON.parse(text) as { body: string };
    if (body.length > BODY_LIMIT)
      return { status: 422, body: { message: "Validation Failed: body is too long (maximum is 65536 characters)" } };
    return then(body);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
