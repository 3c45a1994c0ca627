import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, Script } from "node:vm";
import fc from "fast-check";
import { reviewsAsMarkdown } from "../../../cli/reviewing/markdown";
import { review } from "../../../path/review/review";
import { EFFECTS } from "../../../path/review/review-report";
import { trace } from "../../../path/trace/trace";
import { UnreadableFile } from "../../../topology/unreadable-file";
import { baseStack } from "../../mutants/bases";
import { FIXTURES } from "../../support/project";
import { IS_EXHAUSTIVE } from "../../support/sample";
import { destroyed, planOf, replaced } from "../../support/standing-site";

/*
 * Whatever is in a file, a trace of it, and of a plan a review, is a report or the one error that says that the file is
 * unreadable, and does not hang. The seeds are a real plan and a real state of this project's site, a plan of many
 * changes, and synthesized stacks; fast-check prints the seed of a run that fails.
 */

type Json = Record<string | number, unknown>;

/** Each of these files is another one. */
const RUNS_OF_EACH = IS_EXHAUSTIVE ? 2_600 : 250;
const CUTS = IS_EXHAUSTIVE ? 500 : 100;
const VALUES = IS_EXHAUSTIVE ? 800 : 150;
/** What a trace of a file of this size may take on a busy machine; one takes 10 ms. */
const MAX_MS = 30_000;
const VERDICTS = ["ok", "broken", "unknown"];

const fixture = (name: string): string => readFileSync(join(FIXTURES, "traced", name), "utf8");
const SEEDS: Readonly<Record<string, string>> = {
  "a plan": fixture("site.plan.json"),
  "a state": fixture("site.state.json"),
  "a plan of changes": JSON.stringify(
    planOf({
      "aws_lb_target_group.web": replaced("port", { port: 8080 }),
      "aws_instance.a": replaced("ami", { ami: "ami-2" }),
      "aws_instance.b": { set: { instance_type: "t3.small" } },
      "aws_lb.web": replaced("name", { name: "other" }, true),
      "aws_route53_record.www": destroyed(),
      "aws_security_group.alb": replaced("description", { description: "x" }, true),
      "aws_acm_certificate.main": replaced("domain_name"),
      "aws_lb_listener.http": destroyed(),
      "aws_subnet.b": replaced("cidr_block", { cidr_block: "10.0.7.0/24" }),
      "aws_lb_listener_rule.api": { set: { priority: 20 } },
      "aws_lb_listener_rule.old": { set: { priority: 10 } },
      "aws_lb_target_group_attachment.a": {
        ...replaced("port", { port: 80 }),
        more: { before_sensitive: { port: true }, after_sensitive: { port: true } },
      },
    }),
  ),
  "a synthesized stack": JSON.stringify(baseStack("site")),
  "a stack that somebody else wrote": JSON.stringify(baseStack("auto-scaling")),
};

/** In a context of its own, as only there V8 ends a function that does not come back. */
const call = new Script("traceIt()");
const place: { traceIt?: () => void } = {};
createContext(place);

/** Throws where a trace is neither a report nor an UnreadableFile, or takes too long. */
function check(document: unknown): "report" | "unreadable" {
  let outcome: "report" | "unreadable" = "report";
  place.traceIt = () => {
    try {
      const report = trace(document);
      if (!VERDICTS.includes(report.verdict) || report.format_version !== "1.0")
        throw new Error(`no report: ${JSON.stringify(report).slice(0, 200)}`);
      JSON.stringify(report);
      if (isContainer(document) && ("resource_changes" in document || "planned_values" in document))
        checkReview(document);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      if (!/^[^\n]{1,1000}$/.test(error.message)) throw new Error(`not one sentence: ${error.message.slice(0, 2_000)}`);
      outcome = "unreadable";
    }
  };
  call.runInContext(place, { timeout: MAX_MS });
  return outcome;
}

