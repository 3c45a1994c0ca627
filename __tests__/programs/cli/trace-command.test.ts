import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync, gzipSync } from "node:zlib";
import type { TraceReport } from "../../../path/report";
import { PROJECT } from "../../support/project";
import { closeInstances, writeApp } from "../../support/synth";

/* `trace` as a person runs it. */

jest.setTimeout(60_000);

const COMMAND = [join(PROJECT, "cli", "alb-web.js"), "trace"];

let folder: string;
/** A correct stack of ours. */
let good: string;
/** The same, with a group that takes requests on a port that nobody sends to. */
let bad: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-trace-"));
  writeApp(folder, { web: { domainName: "www.example.com" } });
  good = join(folder, "stacks", "web", "cdk.tf.json");
  bad = join(folder, "bad.tf.json");
  const stack = JSON.parse(readFileSync(good, "utf8")) as {
    resource: Record<string, Record<string, Record<string, unknown>>>;
  };
  for (const rule of Object.values(stack.resource.aws_vpc_security_group_ingress_rule ?? {})) {
    if (rule.referenced_security_group_id !== undefined) Object.assign(rule, { from_port: 8080, to_port: 8080 });
  }
  writeFileSync(bad, JSON.stringify(stack));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs in the test's folder. */
function traced(args: readonly string[], input?: string | Buffer): { code: number | null; out: string; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...COMMAND, ...args], {
    cwd: folder,
    input,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return { code: status, out: stdout, said: stderr };
}

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(folder, name), content);
  return name;
}

describe("the exit code", () => {
  test("is 0 for a path that is well, and everything is on standard output", () => {
    const { code, out, said } = traced([good]);
    expect([code, said]).toEqual([0, ""]);
    expect(out).toMatch(/^✔ ok {7}.*cdk\.tf\.json: /);
  });

  test("is 1 for a broken one, with what is wrong", () => {
    const { code, out, said } = traced([bad]);
    expect([code, said]).toEqual([1, ""]);
    expect(out).toMatch(/^✖ broken {3}.*bad\.tf\.json: 1 error/);
    expect(out).toMatch(/^✖ P33 {2}target: /m);
  });

  test("is 3 where the file does not say", () => {
    const { code, out } = traced([
      file(
        "nothing.json",
        JSON.stringify({ terraform: {}, resource: { aws_vpc: { main: { cidr_block: "10.0.0.0/16" } } } }),
      ),
    ]);
    expect(code).toBe(3);
    expect(out).toMatch(/^\? unknown {2}nothing\.json: /);
  });

  test.each<[string, readonly string[], RegExp]>([
    ["no file", [], /missing required argument 'file'/],
    ["two files", ["a", "b"], /too many arguments/],
    [
      "an unknown format",
      ["plan.json", "--format", "yaml"],
      /^--format must be text, json, markdown or sarif \(got yaml\)$/,
    ],
    [
      "a name instead of an address",
      ["plan.json", "--url", "www.example.com"],
      /^--url must be a complete URL with http or https, such as .* \(got www\.example\.com\)$/,
    ],
    [
      "another scheme",
      ["plan.json", "--url", "ftp://www.example.com"],
      /^--url must be .* \(got ftp:\/\/www\.example\.com\)$/,
    ],
    [
      "a place that cannot be written to",
      ["plan.json", "--out", "missing/report.md"],
      /^--out: cannot write missing\/report\.md: /,
    ],
  ])("is 2 for %s", (_, args, expected) => {
    const { code, out, said } = traced(args);
    expect([code, out]).toEqual([2, ""]);
    expect(said.trim()).toMatch(expected);
  });
});

