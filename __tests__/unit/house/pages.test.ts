import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ROLES, type RoleKind } from "../../../cli/bootstrap/bootstrap-names";
import { committedPolicy } from "../../../cli/bootstrap/policies";
import { loaded } from "../../../cli/reference/commands-page";
import { reviewsAsMarkdown } from "../../../cli/reviewing/markdown";
import { review } from "../../../path/review/review";
import { actionsOf, refusedBy } from "../../support/iam-policy";
import {
  anchorsOf,
  blocksOf,
  brokenLinks,
  commandsShownIn,
  filesBelow,
  headingsOf,
  inlineCodeOf,
  isThere,
  linksOf,
  type Page,
  pageOf,
  proseOf,
} from "../../support/pages";
import { PROJECT } from "../../support/project";
import { planOf, replaced } from "../../support/standing-site";
import { synthOf } from "../../support/synth";

/* What a person reads and follows names only what is there. */

const text = (file: string) => readFileSync(join(PROJECT, file), "utf8");
const SCRIPTS = Object.keys((JSON.parse(text("package.json")) as { scripts: object }).scripts);
const COMMANDS = filesBelow("cli/commands", /\.ts$/).map((file) => basename(file, ".ts"));
const README = pageOf("README.md");
const KOREAN = pageOf("README.ko.md");
const DOCS = filesBelow("docs", /\.md$/);
const PAGES = ["README.md", KOREAN.path, "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", ...DOCS].map(
  (path): [string, Page] => [path, pageOf(path)],
);
/** What is read as well, and is not Markdown. */
const OTHERS = ["help", "action.yml", ...filesBelow(".github", /\.yml$/)];
/** npm's own names for scripts that are run without `run`. */
const SHORT = ["test"];
/** Rooms, whose files pages name; a page may name a file that is the reader's to write. */
const ROOMS = /^(?:cli|constructs|machine|rehearsal|path|topology|bench|bundle|docs|__tests__|\.github|\.ci)\//;
const YOURS = [".github/CODEOWNERS", ".github/workflows/plan.yml", "docs/guides/proofs/"];

test("there are pages of each kind", () => {
  for (const folder of ["docs/guides", "docs/reference", "docs/explanation", "docs/rules"])
    expect([folder, DOCS.filter((path) => path.startsWith(folder)).length > 1]).toEqual([folder, true]);
});

describe.each(PAGES)("%s", (path, page) => {
  test("links to files and headings that are there", () => {
    expect(brokenLinks(page)).toEqual([]);
  });

  test("names scripts that package.json has", () => {
    expect(scriptsIn(page.text)).toEqual([]);
  });

  test("shows commands that alb-web has, with options that they have", () => {
    expect(commandsShownIn(page).flatMap(unknownIn)).toEqual([]);
  });

  test("names paths that are there", () => {
    const isPath = path === "CONTRIBUTING.md" ? /^[\w.-]+\/[\w./-]*$/ : ROOMS;
    const named = inlineCodeOf(page).filter((it) => isPath.test(it) && /^[\w./-]+$/.test(it));
    expect(named.filter((it) => !isThere(it) && !it.includes("P99") && !YOURS.includes(it))).toEqual([]);
  });
});

test.each(OTHERS)("%s names scripts and commands that are there", (path) => {
  const said = text(path);
  expect(scriptsIn(said)).toEqual([]);
  const named = [...said.matchAll(/npx alb-web ([a-z][\w-]*)/g)].map(([, name = ""]) => name);
  expect(named.filter((name) => !COMMANDS.includes(name))).toEqual([]);
});

test("help names every command of alb-web", () => {
  expect(COMMANDS.filter((name) => !new RegExp(`\\b${name}\\b`).test(text("help")))).toEqual([]);
});

test("help names every script", () => {
  expect(SCRIPTS.filter((name) => !SHORT.includes(name) && !new RegExp(`\\b${name}\\b`).test(text("help")))).toEqual([
    "test:rest",
    "types",
  ]); // parts of npm test and test:all
});

