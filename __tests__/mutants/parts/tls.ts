import type { SynthesizedJson } from "../mutant";
import { add, copyOf, the } from "../pick";
import { aliasOf } from "./site";

export const ISSUED = "ACM has issued the certificates that a state's listener uses";

export const FAR = "Elastic Load Balancing refuses the listener, so no state contains it";

export const WAITS = "the apply times out waiting for the certificate, so no state contains its listener";

export const NO_OPTIONS = "there are no options to create the record from, so the apply fails";

export const REPLACED = "only plans show replacements";

export const MADE_NEW =
  "the plan of a new stack replaces nothing; __tests__/unit/path/rules/tls.test.ts changes such plans to replacements";

export const waitOf = (stack: SynthesizedJson) => the(stack, "aws_acm_certificate_validation");

export const validationOf = (stack: SynthesizedJson) =>
  the(stack, "aws_route53_record", ({ name }) => String(name).includes("domain_validation_options"));

/** Changes the name of the certificate and of its validation record. */
export function rename(stack: SynthesizedJson, from: string, to: string): void {
  for (const type of ["aws_acm_certificate", "aws_route53_record"]) {
    for (const [name, block] of Object.entries(stack.resource[type] ?? {})) {
      if (type === "aws_acm_certificate" || String(block.name).includes("domain_validation_options"))
        (stack.resource[type] ?? {})[name] = JSON.parse(JSON.stringify(block).replaceAll(from, to)) as Record<
          string,
          unknown
        >;
    }
  }
}

export function addAlias(stack: SynthesizedJson, name: string): void {
  add(stack, "aws_route53_record", "further", { ...copyOf(aliasOf(stack).body), name });
}

/** Uses a provider in another region for these blocks. */
export function move(stack: SynthesizedJson, region: string, blocks: readonly Record<string, unknown>[]): void {
  const { aws = [] } = stack.provider as { aws?: unknown[] };
  aws.push({ alias: "far", region });
  for (const block of blocks) block.provider = "aws.far";
}

export function caa(stack: SynthesizedJson, name: string, records: readonly string[]): void {
  add(stack, "aws_route53_record", "caa", {
    zone_id: validationOf(stack).body.zone_id,
    name,
    type: "CAA",
    ttl: 300,
    records,
  });
}
