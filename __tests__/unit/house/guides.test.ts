import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transform } from "sucrase";
import { trace } from "../../../path/trace/trace";
import { PROJECT } from "../../support/project";
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
  "your-app",
];
/** Errors of AWS, terraform and browsers that no source of this project has. */
const FOREIGN = [
  "An error occurred (403) when calling the HeadObject operation: Forbidden",
  "DNS_PROBE_FINISHED_NXDOMAIN",
  "Failed to query available provider packages",
  "InvalidChangeBatch",
  "InvalidPropsError:",
  "OperationNotPermitted",
  "TargetNotConnected",
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

test("your-app shows a stack that synthesizes", () => {
  const [, shown = ""] = /^ *```ts\n([^]*?)\n *```$/m.exec(guide("your-app")) ?? [];
  const { code } = transform(shown.replace(/^ {3}/gm, ""), { transforms: ["typescript", "imports"] });
  const outdir = mkdtempSync(join(tmpdir(), "alb-web-guide-"));
  const { CDKTF_OUTDIR } = process.env;
  process.env.CDKTF_OUTDIR = outdir;
  const modules = (name: string) => require(name.replace(/^\.(?=\/)/, PROJECT));
  try {
    new Function("require", "exports", code)(modules, {});
    const file = readFileSync(join(outdir, "stacks", "web", "cdk.tf.json"), "utf8");
    const { verdict, findings } = trace(JSON.parse(file));
    expect({ verdict, findings }).toEqual({ verdict: "ok", findings: [] });
    expect(file).toContain("\\nsystemctl enable --now app\\n");
  } finally {
    if (CDKTF_OUTDIR === undefined) delete process.env.CDKTF_OUTDIR;
    else process.env.CDKTF_OUTDIR = CDKTF_OUTDIR;
    rmSync(outdir, { recursive: true });
  }
});