describe("a file that cannot be traced is reported in one sentence, with what to do:", () => {
  const EXPECTED = "expected the output of `terraform show -json` for a plan or a state, or a cdk.tf.json";
  const zip = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), deflateRawSync("tfplan")]);
  const plan = JSON.stringify({ format_version: "1.2", resource_changes: [], configuration: {} });

  test.each<[what: string, content: string | Buffer | undefined, name: string, got: RegExp]>([
    ["a missing one", undefined, "missing.json", /got no file; there is no file with this name\.$/],
    ["a missing folder's", undefined, "missing/plan.json", /got no file; /],
    ["one below a file", undefined, "bad.tf.json/plan.json", /got no file; /],
    ["a folder", undefined, "stacks", /got a folder; pass a file in it, such as FOLDER\/plan\.json\.$/],
    ["an empty one", "", "empty.json", /got an empty file; check the output of the command that wrote it\.$/],
    ["blanks", " \n\n", "blank.json", /got an empty file; /],
    [
      "a saved plan",
      zip,
      "web.tfplan",
      /got a saved plan file; write it as JSON with `terraform show -json web\.tfplan > plan\.json`\.$/,
    ],
    ["gzip", gzipSync(plan), "plan.json.gz", /got a gzip archive; unpack it with `gunzip -c plan\.json\.gz`\.$/],
    [
      "a plan's log",
      '{"@level":"info","@message":"Terraform 1.11.4"}\n{"@level":"info","@message":"Plan: 1 to add"}\n',
      "log.json",
      /got the log of `terraform plan -json`; plan with `terraform plan -out=tfplan`, then write it with `terraform show -json tfplan > plan\.json`\.$/,
    ],
    [
      "one line of it",
      '{"@level":"info","@message":"Terraform 1.11.4"}\n',
      "log1.json",
      /got the log of `terraform plan -json`; /,
    ],
    [
      "a plan in words",
      "\nTerraform will perform the following actions:\n\n  # aws_lb.a will be created\n",
      "plan.txt",
      /got terraform's human-readable output; add -json: `terraform show -json tfplan > plan\.json`\.$/,
    ],
    [
      "the same with colours",
      "\u001b[0m\u001b[1mdata.aws_vpc.a: Reading...\u001b[0m\n\nTerraform used the selected providers",
      "plan.ansi",
      /got terraform's human-readable output; /,
    ],
    [
      "a state in words",
      '# aws_lb.a:\nresource "aws_lb" "a" {\n    arn = 1\n}\n',
      "state.txt",
      /got terraform's human-readable output; /,
    ],
    [
      "a .tf file",
      "# a comment\nlocals {\n}\n",
      "main.tf",
      /got a Terraform configuration; plan with `terraform plan -out=tfplan`, /,
    ],
    ["the same under another name", 'resource "aws_lb" "a" {\n}\n', "main.txt", /got a Terraform configuration; /],
    ["a plan that is cut off", plan.slice(0, 40), "cut.json", /got truncated JSON; /],
    ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]), "picture.png", /got invalid JSON; /],
    ["a page", "<html>", "page.html", /got invalid JSON; /],
  ])("%s", (_, content, name, got) => {
    if (content !== undefined) file(name, content);
    const { code, out, said } = traced([name]);
    expect([code, out]).toEqual([2, ""]);
    expect(said).toMatch(/^[^\n]+\n$/);
    expect(said.startsWith(`${name}: ${EXPECTED}, `)).toBe(true);
    expect(said.trim()).toMatch(got);
  });

  test.each<[what: string, content: unknown, got: RegExp]>([
    ["a text", "plan", /this is a string\.$/],
    ["a list", [], /this is a list\.$/],
    ["nothing", null, /this is null\.$/],
    ["a number", 1, /this is a number\.$/],
    ["another program's object", { name: "x", version: "1" }, /this is JSON with the keys "name", "version"\.$/],
    [
      "a state file itself",
      { version: 4, serial: 3, lineage: "x", resources: [] },
      /this is a raw state file: run `terraform show -json > state\.json` in its directory\.$/,
    ],
  ])("JSON that is %s", (_, content, got) => {
    const { code, out, said } = traced([file("other.json", JSON.stringify(content))]);
    expect([code, out]).toEqual([2, ""]);
    expect(said).toMatch(/^other\.json: expected the output of `terraform show -json`[^\n]+\n$/);
    expect(said.trim()).toMatch(got);
  });

  test("what stands in a file that is no JSON is not repeated, as it may be secret", () => {
    const { said } = traced([file("secret.json", '{"password": hunter2}')]);
    expect(said).toContain("secret.json");
    expect(said).not.toContain("hunter");
  });
});

test("what a stack accepts of several findings without an address is refused in a sentence", () => {
  writeApp(join(folder, "several"), { web: { domainName: "www.example.com" } });
  const file = join(folder, "several", "stacks", "web", "cdk.tf.json");
  const json = JSON.parse(readFileSync(file, "utf8")) as {
    resource: Record<string, Record<string, Record<string, unknown>>>;
    "//": { metadata: Record<string, unknown> };
  };
  for (const block of Object.values(json.resource.aws_lb_target_group_attachment ?? {})) block.port = 8080;
  json["//"].metadata.accepted = [{ finding: "P53", reason: "x" }];
  writeFileSync(file, JSON.stringify(json));
  const { code, out } = traced([file]);
  const [one = "", ...others] = Object.keys(json.resource.aws_lb_target_group_attachment ?? {}).map(
    (name) => `aws_lb_target_group_attachment.${name}`,
  );
  expect(others.length).toBeGreaterThan(0);
  expect([code, out.replace(/\s+/g, " ")]).toEqual([
    1,
    expect.stringContaining(
      `Not accepted ✖ accept must name one finding (got "P53", which is found at ` +
        `${[one, ...others].join(", ")}); add the address of each that you accept`,
    ),
  ]);
});

test("what a stack accepts stands in its file, where it is found", () => {
  writeApp(
    join(folder, "accepting"),
    {
      web: { domainName: "www.example.com", accept: [{ finding: "P33", reason: "a peered VPC's proxy asks on 8080" }] },
    },
    closeInstances,
  );
  const { code, out } = traced([join(folder, "accepting", "stacks", "web", "cdk.tf.json")]);
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(
      /1 accepted\s+finding[^]*^Accepted\n\n! P33 {2}target: .*\n {2}accepted {2}a peered VPC's proxy asks on 8080$/m,
    ),
  ]);
});

