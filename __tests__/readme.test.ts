import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "./support/rehearsal-room";

/* What a newcomer reads and follows names only what is there. */

const text = (file: string) => readFileSync(join(PROJECT, file), "utf8");
const README = text("README.md");
const SCRIPTS = Object.keys((JSON.parse(text("package.json")) as { scripts: object }).scripts);
const PAGES = ["README.md", "help", ".github/workflows/pull-request.yml", ".github/workflows/keep-plan.yml", ".github/workflows/deploy.yml"];
/** npm's own names for scripts that are run without `run`. */
const SHORT = ["test"];

test.each(PAGES)("%s names scripts that package.json has", (page) => {
  const named = [...text(page).matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = ""]) => name);
  expect(named.filter((name) => !SCRIPTS.includes(name))).toEqual([]);
});

test("help names every script", () => {
  expect(SCRIPTS.filter((name) => !SHORT.includes(name) && !new RegExp(`\\b${name}\\b`).test(text("help")))).toEqual(["test:rest", "types"]); // parts of npm test and test:all
});

test("every link within README.md leads to a heading", () => {
  const headings = README.replace(/```[^]*?```/g, "").match(/^#+ .*$/gm) ?? [];
  const anchors = headings.map((line) => line.replace(/^#+ /, "").toLowerCase().replace(/[^\w\s-]/g, "").replace(/ /g, "-"));
  const links = [...README.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = ""]) => anchor);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
});

test("every file that README.md names is there", () => {
  const files = [...README.matchAll(/`((?:cli|constructs|rehearsal|__tests__)\/[\w./-]+)`/g)].map(([, file = ""]) => file);
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
});

test("README.md and the prompts of commands speak of the same sections", () => {
  const sources = ["cli/terraform-faults.ts", ".github/workflows/pull-request.yml", ".github/workflows/deploy.yml"].map(text).join("\n");
  const named = [...sources.matchAll(/README(?:\.md)? says under ["']([^"']+)["']/g)].map(([, section = ""]) => section);
  expect(named).toEqual(expect.arrayContaining(["Moving the state", "Pull requests on GitHub", "Immutable subject claims"]));
  expect(named.filter((section) => !new RegExp(`^#+ ${section}$`, "m").test(README))).toEqual([]);
});
