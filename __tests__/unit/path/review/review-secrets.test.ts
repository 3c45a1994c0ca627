import fc from "fast-check";
import { reviewsAsMarkdown } from "../../../../cli/reviewing/markdown";
import { review } from "../../../../path/review/review";
import { withoutSecrets } from "../../../../path/review/secrets";
import { IS_EXHAUSTIVE, sampled } from "../../../support/sample";
import { destroyed, type Planned, planOf, replaced, SITE } from "../../../support/standing-site";

/* What a plan marks as sensitive is in nothing that a review writes, wherever it stands. */

type Json = Record<string, unknown>;
type Path = readonly (string | number)[];

const CHANGES: Readonly<Record<string, Planned>> = {
  "aws_lb_target_group.web": replaced("port", { port: 8080 }),
  "aws_instance.a": replaced("ami", { ami: "ami-2" }),
  "aws_instance.b": { set: { instance_type: "t3.small" } },
  "aws_lb.web": replaced("name", { name: "other" }),
  "aws_route53_record.www": destroyed(),
  "aws_security_group.alb": replaced("description", { description: "x" }, true),
  "aws_vpc_security_group_ingress_rule.https": { set: { cidr_ipv4: "203.0.113.0/24" } },
  "aws_acm_certificate.main": replaced("domain_name", {}, true),
  "aws_lb_listener.http": destroyed(),
  "aws_subnet.b": replaced("cidr_block", { cidr_block: "10.0.7.0/24" }),
  "aws_route53_zone.main": { set: { comment: "x" } },
};
const SECRET = "correct-horse";

/** Every place in what stands, blocks included. */
const PLACES: readonly { readonly address: string; readonly path: Path }[] = Object.entries(SITE).flatMap(
  ([address, values]) => placesIn(values, []).map((path) => ({ address, path })),
);

function placesIn(value: unknown, path: Path): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    ...(path.length > 0 ? [path] : []),
    ...Object.entries(value).flatMap(([key, it]) => placesIn(it, [...path, Array.isArray(value) ? Number(key) : key])),
  ];
}

/** The plan with a secret in these places, before and after, each marked as terraform marks it, or not at all. */
function planWith(places: typeof PLACES, isMarked: boolean): unknown {
  const plan = structuredClone(planOf(CHANGES)) as {
    resource_changes: (Json & { address: string; change: Json })[];
    prior_state: { values: { root_module: { resources: (Json & { address: string })[] } } };
    configuration: { root_module: { resources: (Json & { address: string; expressions: Json })[] } };
  };
  for (const { address, path } of places) {
    const [change, state, config] = [
      plan.resource_changes,
      plan.prior_state.values.root_module.resources,
      plan.configuration.root_module.resources,
    ].map((all) => all.find((it) => it.address === address) as Json);
    const changes = change?.change as Json;
    for (const [values, marks] of [
      [changes.before, "before_sensitive"],
      [changes.after, "after_sensitive"],
    ] as const) {
      if (values === null) continue;
      // Another one on each side, as a change would be reported with both.
      put(values, path, `${SECRET}-${marks}`);
      if (isMarked) put((changes[marks] ??= {}), path, true);
    }
    put(state?.values, path, `${SECRET}-before_sensitive`);
    if (isMarked) put(((state as Json).sensitive_values ??= {}), path, true);
    if (path.length === 1) put(config?.expressions, path, { constant_value: SECRET });
  }
  return plan;
}

/** A mark on a whole block holds for what is in it. */
function put(target: unknown, [key = "", ...rest]: Path, value: unknown): void {
  const place = target as Json;
  if (place[key] === true) return;
  if (rest.length === 0) place[key] = value;
  else
    put(
      typeof place[key] === "object" && place[key] !== null
        ? place[key]
        : (place[key] = typeof rest[0] === "number" ? [] : {}),
      rest,
      value,
    );
}

