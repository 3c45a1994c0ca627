import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, posix, relative, sep } from "node:path";
import {
  classesOf,
  importsOf,
  longFunctions,
  membersOf,
  nodesOf,
  type Source,
  wideLines,
} from "../../support/parsed-source";
import { PROJECT } from "../../support/project";

/* The rules for folders: which folder may import from another, and what no folder may contain. */

/** What is wrong with one file among all; nothing if it is fine. */
type Rule = (source: Source, all: readonly Source[]) => string[];

const ROOMS = [
  "main.ts",
  "constructs",
  "topology",
  "path",
  "rehearsal",
  "machine",
  "cli",
  "bench",
  "bundle",
  "__tests__",
];
const SOURCES: readonly Source[] = ROOMS.flatMap((room) => filesIn(join(PROJECT, room))).map((file) => ({
  path: relative(PROJECT, file).split(sep).join("/"),
  text: readFileSync(file, "utf8"),
}));
/** Only these know how the parts fit together. */
const ASSEMBLERS = ["constructs/web-topology.ts", "constructs/web-stack.ts"];
/** Facts that props and plans are held against alike. */
const FACTS = [
  "topology/domain-names.ts",
  "topology/health-check-values.ts",
  "topology/reserved-ranges.ts",
  "path/facts/elb.ts",
  "path/rules/all.ts",
];
/** What each room of path/ knows nothing of. */
const ABOVE: Readonly<Record<string, readonly string[]>> = {
  facts: ["analysis", "fixes", "rules", "trace", "review", "explain"],
  analysis: ["fixes", "rules", "trace", "review", "explain"],
  fixes: ["rules", "trace", "review", "explain"],
  rules: ["trace", "review", "explain"],
  explain: ["trace", "review"],
  trace: ["review", "explain"],
};
const MAX_LINES = 300;
const MAX_FUNCTION_LINES = 50;
const MAX_CHARACTERS = 120;

