import { trace } from "../path/trace";
import type { LocalAws } from "../rehearsal/local-aws";
import { planAll, type Planned } from "./support/planned";
import { startLocalAws } from "./support/rehearsal-room";
import { expectedOf, folderOf, NAMES, planOf, seed } from "./support/topology-fixtures";

/*
 * Plans the root modules of __tests__/fixtures/topologies anew with the real provider, all with one terraform, and applies them to a local
 * AWS. Needs terraform and Python as `npm run rehearse` does. Takes four minutes, nearly all of them waits inside of the AWS provider.
 */

/** What the local AWS lacks, so that these are only planned. */
const ONLY_PLANNED: Readonly<Record<string, string>> = {
  "asg-traffic-source": "moto takes AttachTrafficSources and forgets it, and the provider waits for it for 15 minutes",
  dualstack: "moto does not tell subnets by their IPv6 range, for which the provider waits",
};

/** What the local AWS refuses, as AWS would. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "broken-certificate-elsewhere": /CertificateNotFound/,
  "broken-same-zone": /Availability Zone/,
};

/** Where a state says more or less than the plan, and why. */
const STATE_DIFFERS: Readonly<Record<string, { readonly verdict: string; readonly why: string }>> = {};

let localAws: LocalAws;
let made: Record<string, Planned>;

beforeAll(async () => {
  localAws = await startLocalAws();
  await seed(localAws);
  const roots = (isApplied: boolean) => Object.fromEntries(NAMES.filter((name) => Object.hasOwn(ONLY_PLANNED, name) !== isApplied).map((name) => [name, folderOf(name)]));
  made = { ...(await planAll(roots(false), { localAws })), ...(await planAll(roots(true), { localAws, apply: true })) };
}, 1_200_000);

afterAll(() => localAws.stop());

test("terraform plans every root module", () => {
  expect(NAMES.filter((name) => made[name]?.plan === undefined).map((name) => `${name}: ${made[name]?.refused}`)).toEqual([]);
});

test.each(NAMES)("the committed plan of %s is what terraform writes", (name) => {
  expect(comparable(made[name]?.plan)).toEqual(comparable(planOf(name)));
});

test.each(NAMES.filter((name) => !Object.hasOwn(ONLY_PLANNED, name)))("%s is traced alike in its plan and in its state", (name) => {
  const refusal = REFUSED[name];
  if (refusal !== undefined) return expect(made[name]?.refused).toMatch(refusal);
  expect(made[name]?.refused).toBeUndefined();
  const expected = expectedOf(name);
  const report = trace(made[name]?.state);
  const errors = [...new Set(report.findings.filter(({ severity }) => severity === "error").map(({ id, address }) => `${id} ${address.replace(/\[[^\]]*\]/g, "")}`))];
  expect({ verdict: report.verdict, errors }).toEqual({
    verdict: STATE_DIFFERS[name]?.verdict ?? expected.verdict,
    errors: expected.verdict === "broken" ? [`${expected.id} ${expected.address}`] : [],
  });
});

/**
 * What two plans of one configuration have in common: all but the time, the ids that AWS gives to what is there already, outputs (a module's
 * are not planned as a root's are), and the settings of the providers (the committed plan has the root's own, the other those of the test).
 */
function comparable(plan: unknown): unknown {
  const { timestamp: _time, output_changes: _outputs, relevant_attributes: relevant, planned_values, prior_state, configuration, ...rest } = plan as {
    timestamp: unknown; output_changes?: unknown; relevant_attributes?: readonly { resource: string }[];
    planned_values: object; prior_state?: { values: object }; configuration: { provider_config: Record<string, { full_name: string }> };
  };
  const whole = {
    ...rest,
    planned_values: { ...planned_values, outputs: undefined },
    prior_state: prior_state && { ...prior_state, values: { ...prior_state.values, outputs: undefined } },
    configuration: { ...configuration, provider_config: Object.entries(configuration.provider_config).map(([key, { full_name: name }]) => `${key} ${name}`).sort() },
    relevant_attributes: relevant?.map((it) => JSON.stringify(it)).sort(),
  };
  return JSON.parse(JSON.stringify(whole).replace(/\b(vpc|subnet|acl|rtb|rtbassoc|igw|sg|dopt)-[0-9a-f]{8,17}\b/g, "$1-…"));
}
