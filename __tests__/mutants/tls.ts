import type { Mutant, SynthesizedJson } from "./mutant";
import { add, copyOf, takeOut, takeOutAll, the } from "./pick";

/* P11 to P18: what keeps the listener from having an issued certificate for the name. */

const ISSUED = "ACM has issued what a state's listener uses";
const FAR = "Elastic Load Balancing refuses the listener, so that no state has it";
const WAITS = "the apply waits for the certificate in vain, so that no state has its listener";
const NO_OPTIONS = "there is nothing to make the record of, so that the apply does not come to its end";
const REPLACED = "what is replaced stands in plans only";
const MADE_NEW =
  "the plan of a new stack replaces nothing; __tests__/unit/path/rules/tls.test.ts turns such plans into ones that do";

const certificateOf = (stack: SynthesizedJson) => the(stack, "aws_acm_certificate");
const waitOf = (stack: SynthesizedJson) => the(stack, "aws_acm_certificate_validation");
const aliasOf = (stack: SynthesizedJson) => the(stack, "aws_route53_record", ({ alias }) => alias !== undefined);
const validationOf = (stack: SynthesizedJson) =>
  the(stack, "aws_route53_record", ({ name }) => String(name).includes("domain_validation_options"));
const httpsOf = (stack: SynthesizedJson) =>
  the(
    stack,
    stack.resource.aws_alb_listener === undefined ? "aws_lb_listener" : "aws_alb_listener",
    ({ protocol }) => protocol === "HTTPS",
  );

