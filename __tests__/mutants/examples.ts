import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Example } from "../../path/explain/example";
import { hclOf } from "../../path/fixes/fix";
import { hclBlock } from "../../path/fixes/hcl";
import type { Finding } from "../../path/report";
import { RULES, ruleOf } from "../../path/rules/all";
import { traceTopology } from "../../path/trace/trace";
import { readTopology } from "../../topology/topology";
import { PROJECT } from "../support/project";
import { MUTANTS } from "./all";
import { baseStack, mutantStack } from "./bases";
import { applyEdits } from "./edits";
import { EXAMPLES_OF_CHANGES } from "./examples-of-changes";
import { findingsOf, isWarning } from "./judge";
import type { Mutant, SynthesizedJson } from "./mutant";

/*
 * The examples on the rules' pages are errors that the tests put into correct stacks: what is wrong, and the same blocks
 * of the correct stack. `node -r ./cli/typescript.js __tests__/mutants/examples.ts` regenerates them, and a test compares
 * them.
 */

export const EXAMPLES_FILE = join(PROJECT, "path/explain/examples.json");

type Blocks = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** Each rule's example, by its id. */
export function examples(): Readonly<Record<string, Example>> {
  return Object.fromEntries(RULES.map(({ id }) => [id, EXAMPLES_OF_CHANGES[id] ?? exampleOf(id)]));
}

function exampleOf(id: string): Example {
  const { severity, needs } = ruleOf(id);
  const isUnusual = (it: Mutant) => severity !== undefined && isWarning(it) !== (severity.usual === "warning");
  const [mutant] = MUTANTS.filter(({ rule, cannot }) => rule === id && cannot?.synthesized === undefined).sort(
    (one, other) =>
      Number(one.shows === undefined) - Number(other.shows === undefined) ||
      Number(isUnusual(one)) - Number(isUnusual(other)) ||
      sizeOf(one) - sizeOf(other),
  );
  if (mutant === undefined) throw new Error(`no error of ${id} is in a synthesized file`);
  const stack = mutantStack(mutant);
  const wrong = blocksOf(mutantStack(mutant));
  const findings = corrected(stack, mutant);
  const [finding] = findings;
  if (finding === undefined) throw new Error(`${id} does not find ${mutant.name}`);
  const right = mutant.unfixable === undefined ? blocksOf(stack) : blocksOf(baseStack(mutant.base));
  const addresses = [...new Set([...changed(blocksOf(baseStack(mutant.base)), wrong), ...changed(wrong, right)])];
  addresses.push(...findings.map(({ address }) => address).filter((it) => wrong.has(it)));
  addresses.push(...namedIn(finding.observed, wrong));
  addresses.push(...[...wrong.keys()].filter((it) => mutant.shows?.some((pattern) => pattern.test(it))));
  const shown = (blocks: Blocks) => blocksText(blocks, addresses, needs.includes("boot scripts"));
  return {
    what: mutant.name,
    wrong: shown(wrong),
    right: shown(right),
    observed: readable(`\`${finding.attribute}\` of \`${finding.address}\`: ${finding.observed}`),
    fix: {
      text: unique(findings.map(({ fix }) => readable(fix.text))).join(" "),
      props: finding.fix.props,
      hcl: readable(hclOfAll(findings)),
    },
  };
}

/** Each block once, unless a fix describes its change in words. */
function hclOfAll(findings: readonly Finding[]): string {
  const isOfEdits = findings.every(({ fix }) => fix.hcl === hclOf(fix.edits));
  if (isOfEdits) return hclOf(findings.flatMap(({ fix }) => fix.edits));
  return unique(findings.map(({ fix }) => fix.hcl))
    .filter((it) => it !== "")
    .join("\n\n");
}

/** Blocks that a text names. */
function namedIn(text: string, blocks: Blocks): string[] {
  const words = new Set(text.match(/[\w.-]*\w/g));
  return [...blocks.keys()].filter((it) => words.has(it));
}