/** The same of a review, and of the page that is made of it. */
function checkReview(document: unknown): void {
  const made = review(document);
  if (!EFFECTS.includes(made.report.effect)) throw new Error(`no review: ${JSON.stringify(made.report).slice(0, 200)}`);
  const page = reviewsAsMarkdown([{ name: "plan.json", review: made }]);
  if (page.length > 60_000) throw new Error(`a page of ${page.length} characters`);
}

const deep = (levels: number, made: (inner: unknown) => unknown): unknown => {
  let value: unknown = "x";
  for (let level = 0; level < levels; level += 1) value = made(value);
  return value;
};

/** Made again each time, as a mutation may change what another one put there. */
const HOSTILE: readonly (() => unknown)[] = [
  () => null,
  () => undefined,
  () => true,
  () => false,
  () => 0,
  () => -1,
  () => 1e308,
  () => 0.1,
  () => 2 ** 53,
  () => -0,
  () => "",
  () => "NaN",
  () => "Infinity",
  () => "1e999",
  () => "x".repeat(100_000),
  () => "${",
  () => "${}",
  () => "${".repeat(5_000),
  () => "${aws_lb.a.b.c.d}",
  () => "${each.value.x}",
  () => "${count.index}",
  () => "module.a.module.a.b",
  () => "\u0000\ud800\u202eevil\u0301 \ud83d\ude00",
  () => "(".repeat(20_000),
  () => `${"a".repeat(5_000)}!`,
  () => "*.".repeat(2_000),
  () => "0.0.0.0/99",
  () => "999.1.1.1/8",
  () => "::/0",
  () => "10.0.0.0/-1",
  () => "/",
  () =>
    "${one([for o in aws_acm_certificate.x.domain_validation_options : o.resource_record_name if o.domain_name " +
    '== "x"])}',
  () => `\${${"[0]".repeat(3_000)}}`,
  () => [],
  () => ({}),
  () => [[]],
  () => [null],
  () => [{}],
  () => [[[[1]]]],
  () => Array.from({ length: 5_000 }, (_, index) => index),
  () => Array.from({ length: 2_000 }, () => ({})),
  () => Array.from({ length: 1_000 }, () => "0.0.0.0/0"),
  () => deep(10_000, (inner) => [inner]),
  () => deep(10_000, (inner) => ({ expressions: inner })),
  () => deep(10_000, (inner) => ({ child_modules: [inner], resources: [] })),
  () => deep(5_000, (inner) => ({ module_calls: { a: { module: inner } } })),
  () =>
    JSON.parse(
      '{"__proto__":{"type":"aws_lb"},"constructor":1,"toString":2,"hasOwnProperty":3,"length":-1,"valueOf":null}',
    ) as unknown,
  () => ({
    references: [
      "module.a.b",
      "module.a",
      "aws_lb.x.arn",
      "aws_lb.x",
      "each.value",
      "count.index",
      "path.module",
      "var.x",
      "local.x",
      "__proto__.x",
      "",
      ".",
    ],
  }),
  () => ({ references: null }),
  () => ({ constant_value: { references: ["x"] } }),
  () => ({ length: 4_294_967_295 }),
  () => ({ 0: "a", length: 1 }),
  () => ({ aws: { x: { for_each: { a: 1 }, count: 1e9 } } }),
];

const KEYS = [
  "__proto__",
  "constructor",
  "toString",
  "length",
  "address",
  "type",
  "name",
  "values",
  "resources",
  "expressions",
  "references",
  "module_calls",
  "",
  "0",
  "\u0000",
];

