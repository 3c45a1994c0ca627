import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { reviewsAsMarkdown } from "../../../../cli/reviewing/markdown";
import { HOPS, worst } from "../../../../path/report";
import { review } from "../../../../path/review/review";
import { withoutSecrets } from "../../../../path/review/secrets";
import { trace } from "../../../../path/trace/trace";
import { FIXTURES } from "../../../support/project";
import { IS_EXHAUSTIVE } from "../../../support/sample";
import { type Planned, planOf, SITE, type Values } from "../../../support/standing-site";

/* A secret is hidden where it stands, and the hop that it is in is not. */

type Json = Record<string, unknown>;
type Key = string | number;

const caseOf = (name: string): Json =>
  JSON.parse(readFileSync(join(FIXTURES, "cases", name, "plan.json"), "utf8")) as Json;
const written = (plan: unknown): string => {
  const made = review(plan);
  return JSON.stringify(made) + reviewsAsMarkdown([{ name: "web", review: made }]);
};

describe.each(["17-oidc-hidden", "02-oidc-egress"])("a listener that asks who the client is (%s)", (name) => {
  const plan = caseOf(name);

  test("has hops that are known in the review as they are in the trace", () => {
    const { report, watch } = review(plan);
    const { paths } = trace(plan);
    const verdicts = HOPS.map((hop) =>
      worst(paths.flatMap(({ hops }) => hops.filter((it) => it.hop === hop).map(({ verdict }) => verdict))),
    );
    expect(report.hops.map(({ after }) => after)).toEqual(verdicts);
    expect(verdicts).not.toContain("unknown");
    expect(watch.filter((it) => /^(Known after|Sensitive)/.test(it))).toEqual([]);
  });

  test("keeps its client secret out of all that is looked at", () => {
    const secrets = [...JSON.stringify(plan).matchAll(/"client_secret": ?(?:\{"constant_value": ?)?"([^"]+)"/g)].map(
      ([, it = ""]) => it,
    );
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(JSON.stringify(withoutSecrets(plan))).not.toContain(`"${secret}"`);
  });
});

test("a sensitive attribute of the path is reported as such, and not as known after apply", () => {
  const plan = planOf({
    "aws_lb_listener.https": {
      set: { ssl_policy: "ELBSecurityPolicy-2016-08" },
      more: { before_sensitive: { port: true }, after_sensitive: { port: true } },
    },
  });
  expect(review(plan).watch.filter((it) => /^(Known after|Sensitive)/.test(it))).toEqual([
    expect.stringMatching(/^Sensitive, so not evaluated: .*`aws_lb_listener\.https`/),
  ]);
});

/* Blocks in blocks, lists and maps, whose configuration has the secret too. */

const SECRET = "correct-horse";
const DEEP: Values = {
  ...SITE["aws_lb_listener.https"],
  tags: { Name: "web", Owner: "us" },
  alpn: ["a", "b"],
  default_action: [
    {
      type: "authenticate-oidc",
      order: 1,
      authenticate_oidc: [
        {
          authorization_endpoint: "https://login.example.net/a",
          client_id: "shop",
          client_secret: "x",
          issuer: "https://login.example.net",
          scope: "openid",
          authentication_request_extra_params: { display: "page", prompt: "login" },
        },
      ],
    },
    {
      type: "forward",
      order: 2,
      target_group_arn: SITE["aws_lb_target_group.web"]?.arn,
      forward: [
        {
          target_group: [
            { arn: SITE["aws_lb_target_group.web"]?.arn, weight: 1 },
            { arn: SITE["aws_lb_target_group.api"]?.arn, weight: 2 },
          ],
          stickiness: [{ enabled: true, duration: 60 }],
        },
      ],
    },
  ],
};
const ADDRESS = "aws_lb_listener.https";

/** Everything below a value, blocks and lists themselves included. */
function placesIn(value: unknown, path: readonly Key[] = []): (readonly Key[])[] {
  const own = path.length === 0 ? [] : [path];
  return typeof value !== "object" || value === null
    ? own
    : [
        ...own,
        ...Object.entries(value).flatMap(([key, it]) =>
          placesIn(it, [...path, Array.isArray(value) ? Number(key) : key]),
        ),
      ];
}
const PLACES = placesIn(DEEP);

/** Blocks as the configuration has them; whatever is no block is one constant. */
function expressionOf(value: unknown): unknown {
  const isBlocks = Array.isArray(value) && value.length > 0 && value.every((it) => typeof it === "object");
  return isBlocks
    ? (value as Json[]).map((it) =>
        Object.fromEntries(Object.entries(it).map(([name, inner]) => [name, expressionOf(inner)])),
      )
    : { constant_value: value };
}

/** With the secret in every text of a value. */
function spoilt(value: unknown, path: readonly Key[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined)
    return typeof value !== "object" || value === null
      ? SECRET
      : Array.isArray(value)
        ? value.map((it: unknown) => spoilt(it, []))
        : Object.fromEntries(Object.entries(value).map(([name, it]) => [name, spoilt(it, [])]));
  return Array.isArray(value)
    ? value.map((it: unknown, index) => (index === key ? spoilt(it, rest) : it))
    : { ...(value as Json), [key]: spoilt((value as Json)[key], rest) };
}

/** `true` at the path, and nothing next to it; of lists as many items as there are. */
function markAt(value: unknown, [key, ...rest]: readonly Key[]): unknown {
  if (key === undefined) return true;
  if (Array.isArray(value)) return value.map((it, index) => (index === key ? markAt(it, rest) : {}));
  return { [key]: markAt((value as Json)[key], rest) };
}

