import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { PullRequest } from "../../cli/github/github";

/*
 * A stand-in for GitHub's REST API on loopback: comments of pull requests, the pull requests of a commit, and artifacts of a
 * run, page by page as GitHub gives them.
 */

export const REPOSITORY = "acme/site";
export const TOKEN = "the-job's-token";
/** The user that a job's token stands for. */
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
  /** In JSON's place. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export class GitHubApi {
  readonly comments = new Map<number, KeptComment[]>();
  /** By commit. */
  readonly pullRequests = new Map<string, PullRequest[]>();
  /** By run. */
  readonly artifacts = new Map<number, { id: number; name: string }[]>();
  /** Such as "GET issues/7/comments". */
  readonly calls: string[] = [];
  /** What every call is answered with, if set. */
  fault?: Answer;
  private nextId = 1;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<GitHubApi> {
    const server = createServer();
    const api = new GitHubApi(server);
    server.on("request", (request, response) => {
      void bodyOf(request).then((body) => {
        const { status, body: answer, text, headers } = api.fault ?? api.answer(request, body);
        response.writeHead(status, { "content-type": "application/json", ...headers });
        response.end(text ?? (answer === undefined ? undefined : JSON.stringify(answer)));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return api;
  }

  /** What a job's steps have. */
  get env(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return { GITHUB_API_URL: `http://127.0.0.1:${port}`, GITHUB_REPOSITORY: REPOSITORY, GITHUB_TOKEN: TOKEN, GITHUB_RUN_ID: "77" };
  }

  /** Somebody comments. */
  comment(pullRequest: number, login: string, body: string): KeptComment {
    const id = this.nextId++;
    const comment = { id, html_url: `https://github.com/${REPOSITORY}/pull/${pullRequest}#issuecomment-${id}`, user: { login }, body };
    this.comments.set(pullRequest, [...(this.comments.get(pullRequest) ?? []), comment]);
    return comment;
  }

  /** A pull request from a branch of the repository is merged. */
  merge(number: number, head: string, mergeCommit: string, { from = REPOSITORY, into = "main" } = {}): void {
    this.pullRequests.set(mergeCommit, [{ number, state: "closed", merged_at: "2026-11-22T12:00:00Z", merge_commit_sha: mergeCommit, base: { ref: into }, head: { sha: head, repo: { full_name: from } } }]);
  }

  /** A pull request whose branch ends with this commit is opened. */
  open(number: number, head: string, into = "main"): void {
    const opened: PullRequest = { number, state: "open", merged_at: null, merge_commit_sha: null, base: { ref: into }, head: { sha: head, repo: { full_name: REPOSITORY } } };
    this.pullRequests.set(head, [...(this.pullRequests.get(head) ?? []).filter((it) => it.number !== number), opened]);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer({ method = "", url = "", headers }: IncomingMessage, text: string): Answer {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    const path = pathname.replace(`/repos/${REPOSITORY}/`, "");
    this.calls.push(`${method} ${path}`);
    if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401, body: { message: "Bad credentials" } };
    const page = <T>(all: readonly T[]): T[] => {
      const [size, number] = [Number(searchParams.get("per_page") ?? 30), Number(searchParams.get("page") ?? 1)];
      return all.slice((number - 1) * size, number * size);
    };
    const [, kind, id = "", more = ""] = /^(issues\/comments|issues|commits|actions\/runs|actions\/artifacts)\/([^/]+)(.*)$/.exec(path) ?? [];
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
      case "GET actions/runs /artifacts": {
        const all = this.artifacts.get(Number(id)) ?? [];
        return { status: 200, body: { total_count: all.length, artifacts: page(all) } };
      }
      case "DELETE actions/artifacts":
        for (const [run, all] of this.artifacts) this.artifacts.set(run, all.filter((it) => it.id !== Number(id)));
        return { status: 204 };
    }
    return { status: 404, body: { message: "Not Found" } };
  }

  private withBody(text: string, then: (body: string) => Answer): Answer {
    const { body } = JSON.parse(text) as { body: string };
    if (body.length > BODY_LIMIT) return { status: 422, body: { message: "Validation Failed: body is too long (maximum is 65536 characters)" } };
    return then(body);
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
