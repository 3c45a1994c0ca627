import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesize } from "../../../cli/project/synthesize";
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
/** Commands of ours on files that are here, or that synthesis writes. */
const SHOWN =
  /^ *```sh\n *((?:npm ci && npx cdktf synth && )?(?:node bundle\/alb-web\.js|npx alb-web) (?:trace|review|explain) [^\n]+)\n *```\n\n(?: *```\w*\n([^]*?)\n *```$|((?:>.*\n)+))/gm;

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

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-pages-"));
  await synthesize(PROJECT, join(folder, "cdktf.out"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a person sees of the command, started in this checkout. */
function printed(command: string): string {
  const [program = "", ...args] = command.replace("npm ci && npx cdktf synth && ", "").split(" ");
  const file = program === "node" ? (args.shift() ?? "") : "cli/alb-web.js";
  const given = program === "npx" ? args.slice(1) : args;
  const cwd = given.some((arg) => arg.startsWith("cdktf.out/")) ? folder : PROJECT;
  return spawnSync(process.execPath, [join(PROJECT, file), ...given], { cwd, encoding: "utf8" }).stdout;
}

/** The parts that are shown whole, in their order. */
function parts(output: string): string[] {
  return output
    .split(/^ *…$\n?| …$\n?/m)
    .map((part) => part.replace(/^\n+|\n+$/g, ""))
    .filter((part) => part !== "");
}

test("the README shows an output for each of its three readers", () => {
  expect(EXAMPLES.filter(({ page }) => page === "README.md").map(({ command }) => command)).toEqual([
    "npm ci && npx cdktf synth && npx alb-web trace cdktf.out/stacks/web/cdk.tf.json",
    "node bundle/alb-web.js trace docs/examples/broken.json",
    "node bundle/alb-web.js review docs/examples/change.json",
  ]);
});

test.each(EXAMPLES)("$page: $command", ({ command, output }) => {
  const text = printed(command);
  let from = 0;
  for (const part of parts(output)) {
    const at = text.indexOf(part, from);
    if (at < 0) expect(text.slice(from)).toContain(part);
    from = at + part.length;
  }
  expect(parts(output).length).toBeGreaterThan(0);
});

test("the example's plans are those of its configuration", () => {
  const { variables, configuration } = JSON.parse(
    readFileSync(join(PROJECT, "docs", "examples", "broken.json"), "utf8"),
  ) as { variables: Record<string, { value: unknown }>; configuration: { root_module: { resources: object[] } } };
  const blocks = readFileSync(join(PROJECT, "docs", "examples", "main.tf"), "utf8").match(/^(resource|data) /gm) ?? [];
  expect(variables.app_port?.value).toBe("8080");
  expect(configuration.root_module.resources).toHaveLength(blocks.length);
});
