import { ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { askGitHub } from "../../../cli/bootstrap/ask-github";
import { UsageError, WorkFailed } from "../../../machine/errors";
import { askedOfProxy } from "../../support/refusing-proxy";
import { needShell } from "../../support/shell";

/*
 * Where npx alb-web bootstrap gets a repository's ids: gh, GitHub's API, and a sentence where neither answers. Both are
 * stand-ins.
 */

const ASKED = { repository: "acme/site", branch: "main", ids: "from GitHub" } as const;
const ANSWER = { id: 456789, full_name: "acme/site", owner: { id: 123456 } };
const FOUND = { repository: "acme/site", ids: { owner: "123456", repository: "456789" } };
const PREVIOUS = { use_default: true, use_immutable_subject: false, sub_claim_prefix: "repo:acme/site" };
const SUBJECT = "repos/acme/site/actions/oidc/customization/sub";
const PROXIES = [
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy",
  "ALL_PROXY",
  "all_proxy",
  "NO_PROXY",
  "no_proxy",
];

let folder: string;
let server: Server;
let api: string;
/** What the API answers, by path; 404 for any other. */
let answers: Record<string, { readonly status?: number; readonly text: string }>;
let calls: IncomingMessage[];
const proxies: NodeJS.ProcessEnv = {};

beforeAll(needShell);
beforeAll(async () => {
  for (const name of PROXIES) {
    proxies[name] = process.env[name];
    delete process.env[name];
  }
  server = createServer((request, response) => {
    calls.push(request);
    const { status = 200, text } = answers[(request.url ?? "").slice(1)] ?? {
      status: 404,
      text: '{"message":"Not Found"}',
    };
    if (text !== "never") response.writeHead(status).end(text);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  for (const [name, value] of Object.entries(proxies)) if (value !== undefined) process.env[name] = value;
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-gh-"));
  calls = [];
  answers = { "repos/acme/site": { text: JSON.stringify(ANSWER) } };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** @param lines what a `gh` does that is put on PATH; none without */
function ask(
  lines?: string,
  env: NodeJS.ProcessEnv = {},
  more: { signal?: AbortSignal; answerWithinMs?: number } = {},
) {
  if (lines !== undefined) {
    writeFileSync(join(folder, "gh"), `#!/bin/sh\necho "$*" >> "${folder}/log"\n${lines}\n`);
    chmodSync(join(folder, "gh"), 0o755);
  }
  return askGitHub(ASKED, { signal: new AbortController().signal, api, ...more, env: { PATH: folder, ...env } });
}

const says = (answer: object) => `echo '${JSON.stringify(answer)}'`;
const ghCalls = () => readFileSync(join(folder, "log"), "utf8").trimEnd().split("\n");

describe("with gh", () => {
  test("it is asked, of github.com, and the API is not", async () => {
    expect(await ask(says(ANSWER))).toEqual(FOUND);
    expect(ghCalls()).toEqual(["api --hostname github.com repos/acme/site", `api --hostname github.com ${SUBJECT}`]);
    expect(calls).toEqual([]);
  });

  test("a repository whose tokens have the previous subject is refused", async () => {
    await expect(ask(`case "$*" in *sub) ${says(PREVIOUS)};; *) ${says(ANSWER)};; esac`)).rejects.toThrow(
      /the tokens of acme\/site have the previous subject.*--no-immutable-subject/,
    );
  });

  test("settings that it may not read change nothing", async () => {
    expect(
      await ask(`case "$*" in *sub) echo 'gh: Must have admin rights' >&2; exit 1;; *) ${says(ANSWER)};; esac`),
    ).toEqual(FOUND);
  });

  test.each([
    ["that nobody is logged in with", "echo 'gh auth login' >&2; exit 4"],
    ["that answers without JSON", "echo hello"],
    ["that answers something else", says({ id: "x" })],
  ])("%s, the API is asked", async (_, lines) => {
    expect(await ask(lines)).toEqual(FOUND);
    expect(calls.map(({ url }) => url)).toEqual(["/repos/acme/site", `/${SUBJECT}`]);
  });
});

describe("without gh", () => {
  test("the API is asked without a token, where there is none", async () => {
    expect(await ask()).toEqual(FOUND);
    expect(calls[0]?.headers).toMatchObject({ accept: "application/vnd.github+json", "user-agent": "alb-web" });
    expect(calls[0]?.headers).not.toHaveProperty("authorization");
  });

  test.each([
    [{ GITHUB_TOKEN: "one" }, "one"],
    [{ GH_TOKEN: "two", GITHUB_TOKEN: "one" }, "two"],
  ])("the API is asked with the token of %j", async (env, token) => {
    await ask(undefined, env);
    expect(calls.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${token}`, `Bearer ${token}`]);
  });

  test("the name comes as GitHub spells it, which AWS compares letter by letter", async () => {
    answers["repos/acme/site"] = { text: JSON.stringify({ ...ANSWER, full_name: "Acme/Site" }) };
    expect(await ask()).toEqual({ ...FOUND, repository: "Acme/Site" });
  });

  test("a repository that was renamed is refused, with its new name", async () => {
    answers["repos/acme/site"] = { text: JSON.stringify({ ...ANSWER, full_name: "acme/shop" }) };
    await expect(ask()).rejects.toThrow(
      new UsageError("--github must be the current name of the repository, acme/shop (got acme/site)"),
    );
  });

  test("a repository whose tokens have the previous subject is refused", async () => {
    answers[SUBJECT] = { text: JSON.stringify(PREVIOUS) };
    await expect(ask()).rejects.toThrow(UsageError);
  });

  test.each<[string, { status?: number; text: string }, NodeJS.ProcessEnv, string]>([
    [
      "a repository that it does not know",
      { status: 404, text: "{}" },
      {},
      "no such repository, or a private one, which requires gh auth login or GITHUB_TOKEN",
    ],
    ["a token that has expired", { status: 401, text: "{}" }, { GITHUB_TOKEN: "old" }, " does not accept GITHUB_TOKEN"],
    ["too many questions", { status: 403, text: "{}" }, {}, " returned 403"],
    ["a page of a proxy", { text: "<html>" }, {}, " did not return JSON"],
    [
      "ids that are none",
      { text: JSON.stringify({ ...ANSWER, id: "1\u001b[31m" }) },
      {},
      "the response has no valid full_name, id and owner.id",
    ],
    ["nothing", { text: "never" }, {}, "timeout"],
  ])("%s: one sentence says what to pass", async (_, answer, env, why) => {
    answers["repos/acme/site"] = answer;
    const asking = ask(undefined, env, { answerWithinMs: 1_000 });
    await expect(asking).rejects.toThrow(WorkFailed);
    await expect(asking).rejects.toThrow(why);
    await expect(asking).rejects.toThrow(
      "Pass them: --github acme@OWNER_ID/site@REPO_ID. They are owner.id and id in " +
        "https://api.github.com/repos/acme/site, or run: gh api repos/acme/site --jq '\"\\(.owner.login)@\\(.owner.id)/\\(.name)@\\(.id)\"'",
    );
  });

  test("a machine without a way to GitHub: the same, and why", async () => {
    await expect(
      askGitHub(ASKED, { signal: new AbortController().signal, api: "http://127.0.0.1:9", env: { PATH: folder } }),
    ).rejects.toThrow(
      /^The ids of acme\/site cannot be read from GitHub \(gh is not installed; http:\/\/127\.0\.0\.1:9: .+\)\. Pass them: --github /,
    );
  });

  test("GitHub's own API is asked, through the user's proxy", async () => {
    const asked = await askedOfProxy(async (address) => {
      process.env.https_proxy = address;
      try {
        await expect(askGitHub(ASKED, { signal: new AbortController().signal, env: { PATH: folder } })).rejects.toThrow(
          /^The ids of acme\/site cannot be read from GitHub \(gh is not installed; https:\/\/api\.github\.com: Proxy/,
        );
      } finally {
        delete process.env.https_proxy;
      }
    });
    expect(asked).toEqual(["api.github.com:443"]);
  });

  test("an interruption is reported as one, and not as an error of GitHub", async () => {
    answers["repos/acme/site"] = { text: "never" };
    const stopping = new AbortController();
    const asking = ask(undefined, {}, { signal: stopping.signal });
    stopping.abort(new WorkFailed("Interrupted by SIGINT"));
    await expect(asking).rejects.toThrow("Interrupted by SIGINT");
  });

  test("an interruption ends gh, and nothing else where there is no gh", async () => {
    const sent = jest.spyOn(ChildProcess.prototype, "kill");
    const interrupted = async (lines: string | undefined, after: () => unknown) => {
      const stopping = new AbortController();
      const asking = ask(lines, {}, { signal: stopping.signal });
      await after();
      stopping.abort(new WorkFailed("Interrupted by SIGINT"));
      await expect(asking).rejects.toThrow("Interrupted by SIGINT");
    };
    await interrupted(undefined, () => undefined);
    expect(sent).not.toHaveBeenCalled();
    await interrupted("exec /bin/sleep 600", async () => {
      while (!existsSync(join(folder, "log"))) await pause(10);
    });
    expect(sent).toHaveBeenCalledTimes(1);
    sent.mockRestore();
  });
});

test("escape sequences of what gh says do not reach the terminal", async () => {
  answers = {};
  const refused = await ask("printf '\\033[31mred\\033]0;title\\007\\n' >&2; exit 1").catch(
    (error: Error) => error.message,
  );
  expect(refused).toContain(String.raw`gh: \u{1b}[31mred\u{1b}]0;title\u{7}`);
  expect(refused).not.toMatch(/[\x00-\x1f\x7f]/);
});