/** Stacks in JSON write out arguments that are not set. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, it]) => (it === null ? [] : [[key, withoutNulls(it)]])),
  );
}

function withoutScript(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return "user_data" in body ? { ...body, user_data: "…" } : body;
}

const MOST_FIXES = 8;

/** Applies one fix after the other to a stack, and returns the findings; the first is the rule's own. */
function corrected(stack: SynthesizedJson, mutant: Mutant): Finding[] {
  const done: Finding[] = [];
  while (done.length < MOST_FIXES) {
    // A trace includes no props for other people's files; a page does.
    const report = traceTopology(readTopology(stack));
    const [next] = [...findingsOf(mutant, report), ...report.findings.filter(({ id }) => id === mutant.rule)];
    if (next === undefined) break;
    done.push(next);
    if (mutant.unfixable !== undefined || next.fix.edits.length === 0) break;
    applyEdits(stack, next.fix.edits);
  }
  return done;
}

function blocksText(blocks: Blocks, addresses: readonly string[], hasScripts: boolean): string {
  const texts = unique(addresses).flatMap((address) => {
    const body = blocks.get(address);
    return body === undefined ? [] : [blockOf(address, hasScripts ? body : withoutScript(body))];
  });
  return readable(texts.join("\n\n"));
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** Smaller examples first; stacks of this project have generated names. */
function sizeOf(mutant: Mutant): number {
  const [right, wrong] = [blocksOf(baseStack(mutant.base)), blocksOf(mutantStack(mutant))];
  const texts = changed(right, wrong).map((it) => JSON.stringify([right.get(it), wrong.get(it)]).length);
  const isOurs = mutant.base !== "inline-groups" && mutant.base !== "auto-scaling";
  return texts.reduce((sum, it) => sum + it, isOurs ? 300 : 0);
}

function changed(one: Blocks, other: Blocks): string[] {
  // A removed resource is removed from the `depends_on` of others too.
  const text = (blocks: Blocks, address: string) => JSON.stringify({ ...blocks.get(address), depends_on: undefined });
  return [...new Set([...one.keys(), ...other.keys()])].filter((it) => text(one, it) !== text(other, it));
}

function blocksOf({ resource, data = {} }: SynthesizedJson): Blocks {
  const named = (prefix: string, types: typeof resource) =>
    Object.entries(types).flatMap(([type, blocks]) =>
      Object.entries(blocks).map(([name, body]) => [`${prefix}${type}.${name}`, body] as const),
    );
  return new Map([...named("", resource), ...named("data.", data)]);
}

function blockOf(address: string, { tags: _, "//": __, ...body }: Readonly<Record<string, unknown>>): string {
  const [kind, type = "", name = ""] = address.startsWith("data.")
    ? address.split(".")
    : ["resource", ...address.split(".")];
  return hclBlock(`${kind} "${type}" "${name}"`, withoutNulls(body) as Record<string, unknown>);
}

/** Without the suffixes that CDKTF adds to resource names, and with boot scripts in plain text. */
function readable(text: string): string {
  const clear = text.replace(/"([A-Za-z0-9+/]{60,4000}={0,2})"/g, (_, encoded: string) => {
    const script = Buffer.from(encoded, "base64").toString("utf8").trimEnd();
    return `base64encode(<<-EOT\n${script.replace(/^(?=.)/gm, "    ")}\n  EOT\n  )`;
  });
  // `terraform fmt` does not align an argument of several lines.
  const formatted = clear.replace(/ +(?== base64encode\(<<)/g, " ");
  return formatted.replace(/\b(?:site_)?([a-z][\w-]{0,60}?)_[0-9A-F]{8}\b/g, (_, name: string) =>
    name.replaceAll("-", "_"),
  );
}

if (require.main === module) writeFileSync(EXAMPLES_FILE, `${JSON.stringify(examples(), undefined, 2)}\n`);