const RULES: Readonly<Record<string, Rule>> = {
  "cdktf is known in constructs/, its tests, main.ts and the test helper only, so that moving off it is a rename": (
    source,
  ) =>
    isIn(source, "constructs") ||
    isIn(source, "__tests__/unit/constructs") ||
    isIn(source, "__tests__/terraform/constructs") ||
    isProgram(source) ||
    source.path === "__tests__/support/synth.ts"
      ? []
      : importsOf(source)
          .map(({ from }) => from)
          .filter((from) => /^(cdktf|constructs|@cdktf\/.*)$/.test(from)),

  "the AWS provider is imported by the resource, as its root loads every service there is": (source) =>
    importsOf(source)
      .map(({ from }) => from)
      .filter(
        (from) => from.startsWith("@cdktf/provider-aws") && !/^@cdktf\/provider-aws\/lib\/[a-z0-9-]+$/.test(from),
      ),

  "constructs/ reads no files, starts no programs and asks no environment": (source) =>
    !isIn(source, "constructs")
      ? []
      : [
          ...importsOf(source)
            .map(({ from }) => from)
            .filter((from) => /^(node:)?(fs|child_process|http|https|net|os|path|process)(\/|$)/.test(from)),
          ...membersOf(source, "process"),
        ],

  "constructs/ knows nothing of cli/, rehearsal/ and machine/": (source) =>
    isIn(source, "constructs") ? roomsKnownTo(source, ["cli", "rehearsal", "machine", "bench", "__tests__"]) : [],
  "constructs/ takes facts of AWS from topology/, and only the stack asks path/": (source) =>
    !isIn(source, "constructs")
      ? []
      : importsOf(source)
          .filter(({ isTypeOnly }) => !isTypeOnly)
          .map(({ from }) => pathOf(source, from))
          .filter(
            (path) =>
              (path.startsWith("topology/") && !FACTS.includes(`${path}.ts`)) ||
              (path.startsWith("path/") && !FACTS.includes(`${path}.ts`) && source.path !== "constructs/web-stack.ts"),
          ),
  "cli/ and rehearsal/ know nothing of constructs/: they run the app and read its files": (source) =>
    isIn(source, "cli") || isIn(source, "rehearsal") ? roomsKnownTo(source, ["constructs", "bench", "__tests__"]) : [],
  "rehearsal/ knows nothing of cli/": (source) => (isIn(source, "rehearsal") ? roomsKnownTo(source, ["cli"]) : []),
  // How programs are run and files written here: terraform, locks, what is downloaded, text that a terminal shows.
  "machine/ is below cli/ and rehearsal/, and knows no other room": (source) =>
    isIn(source, "machine")
      ? roomsKnownTo(
          source,
          ROOMS.filter((room) => room !== "machine"),
        )
      : [],
  "path/ and topology/ are pure": (source) =>
    isIn(source, "path") || isIn(source, "topology")
      ? importsOf(source)
          .map(({ from }) => from)
          .filter((from) => /^(@aws-sdk\/.*|(node:)?(fs|child_process|http|https|net)(\/.*)?)$/.test(from))
          .concat(roomsKnownTo(source, ["constructs", "rehearsal", "machine", "cli"]))
      : [],
  "topology/ knows nothing of path/": (source) => (isIn(source, "topology") ? roomsKnownTo(source, ["path"]) : []),
  "main.ts has side effects and is imported by nobody": (source) =>
    importsOf(source)
      .map(({ from }) => pathOf(source, from))
      .filter((path) => path === "main" || path === "main.ts"),

  "a part knows another part's interface, never its class": (source, all) =>
    !isIn(source, "constructs") || ASSEMBLERS.includes(source.path)
      ? []
      : importsOf(source).flatMap(({ from, names, isTypeOnly }) => {
          const other = all.find(({ path }) => path === `${pathOf(source, from)}.ts`);
          const parts =
            other === undefined
              ? []
              : classesOf(other)
                  .filter(({ parent }) => parent === "Construct" || parent === "TerraformStack")
                  .map(({ name }) => name);
          if (parts.length === 0) return [];
          return [...names.filter((name) => parts.includes(name)), ...(isTypeOnly ? [] : [from])];
        }),

  "inheritance is one level deep: a construct, a stack or an error": (source) =>
    classesOf(source).flatMap(({ name, parent }) =>
      parent === undefined || /^(Construct|TerraformStack|Error)$/.test(parent) ? [] : [`${name} extends ${parent}`],
    ),
  "no file is a barrel or a drawer for whatever has no place": ({ path }) =>
    /^(index|utils?|helpers?|misc|common)\.ts$/.test(basename(path)) ? [path] : [],
  "types are not switched off": (source) => [
    ...nodesOf(source).flatMap(({ type }) => (type === "TSAnyKeyword" ? ["any"] : [])),
    ...(source.text.match(/^\s*(\/\/|\/\*)\s*@ts-\w+/gm) ?? []),
  ],
  "what is printed goes through cli/command.ts or cli/steps.ts, where text of others becomes harmless": (source) =>
    !["cli", "rehearsal", "machine"].some((room) => isIn(source, room)) ||
    ["cli/command.ts", "cli/terminal.ts"].includes(source.path)
      ? []
      : [
          ...membersOf(source, "console"),
          ...membersOf(source, "process.stdout", "process.stderr").filter((it) => /\.(write|once|pipe)$/.test(it)),
        ],
  "files are written with machine/files/write-file.ts, whose errors name the file": (source) =>
    !["cli", "rehearsal", "machine"].some((room) => isIn(source, room)) || source.path === "machine/files/write-file.ts"
      ? []
      : importsOf(source)
          .filter(({ from }) => /^(node:)?fs(\/promises)?$/.test(from))
          .flatMap(({ names }) => names.filter((name) => /^(write|append)File/.test(name))),
  "path/ has its own arrows: trace, review and explain ask rules, rules ask fixes, and all of them the analysis": (
    source,
  ) => {
    const [, room = "", inner = ""] = /^(path)\/(\w+)\//.exec(source.path) ?? [];
    const above = room === "path" ? ABOVE[inner] : undefined;
    return importsOf(source)
      .map(({ from }) => pathOf(source, from))
      .filter((path) => above?.some((it) => path.startsWith(`path/${it}/`)) === true);
  },
  "a file can be read in one go": ({ path, text }) =>
    path.startsWith("__tests__/") || text.split("\n").length <= MAX_LINES + 1
      ? []
      : [`${text.split("\n").length - 1} lines`],
  "a function can be read in one go": (source) =>
    isIn(source, "__tests__") ? [] : longFunctions(source, MAX_FUNCTION_LINES),
  "a line can be read without scrolling sideways": (source) =>
    isIn(source, "__tests__") ? [] : wideLines(source, MAX_CHARACTERS),
};