interface Spoiling {
  readonly places: readonly (readonly Key[])[];
  /** Whether what is marked is known after the apply only, so that its configuration is looked at. */
  readonly isOpen: boolean;
  /** Whether the configuration names its blocks in another order than the plan. */
  readonly isTurned: boolean;
}

function planWith({ places, isOpen, isTurned }: Spoiling): Json {
  const values = places.reduce<unknown>(spoilt, DEEP) as Values;
  const marks = places.map((path) => markAt(DEEP, path)).reduce<unknown>(merged, {});
  const change: Planned = {
    set: { ...values, ssl_policy: "other" },
    open: isOpen ? places.flatMap(([name]) => (name === undefined ? [] : [String(name)])) : [],
    more: { before_sensitive: marks, after_sensitive: marks },
  };
  const plan = planOf(
    { [ADDRESS]: change, "aws_lb_target_group.web": { set: { deregistration_delay: "61" } } },
    { ...SITE, [ADDRESS]: values },
  ) as {
    configuration: { root_module: { resources: (Json & { address: string })[] } };
    prior_state: { values: { root_module: { resources: (Json & { address: string })[] } } };
  };
  const [config, state] = [plan.configuration.root_module.resources, plan.prior_state.values.root_module.resources].map(
    (all) => all.find((it) => it.address === ADDRESS) as Json,
  );
  const expressions = Object.fromEntries(Object.entries(values).map(([name, it]) => [name, expressionOf(it)]));
  Object.assign(config as Json, {
    expressions: isTurned
      ? Object.fromEntries(
          Object.entries(expressions).map(([name, it]) => [name, Array.isArray(it) ? it.toReversed() : it]),
        )
      : expressions,
  });
  Object.assign(state as Json, { sensitive_values: marks });
  return plan as unknown as Json;
}

function merged(one: unknown, other: unknown): unknown {
  if (one === true || other === true) return true;
  if (one === undefined || other === undefined) return one ?? other;
  if (Array.isArray(one) && Array.isArray(other)) return one.map((it: unknown, index) => merged(it, other[index]));
  if (typeof one !== "object" || one === null || typeof other !== "object" || other === null) return other ?? one;
  return Object.fromEntries(
    [...new Set([...Object.keys(one), ...Object.keys(other)])].map((key) => [
      key,
      merged((one as Json)[key], (other as Json)[key]),
    ]),
  );
}

test("nothing below a block, in a list or in a map gives a secret away, in the plan and in its configuration", () => {
  for (const path of PLACES) {
    for (const isOpen of [false, true]) {
      const plan = planWith({ places: [path], isOpen, isTurned: false });
      expect([
        path,
        isOpen,
        JSON.stringify(withoutSecrets(plan)).includes(SECRET),
        written(plan).includes(SECRET),
      ]).toEqual([path, isOpen, false, false]);
    }
  }
});

test("nor do several at once, whatever order the blocks of the configuration have", () => {
  fc.assert(
    fc.property(
      fc.record({
        places: fc.subarray([...PLACES], { minLength: 1, maxLength: 8 }),
        isOpen: fc.boolean(),
        isTurned: fc.boolean(),
      }),
      (spoiling) => {
        const plan = planWith(spoiling);
        return !JSON.stringify(withoutSecrets(plan)).includes(SECRET) && !written(plan).includes(SECRET);
      },
    ),
    { numRuns: IS_EXHAUSTIVE ? 500 : 60 },
  );
});

test("nor does a resource that is marked as a whole, before or after", () => {
  for (const side of ["before_sensitive", "after_sensitive"]) {
    const plan = planWith({ places: PLACES.filter(({ length }) => length === 1), isOpen: true, isTurned: false });
    const change = (plan.resource_changes as { address: string; change: Json }[]).find(
      ({ address }) => address === ADDRESS,
    )?.change as Json;
    Object.assign(change, {
      before_sensitive: {},
      after_sensitive: {},
      [side]: true,
      ...(side === "before_sensitive" ? { after: {} } : { before: {} }),
    });
    expect([
      side,
      JSON.stringify((withoutSecrets(plan) as { configuration: unknown }).configuration).includes(SECRET),
    ]).toEqual([side, false]);
  }
});

test("marks that do not fit their list hide all of it", () => {
  const plan = planWith({ places: [["alpn", 1]], isOpen: false, isTurned: false });
  for (const item of plan.resource_changes as { address: string; change: Json }[])
    if (item.address === ADDRESS)
      Object.assign(item.change, { before_sensitive: { alpn: [true] }, after_sensitive: { alpn: [true] } });
  expect(JSON.stringify((withoutSecrets(plan) as { resource_changes: unknown }).resource_changes)).not.toContain(
    SECRET,
  );
});

test("what is not marked in a block stays in the configuration", () => {
  const path = ["default_action", 0, "authenticate_oidc", 0, "client_secret"];
  const shown = withoutSecrets(planWith({ places: [path], isOpen: false, isTurned: false })) as {
    configuration: { root_module: { resources: (Json & { address: string })[] } };
  };
  const expressions = shown.configuration.root_module.resources.find(({ address }) => address === ADDRESS)
    ?.expressions as { default_action: Json[] };
  expect(expressions.default_action).toMatchObject([
    {
      type: { constant_value: "authenticate-oidc" },
      authenticate_oidc: [
        {
          client_id: { constant_value: "shop" },
          client_secret: { constant_value: { attribute: "default_action.authenticate_oidc.client_secret" } },
        },
      ],
    },
    { type: { constant_value: "forward" } },
  ]);
});