/** The certificate, and what validates it, are for another name. */
function rename(stack: SynthesizedJson, from: string, to: string): void {
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

function addAlias(stack: SynthesizedJson, name: string): void {
  add(stack, "aws_route53_record", "further", { ...copyOf(aliasOf(stack).body), name });
}

/** A provider of another region, for what is named. */
function move(stack: SynthesizedJson, region: string, blocks: readonly Record<string, unknown>[]): void {
  const { aws = [] } = stack.provider as { aws?: unknown[] };
  aws.push({ alias: "far", region });
  for (const block of blocks) block.provider = "aws.far";
}

function caa(stack: SynthesizedJson, name: string, records: readonly string[]): void {
  add(stack, "aws_route53_record", "caa", {
    zone_id: validationOf(stack).body.zone_id,
    name,
    type: "CAA",
    ttl: 300,
    records,
  });
}

export const tlsMutants: readonly Mutant[] = [
  {
    row: "P11",
    name: "the certificate is for the zone's name, not for the site's",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "subject_alternative_names" },
    mutate: (stack) => rename(stack, "www.example.com", "example.com"),
  },
  {
    row: "P11",
    name: "a further name leads to the site, and the certificate does not have it",
    base: "auto-scaling",
    at: { type: "aws_acm_certificate", attribute: "subject_alternative_names" },
    mutate: (stack) => addAlias(stack, "shop.example.com"),
  },
  {
    row: "P12",
    name: "a wildcard is taken for the name below which it stands",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "subject_alternative_names" },
    mutate: (stack) => rename(stack, "www.example.com", "*.www.example.com"),
  },
  {
    row: "P12",
    name: "a wildcard is taken for two labels",
    base: "inline-groups",
    at: { type: "aws_acm_certificate", attribute: "subject_alternative_names" },
    mutate: (stack) => {
      the(stack, "aws_route53_record", ({ type }) => type === "CNAME").body.name = "www.shop";
    },
  },
  {
    row: "P13",
    name: "the certificate is made in another region than the balancer",
    base: "auto-scaling",
    at: { type: "aws_acm_certificate", attribute: "provider" },
    cannot: { state: FAR },
    mutate: (stack) => move(stack, "eu-west-1", [certificateOf(stack).body, waitOf(stack).body]),
  },
  {
    row: "P13",
    name: "the listener has the fixed ARN of a certificate in another region",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "certificate_arn" },
    cannot: { state: FAR },
    mutate: (stack) => {
      httpsOf(stack).body.certificate_arn =
        "arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012";
    },
  },
  {
    row: "P14",
    name: "the listener takes the certificate, not its validation",
    base: "site",
    at: { type: "aws_lb_listener", attribute: "certificate_arn" },
    cannot: { state: ISSUED },
    mutate: (stack) => {
      httpsOf(stack).body.certificate_arn = `\${${certificateOf(stack).address}.arn}`;
    },
  },
  {
    row: "P14",
    name: "nothing waits for the certificate",
    base: "inline-groups",
    at: { type: "aws_alb_listener", attribute: "certificate_arn" },
    cannot: { state: ISSUED },
    mutate: (stack) => {
      takeOutAll(stack, "aws_acm_certificate_validation");
      httpsOf(stack).body.certificate_arn = `\${${certificateOf(stack).address}.arn}`;
    },
  },
  {
    row: "P15",
    name: "a further name of the certificate has no validation record",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "domain_validation_options" },
    cannot: { state: WAITS },
    mutate: (stack) => {
      certificateOf(stack).body.subject_alternative_names = ["shop.example.com"];
    },
  },
  {
    row: "P15",
    name: "the validation record is in the zone of another domain",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "zone_id" },
    cannot: { state: WAITS },
    mutate: (stack) => {
      (stack.data ??= {}).aws_route53_zone = { ...stack.data.aws_route53_zone, other: { name: "example.org" } };
      validationOf(stack).body.zone_id = "${data.aws_route53_zone.other.zone_id}";
    },
  },
  {
    row: "P15",
    name: "the certificate waits for a record that is nowhere",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "domain_validation_options" },
    cannot: { state: WAITS },
    mutate: (stack) => {
      takeOut(stack, validationOf(stack));
      const { body } = waitOf(stack);
      delete body.validation_record_fqdns;
      body.timeouts = { create: "30s" };
    },
  },
  {
    row: "P16",
    name: "a certificate that is validated by mail has a record for DNS",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "validation_method" },
    cannot: { state: NO_OPTIONS },
    mutate: (stack) => {
      certificateOf(stack).body.validation_method = "EMAIL";
    },
  },
  {
    row: "P16",
    name: "a certificate that is validated by mail has a record that takes the first option",
    base: "auto-scaling",
    at: { type: "aws_acm_certificate", attribute: "validation_method" },
    cannot: { state: NO_OPTIONS },
    mutate: (stack) => {
      certificateOf(stack).body.validation_method = "EMAIL";
    },
  },
  {
    row: "P17",
    name: "the domain lets another authority issue alone",
    base: "site",
    at: { type: "aws_route53_record", attribute: "records" },
    mutate: (stack) =>
      caa(stack, "example.com", ['0 issue "letsencrypt.org"', '0 iodef "mailto:security@example.com"']),
  },
  {
    row: "P17",
    name: "the name itself lets nobody issue",
    base: "auto-scaling",
    at: { type: "aws_route53_record", attribute: "records" },
    mutate: (stack) => caa(stack, "www.example.com", ['0 issue ";"']),
  },
  {
    row: "P17",
    name: "Amazon may issue, but no wildcards",
    base: "inline-groups",
    at: { type: "aws_route53_record", attribute: "records" },
    mutate: (stack) => caa(stack, "example.com", ['0 issue "amazon.com"', '0 issuewild "digicert.com"']),
  },
  {
    row: "P18",
    name: "the site's certificate is destroyed before the new one is there",
    base: "site",
    at: { type: "aws_acm_certificate", attribute: "lifecycle" },
    cannot: { synthesized: REPLACED, state: REPLACED, plan: MADE_NEW },
    mutate: (stack) => {
      delete certificateOf(stack).body.lifecycle;
    },
  },
  {
    row: "P18",
    name: "the certificate says that it may be destroyed first",
    base: "auto-scaling",
    at: { type: "aws_acm_certificate", attribute: "lifecycle" },
    cannot: { synthesized: REPLACED, state: REPLACED, plan: MADE_NEW },
    mutate: (stack) => {
      certificateOf(stack).body.lifecycle = { create_before_destroy: false };
    },
  },
];