const written = (plan: unknown): string => {
  const made = review(plan);
  return JSON.stringify(made) + reviewsAsMarkdown([{ name: "web", review: made }]);
};

test("no place of a resource's values gives a secret away", () => {
  // One of those that have the same path in resources of one type that change in the same way.
  const kindOf = ({ address, path }: (typeof PLACES)[number]) => [
    JSON.stringify([address.split(".")[0], CHANGES[address], path]),
  ];
  for (const place of sampled(PLACES, kindOf))
    expect([place, written(planWith([place], true)).includes(SECRET)]).toEqual([place, false]);
});

test("nor do several at once", () => {
  fc.assert(
    fc.property(
      fc.subarray([...PLACES], { maxLength: 12 }),
      (places) => !written(planWith(places, true)).includes(SECRET),
    ),
    { numRuns: IS_EXHAUSTIVE ? 150 : 40 },
  );
});

test("the same values without their marks are shown, so the marks hide them", () => {
  const reported = PLACES.filter((place) => written(planWith([place], false)).includes(SECRET)).map(
    ({ address, path }) => `${address} ${path.join(".")}`,
  );
  expect(reported).toEqual(
    expect.arrayContaining([
      "aws_lb.web name",
      "aws_instance.a ami",
      "aws_instance.b instance_type",
      "aws_route53_record.www fqdn",
    ]),
  );
});

test("a sensitive attribute that stays as it is makes nothing broken, and no change", () => {
  const plan = planOf({}) as { resource_changes: { address: string; change: Json }[] };
  const rule = plan.resource_changes.find(({ address }) => address === "aws_vpc_security_group_ingress_rule.https");
  Object.assign(rule?.change ?? {}, { before_sensitive: { cidr_ipv4: true }, after_sensitive: { cidr_ipv4: true } });
  const { report } = review(plan);
  expect({
    effect: report.effect,
    summary: report.summary,
    broken: report.hops.filter(({ change }) => change === "broken"),
  }).toEqual({ effect: "none", summary: "No changes.", broken: [] });
});

test("a sensitive attribute that changes is reported by its name", () => {
  const plan = planOf({
    "aws_lb.web": {
      set: { idle_timeout: 77 },
      more: { before_sensitive: { idle_timeout: true }, after_sensitive: { idle_timeout: true } },
    },
  });
  const text = written(plan);
  expect(text).toContain("idle_timeout");
  expect(text).not.toContain("77");
});

test("variables, outputs and arguments of modules that are sensitive are taken out too", () => {
  const expressions = { password: { constant_value: SECRET } };
  const declared = { password: { sensitive: true, default: SECRET } };
  const plan = {
    format_version: "1.2",
    resource_changes: [],
    variables: { password: { value: SECRET }, name: { value: "web" } },
    output_changes: {
      password: { actions: ["update"], before: SECRET, after: SECRET, before_sensitive: true, after_sensitive: true },
    },
    planned_values: { outputs: { password: { sensitive: true, value: SECRET } }, root_module: {} },
    configuration: {
      root_module: {
        variables: declared,
        outputs: { password: { sensitive: true, expression: { constant_value: SECRET } } },
        module_calls: {
          a: {
            expressions,
            module: {
              variables: declared,
              outputs: { p: { sensitive: true, expression: { constant_value: SECRET } } },
            },
          },
        },
      },
    },
  };
  const shown = JSON.stringify(withoutSecrets(plan));
  expect(shown).not.toContain(SECRET);
  expect(shown).toContain('"name":{"value":"web"}');
  expect(review(plan).outputs).toEqual(["password"]);
});

test("a boot script is not shown, as it may hold secrets that nobody marked", () => {
  const before = `#!/bin/bash export TOKEN=${SECRET}`;
  expect(
    written(
      planOf(
        { "aws_instance.a": { set: { user_data: "#!/bin/bash" } } },
        { ...SITE, "aws_instance.a": { ...SITE["aws_instance.a"], user_data: before } },
      ),
    ),
  ).not.toContain(SECRET);
});