describe("it reads", () => {
  const json = () => readFileSync(good, "utf8");
  const asJson = (args: readonly string[], input?: string | Buffer) =>
    JSON.parse(traced([...args, "--format", "json"], input).out) as TraceReport;

  test("standard input for -", () => {
    expect(asJson(["-"], json())).toEqual(asJson([good]));
    expect(traced(["-"], json()).out).toMatch(/^✔ ok {7}standard input: /);
  });

  test("an empty standard input as an empty file", () => {
    expect(traced(["-"], "")).toMatchObject({
      code: 2,
      said: expect.stringMatching(/^standard input: expected .* got an empty file; /),
    });
  });

  test.each<[string, (text: string) => Buffer]>([
    ["UTF-8 with a mark at its beginning", (text) => Buffer.from(`\uFEFF${text}`)],
    ["UTF-16, as older PowerShells write it", (text) => Buffer.from(`\uFEFF${text}`, "utf16le")],
  ])("%s", (_, encode) => {
    expect(asJson([file("encoded.json", encode(json()))])).toEqual(asJson([good]));
  });
});

describe("it writes", () => {
  test("one object with the parts that programs rely on as JSON", () => {
    const report = JSON.parse(traced([bad, "--format", "json"]).out) as TraceReport;
    expect(Object.keys(report)).toEqual(
      expect.arrayContaining(["format_version", "verdict", "paths", "findings", "assumed"]),
    );
    expect(report).toMatchObject({ format_version: "1.0", verdict: "broken" });
    for (const { url, verdict, hops } of report.paths) {
      expect(url).toMatch(/^https?:\/\//);
      expect(["ok", "broken", "unknown"]).toContain(verdict);
      expect(hops.map(({ hop }) => hop)).toEqual(["dns", "tls", "listener", "target-group", "target"]);
    }
    const [finding] = report.findings;
    expect(Object.keys(finding ?? {})).toEqual(
      expect.arrayContaining([
        "id",
        "severity",
        "hop",
        "address",
        "attribute",
        "observed",
        "required",
        "symptom",
        "fix",
      ]),
    );
    expect(Object.keys(finding?.fix ?? {})).toEqual(expect.arrayContaining(["text", "props", "hcl"]));
  });

  test("Markdown", () => {
    const { code, out } = traced([bad, "--format", "markdown"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^### Path: ✖ broken\n/);
    expect(out).toMatch(/```mermaid\n%%.*\nflowchart TB\n/);
  });

  test("into the file that --out names, and nothing to standard output", () => {
    expect(traced([bad, "--out", "report.txt"])).toEqual({ code: 1, out: "", said: "" });
    expect(readFileSync(join(folder, "report.txt"), "utf8")).toBe(traced([bad]).out);
  });

  test("no colours where nobody sees them, whatever the environment asks for", () => {
    const { stdout } = spawnSync(process.execPath, [...COMMAND, bad], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, FORCE_COLOR: "1" },
    });
    expect(stdout).toContain("✖ broken");
    expect(stdout).not.toContain("\u001b");
  });

  test("to a reader that has seen enough without a word, and keeps the verdict's code", () => {
    mkdirSync(join(folder, "many"), { recursive: true });
    const line =
      `{ ${[process.execPath, ...COMMAND, bad, "--format", "json"].map((part) => `'${part}'`).join(" ")}; echo ` +
      `"code $?" >&2; } | true`;
    const { stderr } = spawnSync("sh", ["-c", line], { cwd: folder, encoding: "utf8" });
    expect(stderr).toBe("code 1\n");
  });

  test("only the address that --url names", () => {
    const { paths } = JSON.parse(
      traced([good, "--format", "json", "--url", "https://www.example.com/shop"]).out,
    ) as TraceReport;
    expect(paths.map(({ url }) => url)).toEqual(["https://www.example.com/shop"]);
  });
});

test.each(["text", "json", "markdown"])("no user data, which may be secret, stands in a report as %s", (format) => {
  const userData =
    "#!/bin/bash\nexport TOKEN=hunter2\ncurl https://hunter2@api.example.com/\necho 'return 301 " +
    "https://$host/hunter2' > /etc/nginx/conf.d/a.conf\nnginx -p 9999\ndocker run -p 9000:9000 hunter2/app\n";
  writeApp(
    join(folder, "secret"),
    { secret: { domainName: "www.example.com", server: { userData } } },
    (stack) => stack.node.findAll().length,
  );
  const { code, out } = traced([join("secret", "stacks", "secret", "cdk.tf.json"), "--format", format]);
  expect([code, out]).toEqual([expect.any(Number), expect.stringMatching(/P\d\d/)]);
  expect(out).not.toContain("hunter2");
});

test("docs/reference/trace.md shows what it prints", () => {
  const page = readFileSync(join(PROJECT, "docs/reference/trace.md"), "utf8");
  const [, sample = ""] = /^## Output\n[^]*?```\n([^]*?)```/m.exec(page) ?? [];
  const printed = new Set(traced(["bad.tf.json"]).out.split("\n"));
  const lines = sample
    .trimEnd()
    .split("\n")
    .filter((line) => line.trim() !== "…")
    .map((line) => line.replace("cdk.tf.json:", "bad.tf.json:"));
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.filter((line) => !printed.has(line))).toEqual([]);
});