describe.each(Object.entries(RULES))("%s", (_, rule) => {
  test("everywhere", () => {
    expect(SOURCES.flatMap((source) => rule(source, SOURCES).map((offence) => `${source.path}: ${offence}`))).toEqual(
      [],
    );
  });
});

/** So that each rule is seen to find something. */
describe("the rule finds", () => {
  const zone = {
    path: "constructs/dns.ts",
    text:
      "export interface IHostedZone {}\nexport class HostedZones extends Construct {}\nexport class AliasRecord " +
      "extends Construct {}",
  };

  test.each<[rule: RegExp, path: string, text: string]>([
    [/^cdktf is known/, "cli/commands/rehearse.ts", 'import { Testing } from "cdktf";'],
    [/^cdktf is known/, "rehearsal/site.ts", 'import type { Construct } from "constructs";'],
    [/^cdktf is known/, "__tests__/dns.test.ts", 'import {\n  Lb,\n} from "@cdktf/provider-aws/lib/lb";'],
    [/^the AWS provider/, "constructs/dns.ts", 'import { lb } from "@cdktf/provider-aws";'],
    [/^the AWS provider/, "constructs/dns.ts", 'import * as aws from "@cdktf/provider-aws/lib";'],
    [/^constructs\/ reads no files/, "constructs/dns.ts", 'import { readFileSync } from "node:fs";'],
    [/^constructs\/ reads no files/, "constructs/dns.ts", 'import { spawn } from "child_process";'],
    [/^constructs\/ reads no files/, "constructs/dns.ts", 'import { readFile } from "fs/promises";'],
    [/^constructs\/ reads no files/, "constructs/dns.ts", "const region = process.env.AWS_REGION;"],
    [/^constructs\/ reads no files/, "constructs/dns.ts", 'const fs = require("fs");'],
    [/^constructs\/ knows nothing of cli/, "constructs/dns.ts", 'import { x } from "../cli/command";'],
    [/^constructs\/ knows nothing of cli/, "constructs/dns.ts", 'const { x } = await import("../rehearsal/site");'],
    [
      /^constructs\/ takes facts/,
      "constructs/props/schema/network-schema.ts",
      'import { rangesOf } from "../../../path/ipv4";',
    ],
    [/^constructs\/ takes facts/, "constructs/web-stack.ts", 'import { readTopology } from "../topology/topology";'],
    [/^cli\/ and rehearsal\/ know nothing/, "cli/project/project.ts", 'import { x } from "../../constructs/names";'],
    [
      /^cli\/ and rehearsal\/ know nothing/,
      "rehearsal/site.ts",
      'export type { WebStackProps } from "../constructs/web-stack";',
    ],
    [
      /^rehearsal\/ knows nothing of cli/,
      "rehearsal/checks/check-result.ts",
      'import { EXIT } from "../../cli/command";',
    ],
    [/^machine\/ is below/, "machine/files/lock.ts", 'import { EXIT } from "../../cli/command";'],
    [/^machine\/ is below/, "machine/terraform/terraform.ts", 'import { readSite } from "../../rehearsal/site";'],
    [/^path\/ and topology\/ are pure/, "path/hops.ts", 'import { readFileSync } from "fs";'],
    [/^path\/ and topology\/ are pure/, "topology/model.ts", 'import { ACMClient } from "@aws-sdk/client-acm";'],
    [/^path\/ and topology\/ are pure/, "path/hops.ts", 'import { x } from "../rehearsal/site";'],
    [/^topology\/ knows nothing of path/, "topology/model.ts", 'import { Hop } from "../path/hops";'],
    [/^main\.ts has side effects/, "__tests__/main.test.ts", 'import "../main";'],
    [/^main\.ts has side effects/, "cli/commands/rehearse.ts", 'require("../../main.ts");'],
    [/^a part knows/, "constructs/certificate.ts", 'import { HostedZones } from "./dns";'],
    [/^a part knows/, "constructs/certificate.ts", 'import { type IHostedZone, AliasRecord } from "./dns";'],
    [/^a part knows/, "constructs/certificate.ts", 'import type { HostedZones } from "./dns";'],
    [/^a part knows/, "constructs/certificate.ts", 'import { IHostedZone } from "./dns";'],
    [/^inheritance/, "constructs/dns.ts", "class PublicZone extends HostedZone<string> {}"],
    [/^inheritance/, "cli/command.ts", "export abstract class A extends base.Command {}"],
    [/^no file is a barrel/, "constructs/index.ts", ""],
    [/^no file is a barrel/, "machine/utils.ts", ""],
    [/^types are not/, "cli/command.ts", "function f(x: any) {}"],
    [/^types are not/, "cli/command.ts", "const x: Record<string, any> = {};"],
    [/^types are not/, "cli/command.ts", "const x = y as any;"],
    [/^types are not/, "cli/command.ts", "const x: any[] = [];"],
    [/^types are not/, "cli/command.ts", "// @ts-ignore\nx();"],
    [/^types are not/, "cli/command.ts", "  // @ts-expect-error wrong\nx();"],
    [/^what is printed/, "cli/commands/plan.ts", "process.stderr.write(`${text}\\n`);"],
    [/^what is printed/, "rehearsal/site.ts", "console.warn(text);"],
    [/^files are written/, "cli/commands/plan.ts", 'import { rm, writeFile } from "node:fs/promises";'],
    [/^files are written/, "machine/files/lock.ts", 'import { appendFileSync } from "node:fs";'],
    [/^a file can be read/, "cli/command.ts", "x\n".repeat(MAX_LINES + 1)],
    [/^a function can be read/, "cli/command.ts", `const f = () => {\n${"x;\n".repeat(MAX_FUNCTION_LINES)}};`],
    [/^a line can be read/, "cli/command.ts", `const text = "${"x".repeat(MAX_CHARACTERS)}";`],
    [/^path\/ has its own arrows/, "path/analysis/network/ipv4.ts", 'import { fix } from "../../fixes/fix";'],
    [/^path\/ has its own arrows/, "path/rules/dns/P01-private-zone.ts", 'import { trace } from "../../trace/trace";'],
  ])("%s in %s (%#)", (rule, path, text) => {
    expect(ruleOf(rule)({ path, text }, [zone])).not.toEqual([]);
  });

  test.each<[rule: RegExp, path: string, text: string]>([
    [/^cdktf is known/, "__tests__/fixtures/choices/main.ts", 'import { App } from "cdktf";'],
    [
      /^cdktf is known/,
      "__tests__/cli-parts.test.ts",
      'import { join } from "node:path";\nconst program = `\nimport { App } from "cdktf";\n`;',
    ],
    [/^the AWS provider/, "constructs/dns.ts", 'import { Lb } from "@cdktf/provider-aws/lib/lb";'],
    [
      /^constructs\/ reads no files/,
      "constructs/names.ts",
      'import { createHash } from "node:crypto";\n// a process of its own',
    ],
    [
      /^constructs\/ takes facts/,
      "constructs/props/schema/network-schema.ts",
      'import { isMatcher } from "../../../topology/health-check-values";\n' +
        'import type { Finding } from "../../../path/report";',
    ],
    [/^constructs\/ takes facts/, "constructs/web-stack.ts", 'import { trace } from "../path/trace";'],
    [/^cli\/ and rehearsal\/ know nothing/, "cli/commands/rehearse.ts", 'import { x } from "../rehearsal/site";'],
    [/^a part knows/, "constructs/certificate.ts", 'import type { IHostedZone } from "./dns";'],
    [/^a part knows/, "constructs/certificate.ts", 'import { type IHostedZone } from "./dns";'],
    [/^a part knows/, "constructs/web-topology.ts", 'import { HostedZones } from "./dns";'],
    [
      /^inheritance/,
      "constructs/dns.ts",
      "class PublicZone extends Construct implements IHostedZone {}\ninterface A extends B {}",
    ],
    [/^types are not/, "cli/command.ts", '// in any case\nconst text = "as many as any";\n/* f(x: any) */'],
    [/^what is printed/, "cli/commands/plan.ts", "// Not console.log(x).\nconst { columns } = process.stdout;"],
    [
      /^files are written/,
      "cli/commands/plan.ts",
      'import { rm } from "node:fs/promises";\nimport { writeFile } from "../../machine/files/write-file";',
    ],
    [/^a file can be read/, "cli/command.ts", "x\n".repeat(300)],
    [/^a function can be read/, "cli/command.ts", `const f = () => {\n${"x;\n".repeat(MAX_FUNCTION_LINES - 2)}};`],
    [/^a line can be read/, "cli/command.ts", `const said = /${"x".repeat(MAX_CHARACTERS)}/;`],
    [/^path\/ has its own arrows/, "path/rules/dns/P01-private-zone.ts", 'import { fix } from "../../fixes/fix";'],
    [/^a file can be read/, "__tests__/props.test.ts", "x\n".repeat(MAX_LINES + 1)],
  ])("nothing for %s in %s (%#)", (rule, path, text) => {
    expect(ruleOf(rule)({ path, text }, [zone])).toEqual([]);
  });

  function ruleOf(name: RegExp): Rule {
    const [found, ...others] = Object.entries(RULES).filter(([it]) => name.test(it));
    if (found === undefined || others.length > 0) throw new Error(`no one rule is called ${name}`);
    return found[1];
  }
});

