import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Example } from "../../path/explain/example";
import { hclBlock } from "../../path/fixes/hcl";
import { RULES } from "../../path/rules/all";
import { trace } from "../../path/trace/trace";
import { PROJECT } from "../support/project";
import { MUTANTS } from "./all";
import { baseStack, mutantStack } from "./bases";
import { EXAMPLES_OF_CHANGES } from "./examples-of-changes";
import { findingsOf } from "./judge";
import type { Mutant, SynthesizedJson } from "./mutant";

/*
 * The examples on the rules' pages are faults that the tests put into correct stacks: what is wrong, and the same
 * blocks of the correct stack. `node -r ./cli/typescript.js __tests__/mutants/examples.ts` writes them anew, and a test
 * holds them.
 */

export const EXAMPLES_FILE = join(PROJECT, "path/explain/examples.json");

type Blocks = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** Each rule's example, by its id. */
export function examples(): Readonly<Record<string, Example>> {
  return Object.fromEntries(RULES.map(({ id }) => [id, EXAMPLES_OF_CHANGES[id] ?? exampleOf(id)]));
}

function exampleOf(id: string): Example {
  const [mutant] = MUTANTS.filter(({ row, cannot }) => row === id && cannot?.synthesized === undefined).sort(
    (one, other) => sizeOf(one) - sizeOf(other),
  );
  if (mutant === undefined) throw new Error(`no fault of ${id} stands in a synthesized file`);
  const [right, stack] = [blocksOf(baseStack(mutant.base)), mutantStack(mutant)];
  const wrong = blocksOf(stack);
  const [finding] = findingsOf(mutant, trace(stack));
  if (finding === undefined) throw new Error(`${id} does not find ${mutant.name}`);
  const addresses = [...new Set([...changed(right, wrong), finding.address])];
  const shown = (blocks: Blocks) =>
    readable(
      addresses
        .flatMap((address) => {
          const body = blocks.get(address);
          return body === undefined ? [] : [blockOf(address, body)];
        })
        .join("\n\n"),
    );
  return {
    what: mutant.name,
    wrong: shown(wrong),
    right: shown(right),
    observed: readable(finding.observed),
    fix: { text: readable(finding.fix.text), props: finding.fix.props, hcl: readable(finding.fix.hcl) },
  };
}

/** The fewest lines; stacks of this project have names that nobody would write. */
function sizeOf(mutant: Mutant): number {
  const [right, wrong] = [blocksOf(baseStack(mutant.base)), blocksOf(mutantStack(mutant))];
  const texts = changed(right, wrong).map((it) => JSON.stringify([right.get(it), wrong.get(it)]).length);
  const isOurs = mutant.base !== "inline-groups" && mutant.base !== "auto-scaling";
  return texts.reduce((sum, it) => sum + it, isOurs ? 300 : 0);
}

function changed(one: Blocks, other: Blocks): string[] {
  const text = (blocks: Blocks, address: string) => JSON.stringify(blocks.get(address));
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
  return hclBlock(`${kind} "${type}" "${name}"`, body);
}

/** Without what cdktf adds to the names of resources, so that they are unique; and boot scripts in clear. */
function readable(text: string): string {
  const clear = text.replace(/"([A-Za-z0-9+/]{60,4000}={0,2})"/g, (_, encoded: string) => {
    const script = Buffer.from(encoded, "base64").toString("utf8").trimEnd();
    return `base64encode(<<-EOT\n${script.replace(/^(?=.)/gm, "    ")}\n  EOT\n  )`;
  });
  return clear.replace(/\b(?:site_)?([a-z][\w-]{0,60}?)_[0-9A-F]{8}\b/g, (_, name: string) =>
    name.replaceAll("-", "_"),
  );
}

if (require.main === module) writeFileSync(EXAMPLES_FILE, `${JSON.stringify(examples(), undefined, 2)}\n`);
