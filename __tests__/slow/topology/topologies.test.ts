import { trace } from "../../../path/trace/trace";
import type { LocalAws } from "../../../rehearsal/local-aws";
import { type Planned, planAll } from "../../support/planned";
import { startLocalAws } from "../../support/rehearsal-room";
import { sampled } from "../../support/sample";
import { expectedOf, folderOf, NAMES, planOf, resourceTypesIn, seed } from "../../support/topology-fixtures";

/*
 * Plans the root modules of __tests__/fixtures/topologies again with the real provider, all with one terraform, and
 * applies a sample of them (every one: npm run test:exhaustive) to a local AWS. Needs terraform and Python as
 * `npm run rehearse` does.
 */

/** What the local AWS lacks, so that these are only planned. */
const ONLY_PLANNED: Readonly<Record<string, string>> = {
  "asg-traffic-source": "moto takes AttachTrafficSources and forgets it, and the provider waits for it for 15 minutes",
  "internal-private-zone": "moto does not return the VPCs of a private zone, so that its state shows a public one",
  "lambda-target": "the function is not made here, for which the provider waits for five minutes",
  dualstack: "moto does not list subnets by their IPv6 range, and the provider waits for it",
};

/** What the local AWS refuses, as AWS would. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "broken-certificate-elsewhere": /CertificateNotFound/,
  "broken-same-zone": /Availability Zone/,
};

/** Where a state says more or less than the plan, and why. */
const STATE_DIFFERS: Readonly<Record<string, { readonly verdict: string; readonly why: string }>> = {
  "broken-indented-user-data": { verdict: "ok", why: "a state holds a hash of the user data only" },
  "broken-no-way-out": {
    verdict: "unknown",
    why: "a state holds a hash of the user data only, so that nothing says whether it installs anything",
  },
  "for-each-filtered": { verdict: "ok", why: "a state has the subnets' ids" },
  "locals-associate": { verdict: "ok", why: "a state has the ids that locals lead to" },
  "locals-choose": { verdict: "ok", why: "a state has the ids that locals lead to" },
  "nat-as-gateway": {
    verdict: "unknown",
    why: "moto accepts a NAT gateway as gateway_id of a route and omits it, but AWS returns a NAT gateway",
  },
  "variables-and-locals": { verdict: "ok", why: "a state has the ids that locals lead to" },
};

/** The same of a plan that is made after the apply. */
const LATER_PLAN_DIFFERS: typeof STATE_DIFFERS = Object.fromEntries(
  ["for-each-filtered", "locals-associate", "locals-choose", "variables-and-locals"].map((name) => [
    name,
    { verdict: "ok", why: "by then it has the ids" },
  ]),
);

/** Each type of resource and each verdict, and each that differs from its plan or is refused. */
const kindsOf = (name: string): string[] => [
  `verdict ${expectedOf(name).verdict}`,
  ...resourceTypesIn(name),
  ...[REFUSED, STATE_DIFFERS, LATER_PLAN_DIFFERS].flatMap((table, index) =>
    Object.hasOwn(table, name) ? [`table ${index}: ${name}`] : [],
  ),
];

const APPLIED = sampled(
  NAMES.filter((name) => !Object.hasOwn(ONLY_PLANNED, name)),
  kindsOf,
);

let localAws: LocalAws;
let made: Record<string, Planned>;

beforeAll(async () => {
  localAws = await startLocalAws();
  await seed(localAws);
  const roots = (isApplied: boolean) =>
    Object.fromEntries(
      NAMES.filter((name) => APPLIED.includes(name) === isApplied).map((name) => [name, folderOf(name)]),
    );
  made = {
    ...(await planAll(roots(false), { localAws })),
    ...(await planAll(roots(true), { localAws, apply: true, again: true })),
  };
}, 1_200_000);

afterAll(() => localAws.stop());

test("terraform plans every root module", () => {
  expect(
    NAMES.filter((name) => made[name]?.plan === undefined).map((name) => `${name}: ${made[name]?.refused}`),
  ).toEqual([]);
});

test.each(NAMES)("the committed plan of %s is what terraform writes", (name) => {
  expect(comparable(made[name]?.plan)).toEqual(comparable(planOf(name)));
});

test.each(APPLIED)("%s is traced alike in its plan and in its state", (name) => {
  const refusal = REFUSED[name];
  if (refusal !== undefined) return expect(made[name]?.refused).toMatch(refusal);
  expect(made[name]?.refused).toBeUndefined();
  expect(reported(made[name]?.state)).toEqual(expectedWith(name, STATE_DIFFERS[name]?.verdict));
});

test.each(APPLIED.filter((name) => REFUSED[name] === undefined))(
  "%s is traced alike in a plan made after the apply",
  (name) => {
    expect(reported(made[name]?.again)).toEqual(expectedWith(name, LATER_PLAN_DIFFERS[name]?.verdict));
  },
);

function reported(document: unknown): { verdict: string; errors: string[] } {
  const { verdict, findings } = trace(document);
  return {
    verdict,
    errors: [
      ...new Set(
        findings
          .filter(({ severity }) => severity === "error")
          .map(({ id, address }) => `${id} ${address.replace(/\[[^\]]*\]/g, "")}`),
      ),
    ],
  };
}

function expectedWith(name: string, other: string | undefined): { verdict: string; errors: string[] } {
  const expected = expectedOf(name);
  const verdict = other ?? expected.verdict;
  return {
    verdict,
    errors: expected.verdict === "broken" && verdict === "broken" ? [`${expected.id} ${expected.address}`] : [],
  };
}

/** What the local AWS makes up again each time for what is read, and the tags that a provider adds. */
const LEFT_OUT = [
  "caller_reference",
  "snapshot_id",
  "root_snapshot_id",
  "creation_date",
  "association_id",
  "certificate",
  "tags_all",
  "user_id",
];
const IDS = /\b(vpc|subnet|acl|rtb|rtbassoc|igw|sg|dopt|pl)-[0-9a-f]{8,17}\b/g;

/**
 * What two plans of one configuration have in common: all but the time, what AWS makes up for what is there already,
 * the order of modules and references, outputs (a module's are not planned as a root's are), and the settings of the
 * providers (the committed plan has the root's own, the other those of the test).
 */
function comparable(plan: unknown): unknown {
  const {
    timestamp: _time,
    output_changes: _outputs,
    planned_values,
    prior_state,
    configuration,
    ...rest
  } = plan as {
    timestamp: unknown;
    output_changes?: unknown;
    planned_values: object;
    prior_state?: { values?: { root_module: object } };
    configuration: { provider_config: Record<string, { full_name: string }> };
  };
  const whole = {
    ...rest,
    planned_values: { ...planned_values, outputs: undefined },
    prior_state:
      prior_state?.values !== undefined && Object.keys(prior_state.values.root_module).length > 0
        ? { ...prior_state, values: { ...prior_state.values, outputs: undefined } }
        : undefined,
    configuration: {
      ...configuration,
      provider_config: Object.entries(configuration.provider_config)
        .map(([key, { full_name: name }]) => `${key} ${name}`)
        .sort(),
    },
  };
  return JSON.parse(JSON.stringify(whole), (key, value: unknown) => {
    if (LEFT_OUT.includes(key)) return undefined;
    if (typeof value === "string") return value.replace(IDS, "$1-…");
    return ["child_modules", "references", "relevant_attributes"].includes(key) && Array.isArray(value)
      ? value.map((it) => JSON.stringify(it)).sort()
      : value;
  });
}