test("every room that there is was looked into", () => {
  const rooms = new Set(SOURCES.map(({ path }) => path.split("/")[0]));
  expect([...rooms]).toEqual(expect.arrayContaining(["main.ts", "constructs", "rehearsal", "cli", "__tests__"]));
  const others = readdirSync(PROJECT, { withFileTypes: true }).filter(
    (it) =>
      it.isDirectory() &&
      !it.name.startsWith(".") &&
      !["node_modules", "cdktf.out", "dist"].includes(it.name) &&
      filesIn(join(PROJECT, it.name)).length > 0,
  );
  expect(others.map(({ name }) => name).filter((name) => !ROOMS.includes(name))).toEqual([]);
});

function filesIn(path: string): string[] {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return path.endsWith(".ts") ? [path] : [];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !/(^|[\\/])node_modules[\\/]/.test(file))
    .map((file) => join(path, file));
}

function isIn({ path }: Source, room: string): boolean {
  return path.startsWith(`${room}/`);
}

/** What a person runs: main.ts, and the fixtures that stand for it. */
function isProgram({ path }: Source): boolean {
  return path === "main.ts" || /^__tests__\/fixtures\/[^/]+\/main\.ts$/.test(path) || path.startsWith("bench/");
}

function roomsKnownTo(source: Source, rooms: readonly string[]): string[] {
  return importsOf(source)
    .map(({ from }) => pathOf(source, from))
    .filter((path) => rooms.includes(path.split("/")[0] ?? ""));
}

/** The path that a relative import leads to; a package's name as it is. */
function pathOf({ path }: Source, from: string): string {
  return from.startsWith(".") ? posix.join(dirname(path), from) : `package:${from}`;
}
