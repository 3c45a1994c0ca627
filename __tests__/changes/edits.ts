import type { SynthesizedJson } from "../mutants/mutant";

/* What is done to a stack that stands, as a person would edit it. */

export type Block = Record<string, unknown>;
export type Edit = (stack: SynthesizedJson) => void;

/** An address, such as `aws_lb.web`, in its two parts. */
function partsOf(address: string): readonly [type: string, name: string] {
  const [type = "", name = ""] = address.split(".");
  return [type, name];
}

export function blockOf(stack: SynthesizedJson, address: string): Block {
  const [type, name] = partsOf(address);
  const block = stack.resource[type]?.[name];
  if (block === undefined) throw new Error(`there is no ${address}`);
  return block;
}

export const all =
  (...edits: readonly Edit[]): Edit =>
  (stack) =>
    edits.forEach((edit) => edit(stack));

export const set =
  (address: string, values: Block): Edit =>
  (stack) =>
    void Object.assign(blockOf(stack, address), values);

/** Of every resource of a type, however it is called. */
export const setAll =
  (type: string, values: Block): Edit =>
  (stack) => {
    const blocks = Object.values(stack.resource[type] ?? {});
    if (blocks.length === 0) throw new Error(`there is no ${type}`);
    for (const block of blocks) Object.assign(block, values);
  };

export const drop =
  (...addresses: readonly string[]): Edit =>
  (stack) => {
    for (const address of addresses) {
      blockOf(stack, address);
      const [type, name] = partsOf(address);
      delete stack.resource[type]?.[name];
      // Terraform refuses a type without any resource.
      if (Object.keys(stack.resource[type] ?? {}).length === 0) delete stack.resource[type];
    }
  };

export const add =
  (address: string, block: Block): Edit =>
  (stack) => {
    const [type, name] = partsOf(address);
    (stack.resource[type] ??= {})[name] = block;
  };

/** References to the old name follow; no `moved` block says that it is the same resource. */
export const rename =
  (from: string, to: string): Edit =>
  (stack) => {
    const block = blockOf(stack, from);
    drop(from)(stack);
    add(to, block)(stack);
    stack.resource = JSON.parse(
      JSON.stringify(stack.resource).replaceAll(`\${${from}.`, `\${${to}.`),
    ) as SynthesizedJson["resource"];
  };

/** The same, with a `moved` block. */
export const move = (from: string, to: string): Edit =>
  all(
    rename(from, to),
    (stack) => void (stack.moved = [...((stack.moved as readonly object[] | undefined) ?? []), { from, to }]),
  );

export const FIRST = { lifecycle: { create_before_destroy: true } };
