import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { reviewsAsMarkdown } from "../../../cli/reviewing/markdown";
import { reportAsText } from "../../../cli/tracing/text";
import { review } from "../../../path/review/review";
import { trace } from "../../../path/trace/trace";
import { PROJECT } from "../../support/project";
import { planOf } from "../../support/standing-site";
import { synthOf } from "../../support/synth";

/* What the guides quote of the commands' output and errors is what the commands print. */

const GUIDES = [
  "before-the-first-deploy",
  "cdktf-project",
  "changing-a-live-site",
  "domain-bought-elsewhere",
  "existing-vpc",
  "first-deploy",
  "plain-terraform",
  "rehearsal",
  "without-internet",
];
/** Errors of AWS, terraform and browsers that no source of this project has. */
const FOREIGN = [
  "DNS_PROBE_FINISHED_NXDOMAIN",
  "Failed to query available provider packages",
  "InvalidChangeBatch",
  "InvalidPropsError:",
  "OperationNotPermitted",
  "does not exist. The referenced S3 bucket must have been previously created.",
];
/** What the sources insert into an error: props, values and names. */
const VALUES = new RegExp(
  [
    /…|"acme-states"|subnet-…|vpc-…|\(got .*?\)|^[\w.]+ (?=must )|1 error in main\.ts; |^npx .*/,
    /hashicorp\/aws 5\.100\.0|linux_amd64|Provider aws(?= does)|Python 3\.10|rehearsal\/requirements\.txt/,
    /'terraform' on PATH is missing, and|TF_CLI_CONFIG_FILE(?= is)|https:.*|pull-requests: write|the package index cannot be reached/,
  ]
    .map(({ source }) => source)
    .join("|"),
);
const text = (path: string) => readFileSync(join(PROJECT, path), "utf8");
const guide = (name: string) => text(`docs/guides/${name}.md`);

const SOURCES = ["constructs", "machine", "cli", "rehearsal", "path"]
  .flatMap((room) =>
    readdirSync(join(PROJECT, room), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => text(join(room, file))),
  )
  .join("\n")
  // A sentence that is too long for a line stands in parts.
  .replace(/["`] \+\s+["`]/g, "");

describe.each(GUIDES)("%s", (name) => {
  const cells = [...guide(name).matchAll(/^\| Error \|.*\n\|.*\n((?:\|.*\n)+)/gm)].flatMap(([, rows = ""]) =>
    rows.split("\n").map((row) => row.split(" | ")[0] ?? ""),
  );
  const quoted = cells
    .flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, it = ""]) => it))
    .flatMap((it) => it.split(VALUES))
    .map((it) => it.trim())
    .filter((it) => it.includes(" ") || /[a-z][A-Z]/.test(it));

  test("quotes errors as they are printed", () => {
    const known = (it: string) => SOURCES.includes(it) || FOREIGN.includes(it);
    expect(quoted.filter((it) => !known(it))).toEqual([]);
  });
});

test("first-deploy shows how invalid props are refused", () => {
  const [, shown = ""] = /```\n(\d errors? in main\.ts[^]*?)\n```/.exec(guide("first-deploy")) ?? [];
  expect(() =>
    synthOf({ domainName: "www.example.com", instances: { count: 0 }, healthCheck: { timeoutSec: 15 } }),
  ).toThrow(expect.objectContaining({ message: shown }));
});

describe("plain-terraform shows what is printed", () => {
  const plan = planOf({ "aws_vpc_security_group_ingress_rule.web": { set: { from_port: 8080, to_port: 8080 } } });
  const shown = (command: string) => {
    const [, indent = "", block = ""] =
      new RegExp(`^( *)<!-- ${command} -->\\n *\`\`\`\\n([^]*?)\\n *\`\`\`\\n`, "m").exec(guide("plain-terraform")) ??
      [];
    return block.split("\n").map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
  };

  test.each([
    ["review plan.json", () => reviewsAsMarkdown([{ name: "plan.json", review: review(plan) }])],
    ["trace plan.json", () => reportAsText(trace(plan), { source: "plan.json" })],
  ])("by %s", (command, print) => {
    const lines = shown(command).filter((line) => !["", "…"].includes(line.trim()));
    const printed = new Set(print().split("\n"));
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.filter((line) => !printed.has(line))).toEqual([]);
  });
});