const mutation = fc.record({
  kind: fc.constantFrom(
    "replace",
    "replace",
    "replace",
    "replace",
    "delete",
    "rename",
    "twice",
    "move",
    "nulls",
    "other type",
  ),
  walk: fc.array(fc.nat({ max: 997 }), { minLength: 1, maxLength: 14 }),
  other: fc.array(fc.nat({ max: 997 }), { minLength: 1, maxLength: 14 }),
  value: fc.nat({ max: HOSTILE.length - 1 }),
  key: fc.constantFrom(...KEYS),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

const isContainer = (value: unknown): value is Json => typeof value === "object" && value !== null;

/** The container and the key that a walk ends at. */
function at(root: Json, walk: readonly number[]): { holder: Json; key: string } | undefined {
  let found: { holder: Json; key: string } | undefined;
  let here: unknown = root;
  for (const step of walk) {
    if (!isContainer(here)) break;
    const keys = Object.keys(here);
    if (keys.length === 0) break;
    const key = keys[step % keys.length] as string;
    found = { holder: here, key };
    here = here[key];
  }
  return found;
}

function put(holder: Json, key: string, value: unknown): void {
  // An assignment to __proto__ would make no key.
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function mutate(root: Json, { kind, walk, other, value, key: newKey }: Mutation): void {
  const spot = at(root, walk);
  if (spot === undefined) return;
  const { holder, key } = spot;
  const old = holder[key];
  if (kind === "replace") put(holder, key, (HOSTILE[value] as () => unknown)());
  else if (kind === "delete") delete holder[key];
  else if (kind === "rename" && !Array.isArray(holder)) delete holder[key], put(holder, newKey, old);
  else if (kind === "twice" && Array.isArray(holder)) holder.push(JSON.parse(JSON.stringify(old ?? null)));
  else if (kind === "move") {
    const target = at(root, other);
    if (target !== undefined) put(target.holder, target.key, JSON.parse(JSON.stringify(old ?? null)));
  } else if (kind === "nulls" && isContainer(old)) for (const inner of Object.keys(old)) put(old, inner, null);
  else if (kind === "other type")
    put(
      holder,
      key,
      typeof old === "string"
        ? [old]
        : Array.isArray(old)
          ? Object.assign({}, old)
          : isContainer(old)
            ? Object.values(old)
            : String(old),
    );
}

test("the seeds themselves are read, and the deepest that a person would see", () => {
  for (const text of Object.values(SEEDS)) expect(check(JSON.parse(text))).toBe("report");
});

describe.each(Object.entries(SEEDS))("%s", (_, text) => {
  test(`with random changes, ${RUNS_OF_EACH} times over`, () => {
    const outcomes = { report: 0, unreadable: 0 };
    const once = fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), (mutations) => {
      const document = JSON.parse(text) as Json;
      try {
        for (const it of mutations) mutate(document, it);
      } catch (error) {
        // A value too deep to be copied was moved; the file before that is tried.
        if (!(error instanceof RangeError)) throw error;
      }
      outcomes[check(document)] += 1;
    });
    fc.assert(once, { numRuns: RUNS_OF_EACH, endOnFailure: true });
    expect(outcomes.report + outcomes.unreadable).toBe(RUNS_OF_EACH);
    // Most changes leave a file that is still one, and those are the ones that a trace goes into.
    expect(outcomes.report).toBeGreaterThan(RUNS_OF_EACH / 2);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Json).type).toBeUndefined();
  }, 600_000);

  test("that was cut off somewhere, and closed again", () => {
    for (let cut = 0; cut < CUTS; cut += 1) {
      const whole = closed(text.slice(0, Math.floor((text.length * cut) / CUTS)));
      if (whole !== undefined) check(whole);
    }
  }, 120_000);

  test("with one value after the other taken for null", () => {
    const count = leaves(JSON.parse(text) as Json).length;
    for (let index = 0; index < count; index += Math.ceil(count / VALUES)) {
      const document = JSON.parse(text) as Json;
      const leaf = leaves(document)[index];
      if (leaf !== undefined) leaf.holder[leaf.key] = null;
      check(document);
    }
  }, 120_000);

  test("with all values of one name taken for null, a text, a number, a list or nothing", () => {
    const names = [...new Set(leaves(JSON.parse(text) as Json).map(({ key }) => key))];
    const values = [null, "x", 7, [], {}, undefined];
    // Each with one of them, in turn, or with all.
    const valuesOf = (index: number): unknown[] => (IS_EXHAUSTIVE ? values : [values[index % values.length]]);
    for (const [index, name] of names.entries())
      for (const value of valuesOf(index)) check(JSON.parse(text, (key, it: unknown) => (key === name ? value : it)));
  }, 120_000);
});

