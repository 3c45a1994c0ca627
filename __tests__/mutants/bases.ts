import type { WebStackProps } from "../../constructs/props/web-stack-props";
import { synthOf } from "../support/synth";
import { autoScalingStack } from "./auto-scaling-base";
import { inlineGroupsStack } from "./inline-groups-base";
import type { Base, Mutant, SynthesizedJson } from "./mutant";

/* The correct stacks that errors are put into: four of this project, two as other people write them. */

const PROPS: Partial<Record<Base, WebStackProps>> = {
  site: { domainName: "www.example.com" },
  "created-zone": { domainName: "www.example.com", hostedZone: { create: true, delegated: true } },
  nat: { domainName: "www.example.com", network: { egress: "nat" } },
  public: { domainName: "www.example.com", instances: { placement: "public" } },
};

export const BASES: readonly Base[] = ["site", "created-zone", "nat", "public", "auto-scaling", "inline-groups"];

const texts = new Map<Base, string>();

/** A correct stack, a fresh copy at each call. */
export function baseStack(base: Base): SynthesizedJson {
  const text = texts.get(base) ?? JSON.stringify(made(base));
  texts.set(base, text);
  return JSON.parse(text) as SynthesizedJson;
}

/** The correct stack with the error in it. */
export function mutantStack({ base, mutate }: Mutant): SynthesizedJson {
  const stack = baseStack(base);
  mutate(stack);
  // Terraform refuses a type without any resource.
  for (const [type, named] of Object.entries(stack.resource))
    if (Object.keys(named).length === 0) delete stack.resource[type];
  return stack;
}

function made(base: Base): unknown {
  if (base === "auto-scaling") return autoScalingStack();
  if (base === "inline-groups") return inlineGroupsStack();
  const props = PROPS[base];
  if (props === undefined) throw new Error(`no base ${base}`);
  return synthOf(props);
}