test("CONTRIBUTING.md names many paths", () => {
  const named = inlineCodeOf(pageOf("CONTRIBUTING.md")).filter((it) => /^[\w.-]+\/[\w./-]*$/.test(it));
  expect(named.length).toBeGreaterThan(30);
});

test("README.md has at most 200 lines", () => {
  expect(README.text.trimEnd().split("\n").length).toBeLessThanOrEqual(200);
});

/* The Korean README is a translation of README.md: the same sections, and the same commands and programs. */
describe("README.ko.md", () => {
  test("has the headings' count and the code blocks of README.md", () => {
    expect(headingsOf(KOREAN).map(({ level }) => level)).toEqual(headingsOf(README).map(({ level }) => level));
    const codeOf = (page: Page) => blocksOf(page).map((it) => [it.language, withoutComments(it.text)]);
    expect(codeOf(KOREAN)).toEqual(codeOf(README));
  });
});

describe("docs/README.md", () => {
  const index = pageOf("docs/README.md");

  test("links to every page of docs/", () => {
    const linked = new Set(linksOf(index).map(({ path }) => path));
    const pages = DOCS.filter((path) => path !== index.path && !/^docs\/rules\/P\d+\.md$/.test(path));
    expect(pages.filter((path) => !linked.has(path))).toEqual([]);
  });

  test("says of each page how long it takes", () => {
    const rows = index.text.split("\n").filter((line) => /^\| .*\]\(/.test(line));
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter((row) => !/\b(second|minute|hour|day)s?\b/.test(row))).toEqual([]);
  });
});

test("docs/rules/README.md links to every rule's page", () => {
  const linked = new Set(linksOf(pageOf("docs/rules/README.md")).map(({ path }) => path));
  expect(DOCS.filter((path) => /^docs\/rules\/P\d+\.md$/.test(path) && !linked.has(path))).toEqual([]);
});

/** The rules' pages and the table of their symptoms are looked up, not read. */
const READ = DOCS.filter((path) => !/^docs\/(rules\/|troubleshooting\.md)/.test(path));

test.each(READ)("%s begins with what it is for, and how long it takes", (path) => {
  const [, beginning = ""] = /^# [^\n]+\n([^]*?)(?:^#|$(?![^]))/m.exec(proseOf(pageOf(path))) ?? [];
  expect(beginning).toMatch(/\b(second|minute|hour|day)s?\b/);
});