function leaves(root: Json): { holder: Json; key: string }[] {
  return Object.keys(root).flatMap((key) => (isContainer(root[key]) ? leaves(root[key]) : [{ holder: root, key }]));
}

/** What a cut-off JSON text would be if its brackets were closed; nothing if that is no JSON. */
function closed(text: string): unknown {
  const open: string[] = [];
  let isInText = false;
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index] as string;
    if (isInText && letter === "\\") index += 1;
    else if (letter === '"') isInText = !isInText;
    else if (!isInText && (letter === "{" || letter === "[")) open.push(letter === "{" ? "}" : "]");
    else if (!isInText && (letter === "}" || letter === "]")) open.pop();
  }
  try {
    return JSON.parse(text + (isInText ? '"' : "") + open.reverse().join(""));
  } catch {
    return undefined;
  }
}

const planWith = (rootModule: unknown, values: unknown = { resources: [] }): unknown => ({
  format_version: "1.2",
  terraform_version: "1.11.4",
  planned_values: { root_module: values },
  resource_changes: [],
  configuration: { provider_config: {}, root_module: rootModule },
});
const stackWith = (resource: unknown, more: object = {}): unknown => ({
  terraform: {},
  provider: { aws: [{ region: "us-east-1" }] },
  resource,
  ...more,
});
const balancer = {
  aws_lb: { web: { subnets: ["${aws_subnet.a.id}"], security_groups: ["${aws_security_group.a.id}"] } },
  aws_lb_listener: {
    http: {
      load_balancer_arn: "${aws_lb.web.arn}",
      port: 80,
      default_action: [{ type: "forward", target_group_arn: "${aws_lb_target_group.a.arn}" }],
    },
  },
};
/** The site, with other arguments for all that is of a type. */
const siteWith = (type: string, body: object): unknown => {
  const stack = baseStack("site");
  for (const name of Object.keys(stack.resource[type] ?? {}))
    Object.assign(stack.resource[type]?.[name] as object, body);
  return stack;
};
const record = (address: string, values: object) => ({
  address,
  mode: "managed",
  type: "aws_lb",
  name: address.split(".").at(-1),
  provider_name: "registry.terraform.io/hashicorp/aws",
  values,
});

