import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NOT_MODELED } from "../../serve-cases/not-modeled";
import { PROJECT } from "../../support/project";

/*
 * Every output that a page shows below a command is what the command prints: pages are read as evidence. A line with
 * "…" alone, or that ends with " …", leaves something out.
 */

jest.setTimeout(60_000);

const PAGES = [
  "README.md",
  "README.ko.md",
  ...readdirSync(join(PROJECT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file)),
];
/** Commands of ours on files that are here. */
const SHOWN =
  /^ *```sh\n *((?:node bundle\/alb-web\.js|npx alb-web) (?:trace|review|explain) [^\n]+)\n *```\n\n(?: *```\w*\n([^]*?)\n *```$|((?:>.*\n)+))/gm;

/** The same of serve, which prints when the site is ready. */
const SERVES = /^```sh\n((?:npm ci && )?npx alb-web serve)\n```\n\n```\n([^]*?)```$/gm;

interface Example {
  readonly page: string;
  readonly command: string;
  readonly output: string;
}

const EXAMPLES: readonly Example[] = PAGES.flatMap((page) =>
  [...readFileSync(join(PROJECT, page), "utf8").matchAll(SHOWN)].map(([, command = "", output = "", quote = ""]) => ({
    page,
    command,
    // Within a list item, or as GitHub shows Markdown.
    output: `${output.replace(/^ {3}/gm, (indent) => (output.startsWith("   ") ? "" : indent))}${quote.replace(/^> ?/gm, "")}`,
  })),
);

const SERVED: readonly Example[] = PAGES.flatMap((page) =>
  [...readFileSync(join(PROJECT, page), "utf8").matchAll(SERVES)].map(([, command = "", output = ""]) => ({
    page,
    command,
    output,
  })),
);
const SERVE_PAGE = readFileSync(join(PROJECT, "docs", "reference", "serve.md"), "utf8");

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-pages-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a person sees of the command, started in this checkout. */
function printed(command: string): string {
  const [program = "", ...args] = command.split(" ");
  const file = program === "node" ? (args.shift() ?? "") : "cli/alb-web.js";
  const given = program === "npx" ? args.slice(1) : args;
  return spawnSync(process.execPath, [file, ...given], { cwd: PROJECT, encoding: "utf8" }).stdout;
}

/**
 * Starts serve in this checkout, and ends it.
 * @param use receives what it printed when the site was ready
 */
async function served(args: readonly string[], use: (text: string) => void = () => undefined) {
  const env = { ...process.env, XDG_DATA_HOME: folder };
  const child = spawn(process.execPath, ["cli/alb-web.js", "serve", ...args], { cwd: PROJECT, env });
  const ended = once(child, "close");
  let [text, log] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log += chunk;
  });
  const ready = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      // The last line says what is not modeled; for programs, it is the only one.
      if (/\(the protocol versions do not match\)["\]}]*\n$/.test(text)) resolve();
    });
  });
  await Promise.race([ready, ended]);
  use(text);
  child.kill("SIGINT");
  // Its errors, if it did not start.
  expect([(await ended)[0], text === "" ? log : ""]).toEqual([0, ""]);
  return { text, log };
}

/** @param line finds the printed command. @returns what curl prints */
function curl(text: string, line: RegExp, more = ""): string {
  const [, command = ""] = line.exec(text) ?? [];
  return spawnSync("/bin/sh", ["-c", `${command}${more} --silent --noproxy '*'`], { encoding: "utf8" }).stdout;
}

/** Without ports, times, the token of the page and the folder of the authority. */
function masked(text: string): string {
  return text
    .replace(/(?<=127\.0\.0\.1:|\.localhost:|-p )\d+/g, "PORT")
    .replace(/(?<=\/#)[\w-]+/g, "TOKEN")
    .replace(/\/[^\s"]+(?=\/alb-web\/authority\.pem)/g, "")
    .replace(/\d+(?= ms )|\d+\.\d(?= s\.)/g, "N");
}

/** The shown parts are in the text, in their order. */
function expectParts(text: string, output: string): void {
  let from = 0;
  for (const part of parts(output)) {
    const at = text.indexOf(part, from);
    if (at < 0) expect(text.slice(from)).toContain(part);
    from = at + part.length;
  }
  expect(parts(output).length).toBeGreaterThan(0);
}

/** The parts that are shown whole, in their order. */
function parts(output: string): string[] {
  return output
    .split(/^ *…$\n?| …$\n?/m)
    .map((part) => part.replace(/^\n+|\n+$/g, ""))
    .filter((part) => part !== "");
}

test("the README shows an output for each of its three readers", () => {
  const ofReadme = [...SERVED, ...EXAMPLES].filter(({ page }) => page === "README.md");
  expect(ofReadme.map(({ command }) => command)).toEqual([
    "npm ci && npx alb-web serve",
    "node bundle/alb-web.js trace docs/examples/broken.json",
    "node bundle/alb-web.js review docs/examples/change.json",
  ]);
});

test.each(EXAMPLES)("$page: $command", ({ command, output }) => {
  expectParts(printed(command), output);
});

test.each(SERVED)("$page: $command", async ({ command, output }) => {
  const { text } = await served(command.replace("npm ci && ", "").split(" ").slice(3));
  expectParts(masked(text), masked(output));
});

test("docs/reference/serve.md shows the log of its curl lines", async () => {
  const logs = [...SERVE_PAGE.matchAll(/```\n(GET [^]*?)```/g)].map(([, log]) => log);
  const sources = [[], ["docs/examples/broken.json"]];
  expect(logs).toHaveLength(sources.length);
  for (const [at, source] of sources.entries()) {
    const { log } = await served(source, (text) => curl(text, /^ {2}(curl -L .*)$/m));
    // The first to pass its health check receives the request.
    const ofAny = (text = "") => masked(text).replace(/instance-\d_[\dA-F]{8}/g, "instance");
    expect(ofAny(log)).toBe(ofAny(logs[at]));
  }
});

test("docs/reference/serve.md shows what serve prints for programs", async () => {
  const [, shown = ""] = /```json\n([^]*?)```/.exec(SERVE_PAGE) ?? [];
  const { text } = await served(["docs/examples/broken.json", "--format", "json"]);
  expect(JSON.parse(masked(text))).toEqual(JSON.parse(masked(shown)));
});

test("docs/reference/serve.md shows the response to a request that is not modeled", async () => {
  const [, shown = ""] = /```\n(HTTP\/2 501[^]*?)```/.exec(SERVE_PAGE) ?? [];
  const file = join(folder, "sign-in.json");
  writeFileSync(file, JSON.stringify(NOT_MODELED.find(({ name }) => name.startsWith("sign-in with OIDC"))?.file));
  let response = "";
  await served([file], (text) => {
    response = curl(text, /^ {2}(curl -L .* https:\/\/www\.example\.com\/)$/m, "admin/ -i");
  });
  expectParts(response.replace(/\r/g, ""), shown);
});

test("the example's plans are those of its configuration", () => {
  const { variables, configuration } = JSON.parse(
    readFileSync(join(PROJECT, "docs", "examples", "broken.json"), "utf8"),
  ) as { variables: Record<string, { value: unknown }>; configuration: { root_module: { resources: object[] } } };
  const blocks = readFileSync(join(PROJECT, "docs", "examples", "main.tf"), "utf8").match(/^(resource|data) /gm) ?? [];
  expect(variables.app_port?.value).toBe("8080");
  expect(configuration.root_module.resources).toHaveLength(blocks.length);
});