describe("sentences of the code", () => {
  const sources = [
    ...["cli", "constructs", "machine", "path", "rehearsal", "topology"].flatMap((room) =>
      filesBelow(room, /\.(ts|js|py)$/),
    ),
    ...OTHERS,
    "main.ts",
  ]
    .map(text)
    .join("\n")
    // A sentence that is too long for a line stands in parts; a comment has asterisks or hashes.
    .replace(/["'`] \+\s+["'`]/g, "")
    .replace(/\n\s*(?:\*|#|\/\/) /g, " ");

  test("name pages and headings that are there", () => {
    const named = [...sources.matchAll(/(?<![\w/])docs\/([\w/-]+\.md)(?:#([\w-]+))?/g)].map(
      ([, path = "", anchor]) => ({ path: `docs/${path}`, anchor }),
    );
    expect(named.length).toBeGreaterThan(5);
    expect(
      named.filter(
        ({ path, anchor }) => !isThere(path) || (anchor !== undefined && !anchorsOf(pageOf(path)).includes(anchor)),
      ),
    ).toEqual([]);
  });

  test("name sections that are there, of docs/ and of README.md", () => {
    const ofDocs = [
      ...[...sources.matchAll(/(["'])((?:(?!\1)[^\n])+)\1 (?:in|of) (docs\/[\w/-]+\.md)/g)].map(([, , title, path]) => [
        path,
        title,
      ]),
      ...[...sources.matchAll(/(docs\/[\w/-]+\.md)(?: \w+ under|:|,) (["'])((?:(?!\2)[^\n])+)\2/g)].map(
        ([, path, , title]) => [path, title],
      ),
    ];
    const ofReadme = [
      ...sources.matchAll(/README(?:\.md)?(?: \w+ under|:) (["'])((?:(?!\1)[^\n])+)\1/g),
      ...sources.matchAll(/README:( )([A-Z][\w' ]+)/g),
    ].map(([, , title]) => ["README.md", title]);
    const titlesOf = (path: string) => headingsOf(pageOf(path)).map(({ title }) => title);
    expect([...ofDocs, ...ofReadme].filter(([path = "", title = ""]) => !titlesOf(path).includes(title))).toEqual([]);
  });

  test("name quotas by the codes that the page on the first deploy has", () => {
    const codes = [...new Set(sources.match(/\bL-[0-9A-F]{8}\b/g))];
    const { text: page } = pageOf("docs/guides/before-the-first-deploy.md");
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.filter((code) => !page.includes(code))).toEqual([]);
  });
});

test("docs/reference/review.md shows what is printed", () => {
  const plan = planOf({
    "aws_instance.a": replaced("ami", { ami: "ami-2" }),
    "aws_instance.b": replaced("ami", { ami: "ami-2" }),
  });
  // As GitHub shows it.
  const plain = (text: string) =>
    text
      .replace(/[`*\\]/g, "")
      .replace(/\s+/g, " ")
      .trim();
  const printed = plain(reviewsAsMarkdown([{ name: "plan.json", review: review(plan) }]));
  const [, sample = ""] = /^## Output\n[^]*?```\n([^]*?)```/m.exec(pageOf("docs/reference/review.md").text) ?? [];
  const parts = sample
    .split(/\n\n|…/)
    .map(plain)
    .filter((part) => part !== "");
  expect(parts.length).toBeGreaterThan(3);
  expect(parts.filter((part) => !printed.includes(part))).toEqual([]);
});

/* Figures that pages state and the code holds. */
describe("docs/reference/cost.md", () => {
  const { text: page } = pageOf("docs/reference/cost.md");
  const rows = [...page.matchAll(/^\| (.+?) \| (.+?) \| ([\d.]+) USD \|$/gm)].map(
    ([, what = "", price = "", month]) => ({
      what,
      price,
      month: Number(month),
    }),
  );
  const byDefault = rows.filter(({ what }) => !/\bif\b/.test(what));

  test("has rows whose months are their prices", () => {
    expect(rows.length).toBeGreaterThan(5);
    for (const { what, price, month } of rows) {
      const count = Number(/^(\d+) ×/.exec(price)?.[1] ?? /^(\d+) ×/.exec(what)?.[1] ?? 1);
      const [first = "", second = "0"] = price.match(/\d+\.\d+/g) ?? [];
      const unit = /^\d+ × \(/.test(price) ? Number(first) + Number(second) : Number(first);
      const times = price.includes("an hour") ? 730 : price.includes("GiB") ? 8 : 1;
      expect([what, Math.round(count * unit * times * 100) / 100]).toEqual([what, month]);
    }
  });

  test("adds up to what it says in all", () => {
    const total = byDefault.reduce((sum, { month }) => sum + month, 0);
    expect(page).toContain(`${total.toFixed(2)} USD`);
    expect(page).toContain(`about ${Math.round(total)} USD a month`);
  });

  test("counts the resources of the default stack", () => {
    const { resource = {} } = synthOf({ domainName: "www.example.com" });
    const count = Object.values(resource).flatMap((named) => Object.keys(named)).length;
    expect(page).toContain(`${count} resources`);
  });
});

test("docs/explanation/comparison.md and security.md state the same figures of checkov", () => {
  const figures = /(\d+) checks\b[^.]*?\bfails (\d+)/;
  const [, passed, failed] = figures.exec(pageOf("docs/explanation/security.md").text.replace(/\s+/g, " ")) ?? [];
  expect([passed, failed]).toEqual(["81", "6"]);
  expect(pageOf("docs/explanation/comparison.md").text.replace(/\s+/g, " ")).toMatch(figures);
  const there = figures.exec(pageOf("docs/explanation/comparison.md").text.replace(/\s+/g, " ")) ?? [];
  expect(there.slice(1)).toEqual([passed, failed]);
});

/* What pages say of the roles, and what their policies say. The one cannot change without the other. */
describe("docs/reference/roles-and-policies.md says if, and only if, it is so", () => {
  const { text: page } = pageOf("docs/reference/roles-and-policies.md");
  const onlyReads = (kind: RoleKind) =>
    actionsOf(committedPolicy(kind)).every((action) => /:(Describe|Get|List)/.test(action));
  const may = (kind: RoleKind, action: string, resource = "*") =>
    refusedBy(kind, [{ action, resource, client: "terraform" }]).length === 0;
  const state = (key: string) => `arn:aws:s3:::acme-states/${key}`;
  const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

  test.each<[claim: string, isSo: boolean]>([
    [
      "every object in the state bucket except `bootstrap/` | nothing |",
      may("plan", "s3:GetObject", state("web/terraform.tfstate")) &&
        !may("plan", "s3:GetObject", state("bootstrap/terraform.tfstate")) &&
        onlyReads("plan"),
    ],
    ["with the user data of every instance in the account", may("plan", "ec2:DescribeInstanceAttribute")],
    ["read, all but the bootstrap's own state; write nothing |", onlyReads("plan")],
    [
      "adds records to `plans/` in the state bucket |",
      may("keep", "s3:PutObject", state("plans/7/a/b/web.json")) &&
        !may("keep", "s3:PutObject", state("web/terraform.tfstate")) &&
        !may("keep", "s3:DeleteObject", state("plans/7/a/b/web.json")),
    ],
    [
      "roles and instance profiles named `alb-web-*`, except the three roles here",
      may("deploy", "iam:CreateRole", role("alb-web-x")) &&
        !may("deploy", "iam:CreateRole", role("x")) &&
        Object.values(ROLES).every((name) => !may("deploy", "iam:DeleteRole", role(name))),
    ],
    [
      "every object in the state bucket except `bootstrap/`, `plans/` and `alb-web/` |",
      may("deploy", "s3:PutObject", state("web/terraform.tfstate")) &&
        ["bootstrap/x", "plans/x", "alb-web/x"].every((key) => !may("deploy", "s3:PutObject", state(key))),
    ],
  ])("%s", (claim, isSo) => {
    expect(page.includes(claim)).toBe(isSo);
  });
});

test("Availability Zones from a data source move no subnet, and can be pinned, as docs/explanation/security.md says", () => {
  const { text: page } = pageOf("docs/explanation/security.md");
  const zones = ({ data = {} }: ReturnType<typeof synthOf>) => "aws_availability_zones" in data;
  const byDefault = synthOf({ domainName: "www.example.com" });
  const subnets = Object.values(byDefault.resource?.aws_subnet ?? {});
  expect(page).toContain("CKV_AWS_394");
  expect(zones(byDefault)).toBe(true);
  expect(subnets.length).toBeGreaterThan(0);
  for (const { lifecycle } of subnets) expect(lifecycle).toEqual({ ignore_changes: ["availability_zone"] });
  expect(page).toContain('To pin them: `network: { zones: ["us-east-1a", "us-east-1b"] }`');
  expect(zones(synthOf({ domainName: "www.example.com", network: { zones: ["us-east-1a", "us-east-1b"] } }))).toBe(
    false,
  );
});

/** Scripts that a text runs and that are not there. */
function scriptsIn(said: string): string[] {
  const named = [...said.matchAll(/npm run (?:-s )?([a-z][\w:-]*)/g)].map(([, name = ""]) => name);
  return named.filter((name) => !SCRIPTS.includes(name));
}

/** What of a command line alb-web does not have. */
function unknownIn({ name, options }: { name: string; options: readonly string[] }): string[] {
  if (!COMMANDS.includes(name)) return [`alb-web ${name}`];
  const known = new Set(["--help", ...loaded(name).options.map(({ long }) => long)]);
  return options.filter((option) => !known.has(option)).map((option) => `alb-web ${name} ${option}`);
}

/** Code without what it says to a reader: `# …`, `// …`. */
function withoutComments(code: string): string {
  return code
    .split("\n")
    .map((line) => line.replace(/(^|\s)(#|\/\/)\s.*$/, "").trimEnd())
    .filter((line) => line !== "")
    .join("\n");
}
