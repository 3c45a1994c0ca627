import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ROLES, type RoleKind } from "../../../cli/bootstrap/bootstrap-names";
import { committedPolicy } from "../../../cli/bootstrap/policies";
import { actionsOf, refusedBy } from "../../support/iam-policy";
import { PROJECT } from "../../support/project";
import { synthOf } from "../../support/synth";

/* What a newcomer reads and follows names only what is there. */

const text = (file: string) => readFileSync(join(PROJECT, file), "utf8");
const README = text("README.md");
const SCRIPTS = Object.keys((JSON.parse(text("package.json")) as { scripts: object }).scripts);
const COMMANDS = readdirSync(join(PROJECT, "cli", "commands")).map((file) => basename(file, ".ts"));
const PAGES = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/before-the-first-deploy.md",
  "docs/permissions.md",
  "docs/prove.md",
  "docs/what-aws-checks.md",
  "help",
  ".github/workflows/pull-request.yml",
  ".github/workflows/keep-plan.yml",
  ".github/workflows/deploy.yml",
];
const HEADINGS = README.replace(/```[^]*?```/g, "").match(/^#+ .*$/gm) ?? [];
const ANCHORS = HEADINGS.map((line) =>
  line
    .replace(/^#+ /, "")
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .replace(/ /g, "-"),
);
/** npm's own names for scripts that are run without `run`. */
const SHORT = ["test"];

test.each(PAGES)("%s names scripts that package.json has", (page) => {
  const named = [...text(page).matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = ""]) => name);
  expect(named.filter((name) => !SCRIPTS.includes(name))).toEqual([]);
});

test.each(PAGES)("%s names commands that alb-web has", (page) => {
  const named = [...text(page).matchAll(/npx alb-web ([a-z][\w-]*)/g)].map(([, name = ""]) => name);
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

test("every path that CONTRIBUTING.md names is there", () => {
  const named = [...text("CONTRIBUTING.md").matchAll(/`([\w.-]+\/[\w./-]*)`/g)].map(([, path = ""]) => path);
  expect(named.length).toBeGreaterThan(30);
  const roots = [""].map((root) => join(PROJECT, root));
  expect(named.filter((path) => !path.includes("P99") && !roots.some((root) => existsSync(join(root, path))))).toEqual(
    [],
  );
});

test("every link within README.md leads to a heading", () => {
  const links = [...README.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor = ""]) => anchor);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((anchor) => !ANCHORS.includes(anchor))).toEqual([]);
});

test("every file that README.md names is there", () => {
  const files = [...README.matchAll(/`((?:cli|constructs|machine|rehearsal|__tests__)\/[\w./-]+)`/g)].map(
    ([, file = ""]) => file,
  );
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !existsSync(join(PROJECT, file)))).toEqual([]);
});

test("every link of README.md to a page in docs/, and within such a page, leads to a heading", () => {
  const anchorsOf = (page: string) =>
    (
      text(page)
        .replace(/```[^]*?```/g, "")
        .match(/^#+ .*$/gm) ?? []
    ).map((line) =>
      line
        .replace(/^#+ /, "")
        .toLowerCase()
        .replace(/[^\w\s-]/g, "")
        .replace(/ /g, "-"),
    );
  const links = [...README.matchAll(/\]\((docs\/[\w-]+\.md)(?:#([^)]+))?\)/g)].map(([, page = "", anchor]) => ({
    page,
    anchor,
  }));
  expect(links.length).toBeGreaterThan(0);
  const within = [...new Set(links.map(({ page }) => page))].flatMap((page) =>
    [...text(page).matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => ({ page, anchor })),
  );
  expect(
    [...links, ...within].filter(({ page, anchor }) => anchor !== undefined && !anchorsOf(page).includes(anchor)),
  ).toEqual([]);
});

test("the page on the first deploy has the sections and the quotas' codes that sentences name", () => {
  const page = text("docs/guides/before-the-first-deploy.md");
  const sentences = [
    "machine/terraform/errors/name-errors.ts",
    "machine/terraform/errors/quota-errors.ts",
    "constructs/props/quota-warning.ts",
  ]
    .map(text)
    .join("\n")
    // A sentence that is too long for a line stands in parts.
    .replace(/["`] \+\s+["`]/g, "");
  const named = [...sentences.matchAll(/"([^"]+)" in docs\/guides\/before-the-first-deploy\.md/g)].map(
    ([, section = ""]) => section,
  );
  expect(named).toEqual(["Moving a name that is in use"]);
  expect(named.filter((section) => !new RegExp(`^#+ ${section}$`, "m").test(page))).toEqual([]);
  const codes = [...new Set(sentences.match(/L-[0-9A-F]{8}/g))];
  expect(codes.length).toBeGreaterThan(0);
  expect(codes.filter((code) => !page.includes(code))).toEqual([]);
});

test("every link of SECURITY.md to README.md leads to a heading", () => {
  const links = [...text("SECURITY.md").matchAll(/\]\(README\.md#([^)]+)\)/g)].map(([, anchor = ""]) => anchor);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((anchor) => !ANCHORS.includes(anchor))).toEqual([]);
});

test("every page of docs/ that sentences and comments of the code name is there, with the section that they name", () => {
  const sources = ["constructs", "machine", "rehearsal", "cli", "path", "topology", ".github/workflows"]
    .flatMap((room) =>
      readdirSync(join(PROJECT, room), { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(ts|py|yml)$/.test(file))
        .map((file) => text(join(room, file))),
    )
    .join("\n")
    // A sentence that is too long for a line is in parts.
    .replace(/["'`] \+\s+["'`]/g, "");
  const pages = [...new Set(sources.match(/docs\/(?:guides|reference|explanation)\/[\w-]+\.md/g))];
  expect(pages).toEqual(
    expect.arrayContaining(["docs/guides/moving-state.md", "docs/guides/domain-bought-elsewhere.md"]),
  );
  expect(pages.filter((page) => !existsSync(join(PROJECT, page)))).toEqual([]);
  const sections = [
    ...sources.matchAll(/(docs\/(?:guides|reference|explanation)\/[\w-]+\.md) \w+ under ["']([^"']+)["']/g),
  ].map(([, page = "", section = ""]) => ({ page, section }));
  expect(sections).toContainEqual({
    page: "docs/reference/roles-and-policies.md",
    section: "Immutable subject claims",
  });
  expect(sections.filter(({ page, section }) => !new RegExp(`^#+ ${section}$`, "m").test(text(page)))).toEqual([]);
});

/* What README.md says of the roles, and what their policies say. The one cannot change without the other. */
describe("README.md says if, and only if, it is so", () => {
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
    expect(README.includes(claim)).toBe(isSo);
  });

  test("availability zones by data source move no subnet, and can be pinned", () => {
    const zones = ({ data = {} }: ReturnType<typeof synthOf>) => "aws_availability_zones" in data;
    const byDefault = synthOf({ domainName: "www.example.com" });
    const subnets = Object.values(byDefault.resource?.aws_subnet ?? {});
    expect(README).toContain("CKV_AWS_394");
    expect(zones(byDefault)).toBe(true);
    expect(subnets.length).toBeGreaterThan(0);
    for (const { lifecycle } of subnets) expect(lifecycle).toEqual({ ignore_changes: ["availability_zone"] });
    expect(README).toContain('To pin them: `network: { zones: ["us-east-1a", "us-east-1b"] }`');
    expect(zones(synthOf({ domainName: "www.example.com", network: { zones: ["us-east-1a", "us-east-1b"] } }))).toBe(
      false,
    );
  });
});