describe("made to hurt", () => {
  test.each<[name: string, document: unknown]>([
    [
      "outputs of modules that are each other's",
      planWith(
        {
          module_calls: {
            a: {
              expressions: { in: { references: ["module.b.out", "module.b"] } },
              module: {
                outputs: { out: { expression: { references: ["var.in"] } } },
                variables: { in: {} },
                resources: [],
              },
            },
            b: {
              expressions: { in: { references: ["module.a.out", "module.a"] } },
              module: {
                outputs: { out: { expression: { references: ["var.in"] } } },
                variables: { in: {} },
                resources: [],
              },
            },
          },
          resources: [
            {
              address: "aws_lb.web",
              mode: "managed",
              type: "aws_lb",
              name: "web",
              expressions: {
                subnets: { references: ["module.a.out", "module.a"] },
                security_groups: { references: ["module.b.out", "module.b"] },
              },
            },
          ],
        },
        { resources: [record("aws_lb.web", {})] },
      ),
    ],
    [
      "a module's output that is itself",
      planWith(
        {
          module_calls: {
            a: {
              expressions: { in: { references: ["module.a.out"] } },
              module: { outputs: { out: { expression: { references: ["module.a.out", "var.in"] } } }, resources: [] },
            },
          },
          resources: [
            {
              address: "aws_lb.web",
              mode: "managed",
              type: "aws_lb",
              name: "web",
              expressions: { subnets: { references: ["module.a.out"] }, name: { references: ["aws_lb.web.name"] } },
            },
          ],
        },
        { resources: [record("aws_lb.web", {})] },
      ),
    ],
    [
      "locals that are each other",
      stackWith(balancer, { locals: { a: "${local.b}", b: "${local.a}", c: "${local.c}" } }),
    ],
    [
      "a load balancer whose arguments are its own",
      stackWith({
        ...balancer,
        aws_lb: {
          web: {
            subnets: "${aws_lb.web.subnets}",
            security_groups: "${aws_lb.web.security_groups}",
            internal: "${aws_lb.web.internal}",
          },
        },
      }),
    ],
    [
      "groups that refer to each other",
      stackWith({
        ...balancer,
        aws_security_group: Object.fromEntries(
          ["a", "b", "c"].map((name, index, all) => [
            name,
            {
              ingress: [
                {
                  from_port: 80,
                  to_port: 80,
                  protocol: "tcp",
                  security_groups: [`\${aws_security_group.${all[(index + 1) % 3]}.id}`],
                },
              ],
              egress: [{ security_groups: [`\${aws_security_group.${all[(index + 2) % 3]}.id}`] }],
            },
          ]),
        ),
      }),
    ],
    [
      "subnets, tables and NAT gateways that lead in a circle",
      stackWith({
        ...balancer,
        aws_subnet: { a: { vpc_id: "${aws_vpc.a.id}" } },
        aws_vpc: { a: {} },
        aws_nat_gateway: { a: { subnet_id: "${aws_subnet.a.id}" } },
        aws_route_table: {
          a: {
            vpc_id: "${aws_vpc.a.id}",
            route: [{ cidr_block: "0.0.0.0/0", nat_gateway_id: "${aws_nat_gateway.a.id}" }],
          },
        },
        aws_route_table_association: {
          a: { subnet_id: "${aws_subnet.a.id}", route_table_id: "${aws_route_table.a.id}" },
        },
      }),
    ],
    [
      "redirects in a circle of 60",
      stackWith({
        ...balancer,
        aws_lb_listener: Object.fromEntries(
          Array.from({ length: 60 }, (_, index) => [
            `l${index}`,
            {
              load_balancer_arn: "${aws_lb.web.arn}",
              port: 1000 + index,
              protocol: "HTTP",
              default_action: [
                {
                  type: "redirect",
                  redirect: { port: String(1000 + ((index + 1) % 60)), protocol: "HTTP", status_code: "HTTP_301" },
                },
              ],
            },
          ]),
        ),
      }),
    ],
    [
      "records that are aliases of each other",
      stackWith({
        ...balancer,
        aws_route53_zone: { a: { name: "example.com" } },
        aws_route53_record: {
          a: {
            zone_id: "${aws_route53_zone.a.zone_id}",
            name: "a.example.com",
            type: "A",
            alias: { name: "${aws_route53_record.b.fqdn}", zone_id: "${aws_route53_zone.a.zone_id}" },
          },
          b: {
            zone_id: "${aws_route53_zone.a.zone_id}",
            name: "b.example.com",
            type: "CNAME",
            records: ["a.example.com"],
          },
        },
      }),
    ],
    [
      "one address many times",
      planWith(
        {
          resources: Array.from({ length: 100 }, () => ({
            address: "aws_lb.web",
            mode: "managed",
            type: "aws_lb",
            name: "web",
            expressions: {},
          })),
        },
        {
          resources: Array.from({ length: 100 }, () =>
            record("aws_lb.web", { arn: "x", subnets: [], security_groups: [] }),
          ),
        },
      ),
    ],
    [
      "10,000 levels of modules",
      planWith(
        deep(10_000, (inner) => ({ module_calls: { a: { module: inner } }, resources: [] })),
        deep(10_000, (inner) => ({ child_modules: [inner], resources: [] })),
      ),
    ],
    [
      "10,000 levels of modules in a state",
      {
        format_version: "1.0",
        terraform_version: "1.11.4",
        values: { root_module: deep(10_000, (inner) => ({ child_modules: [inner], resources: [] })) },
      },
    ],
    [
      "10,000 levels of brackets in an expression",
      stackWith({
        ...balancer,
        aws_subnet: {
          a: {
            vpc_id: `\${${"(".repeat(10_000)}aws_vpc.a.id${")".repeat(10_000)}}`,
            cidr_block: `\${${"cidrsubnet(".repeat(10_000)}`,
          },
        },
      }),
    ],
    [
      "names that every object has",
      stackWith({
        ...balancer,
        constructor: { toString: { __proto__: {} } },
        toString: { valueOf: {} },
        aws_subnet: {
          constructor: { vpc_id: "${aws_vpc.toString.id}" },
          toString: { vpc_id: "${aws_vpc.__proto__.id}" },
        },
        aws_vpc: JSON.parse('{"__proto__":{"cidr_block":"10.0.0.0/8"},"hasOwnProperty":{}}') as unknown,
      }),
    ],
    [
      "names in all scripts",
      stackWith({
        ...balancer,
        aws_route53_zone: { ж: { name: "пример.рф" }, "\u202e": { name: "\ud800" } },
        aws_route53_record: {
          日本: {
            zone_id: "${aws_route53_zone.ж.zone_id}",
            name: "\u0000.пример.рф",
            type: "A",
            alias: { name: "${aws_lb.web.dns_name}", zone_id: "${aws_lb.web.zone_id}" },
          },
        },
      }),
    ],
    [
      "numbers that are none",
      stackWith({
        ...balancer,
        aws_lb_listener: {
          http: {
            load_balancer_arn: "${aws_lb.web.arn}",
            port: "NaN",
            default_action: [{ type: "forward", order: "NaN", target_group_arn: "${aws_lb_target_group.a.arn}" }],
          },
        },
        aws_lb_target_group: {
          a: { port: "1e5", health_check: { port: "-1", timeout: "Infinity", interval: "NaN", matcher: "200-" } },
        },
      }),
    ],
    [
      "a count of a billion",
      stackWith({
        ...balancer,
        aws_instance: { a: { count: 1_000_000_000 } },
        aws_subnet: { a: { count: 1e308 }, b: { count: -1 }, c: { count: "${1e9}" } },
      }),
    ],
    ["user data of 10 MB", siteWith("aws_instance", { user_data: `#!/bin/bash\n${"listen 80;\n".repeat(1_000_000)}` })],
    [
      "user data of one line of 2 MB",
      siteWith("aws_instance", { user_data: `#!/bin/bash\ndnf install ${"-y ".repeat(700_000)}` }),
    ],
    ["user data of blanks", siteWith("aws_instance", { user_data: `#!${" ".repeat(500_000)}x` })],
    ["user data of line ends", siteWith("aws_instance", { user_data: `#!/bin/bash${"\n".repeat(500_000)}x` })],
    [
      "user data that ought to be Base64",
      siteWith("aws_instance", { user_data: undefined, user_data_base64: "=".repeat(500_000) }),
    ],
    ...[
      "listen ",
      "http.server ",
      "docker run -p ",
      "-p ",
      " --port ",
      "return 301 https",
      "cat > x <<'EOF'\n",
      "dnf install ",
      "server {",
      "location / {",
      "location = /health { return ",
      "apt-get ",
      "curl https://",
      "ssl ",
      "proxy_pass http://",
      "EOF\n",
      "# ",
      "export PORT=",
      "{",
      "\\\n",
      "a=",
      "podman -p",
    ].map((word): [string, unknown] => [
      `user data of nothing but ${JSON.stringify(word)}`,
      siteWith("aws_instance", { user_data: `#!/bin/bash\n${word.repeat(Math.ceil(100_000 / word.length))}` }),
    ]),
    ...["*.", "a.", "www.example.com.", "\\052.", "-", "[0]."].map((part): [string, unknown] => [
      `names of nothing but ${JSON.stringify(part)}`,
      siteWith("aws_route53_record", { name: part.repeat(20_000) }),
    ]),
    ...["*.", "a.", "-"].map((part): [string, unknown] => [
      `a certificate for nothing but ${JSON.stringify(part)}`,
      siteWith("aws_acm_certificate", {
        domain_name: part.repeat(20_000),
        subject_alternative_names: Array.from({ length: 500 }, (_, index) => `${part.repeat(100)}${index}`),
      }),
    ]),
    ...[1e308, -1, 0.1, 70_000, "80a", "${aws_lb.x.port}", "443 "].map((port): [string, unknown] => [
      `listeners on port ${port}`,
      siteWith("aws_lb_listener", { port }),
    ]),
    ...["200-", "-", "200,".repeat(50_000), "1-1e9", "0-999999999", "200-299,".repeat(20_000)].map(
      (matcher): [string, unknown] => [
        `the matcher ${matcher.slice(0, 20)}`,
        siteWith("aws_lb_target_group", { health_check: { matcher, path: "/".repeat(50_000), port: "1e9" } }),
      ],
    ),
    [
      "2,000 listener rules",
      stackWith({
        ...baseStack("site").resource,
        aws_lb_listener_rule: Object.fromEntries(
          Array.from({ length: 2_000 }, (_, index) => [
            `r${index}`,
            {
              listener_arn: `\${aws_lb_listener.${Object.keys(baseStack("site").resource.aws_lb_listener ?? {})[1]}.arn}`,
              priority: index + 1,
              condition: [
                { host_header: { values: ["*a*b*c*".repeat(20)] } },
                { path_pattern: { values: ["*a".repeat(60)] } },
              ],
              action: [{ type: "fixed-response", fixed_response: { content_type: "text/plain", status_code: "404" } }],
            },
          ]),
        ),
      }),
    ],
    [
      "a path pattern of stars",
      stackWith({
        ...baseStack("site").resource,
        aws_lb_listener_rule: {
          a: {
            listener_arn: `\${aws_lb_listener.${Object.keys(baseStack("site").resource.aws_lb_listener ?? {})[1]}.arn}`,
            priority: 1,
            condition: [
              { host_header: { values: ["*w".repeat(5_000), "*?".repeat(5_000)] } },
              { path_pattern: { values: ["*/".repeat(5_000)] } },
            ],
            action: [
              {
                type: "redirect",
                redirect: {
                  host: "#{host}".repeat(5_000),
                  path: "/#{path}".repeat(5_000),
                  port: "#{port}",
                  status_code: "HTTP_301",
                },
              },
            ],
          },
        },
      }),
    ],
    [
      "a list of 20,000 subnets",
      stackWith({
        ...balancer,
        aws_lb: {
          web: {
            subnets: Array.from({ length: 20_000 }, (_, index) => `\${aws_subnet.s${index}.id}`),
            security_groups: Array.from({ length: 20_000 }, () => "${aws_security_group.a.id}"),
          },
        },
      }),
    ],
    ["no keys", {}],
    ["a list", []],
    ["a text", "plan"],
    ["null", null],
    ["nothing", undefined],
    ["a number", 1],
    ["a plan of nulls", { format_version: null, planned_values: null, resource_changes: null, configuration: null }],
    ["a plan of empty things", { format_version: "1.2", planned_values: {}, resource_changes: [], configuration: {} }],
    [
      "a plan of lists",
      {
        format_version: "1.2",
        planned_values: [],
        resource_changes: {},
        configuration: { root_module: [], provider_config: [] },
      },
    ],
    [
      "a state of nulls",
      {
        format_version: "1.0",
        terraform_version: "1.0",
        values: { root_module: { resources: [null, null], child_modules: [null] } },
      },
    ],
    [
      "a stack of nulls",
      stackWith({ aws_lb: null, aws_lb_listener: { a: null }, aws_subnet: [null], aws_vpc: { a: [null] } }),
    ],
  ])(
    "%s",
    (_, document) => {
      expect(["report", "unreadable"]).toContain(check(document));
    },
    60_000,
  );
});
