import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { WebStackProps } from "../../../constructs/props/web-stack-props";
import type { LocalAws } from "../../../rehearsal/local-aws";
import { seedsFor } from "../../../rehearsal/seed-for";
import type { StackJson } from "../../../rehearsal/stack-files";
import { type Changing, planChanges } from "../../support/changed-plans";
import type { Planned } from "../../support/planned";
import { PROJECT } from "../../support/project";
import { startLocalAws } from "../../support/rehearsal-room";
import { EXISTING_NETWORK, synthOf } from "../../support/synth";

/*
 * The table "What each change does" of docs/guides/changing-a-live-site.md, against the plans that terraform and the
 * real provider make, with a refresh, for each of its changes to a site on the local AWS. The table is read from the
 * page: each change in it is made here, and its second column must be what the plan contains.
 */

const STANDING: WebStackProps = { domainName: "www.example.com", alternativeNames: ["example.com"] };
const CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const EVERY_OTHER_CHECK = {
  matcher: "200-299",
  intervalSec: 30,
  timeoutSec: 4,
  healthyThreshold: 4,
  unhealthyThreshold: 4,
};

/**
 * What the table's first column names, and what becomes of the standing props; several where a change has several
 * directions.
 */
const CHANGES: Readonly<Record<string, readonly Partial<WebStackProps>[]>> = {
  "`http`": [{ http: "forward" }],
  "`tlsPolicy`": [{ tlsPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" }],
  "`tags`": [{ tags: { team: "web" } }],
  "`healthCheck` except path and port": [{ healthCheck: EVERY_OTHER_CHECK }],
  "`deregistrationDelaySec`": [{ deregistrationDelaySec: 30 }],
  "`accessLogsBucket`": [{ accessLogsBucket: "example-logs" }],
  "`disposable`": [{ disposable: true }],
  "`instances.detailedMonitoring`": [{ instances: { detailedMonitoring: true } }],
  "`instances.count`": [{ instances: { count: 3 } }, { instances: { count: 1 } }],
  "`network.zones`": [{ network: { zones: 3 } }],
  "`network.egress`": [{ network: { egress: "nat" } }],
  "`network.flowLogsBucket`": [{ network: { flowLogsBucket: "example-logs" } }],
  "`certificate`": [{ certificate: { arn: CERTIFICATE } }],
  "`alternativeNames`": [
    { alternativeNames: ["example.com", "shop.example.com"] },
    { alternativeNames: ["shop.example.com"] },
    { alternativeNames: [] },
  ],
  "`healthCheck.path`": [{ healthCheck: { path: "/up" } }],
  "`healthCheck.port`": [{ healthCheck: { port: 9000 } }],
  "`idleTimeoutSec`": [{ idleTimeoutSec: 120 }],
  "`server`": [{ server: { proxyPort: 3000 } }],
  "`instances.placement`": [{ instances: { placement: "public" } }],
  "`instances.type`": [{ instances: { type: "t3.small" } }, { instances: { type: "t4g.small" } }],
  "`instances.diskGiB`": [{ instances: { diskGiB: 20 } }],
  "`appPort`": [{ appPort: 8080 }],
  "`domainName`": [{ domainName: "shop.example.com" }],
  "`network.cidr`": [{ network: { cidr: "10.9.0.0/16" } }],
  "`network.vpcId`": [{ network: EXISTING_NETWORK }],
  "`region`": [{ region: "eu-west-1" }],
  "the stack's id": [{}],
};
/** Its state lies elsewhere, so that terraform finds nothing. */
const ANOTHER_STACK = "the stack's id";

/** What stands out of a plan if it is replaced, in the words of the table's second column. */
const PARTS = {
  aws_acm_certificate: "certificate",
  aws_lb: "load balancer",
  aws_lb_target_group: "target group",
  aws_instance: "instances",
} as const;

interface Row {
  readonly changes: readonly string[];
  readonly inThePlan: string;
}

interface Change {
  readonly type: string;
  readonly change: {
    readonly actions: readonly string[];
    readonly before: Record<string, unknown> | null;
    readonly after: Record<string, unknown> | null;
  };
}

const ROWS = rowsOf(readFileSync(join(PROJECT, "docs/guides/changing-a-live-site.md"), "utf8"));
/** Each change on its own, by a key. */
const ALL = Object.entries(CHANGES).flatMap(([change, props]) =>
  props.map((it, index) => ({ change, key: `${change} ${index}`, props: { ...STANDING, ...it } })),
);

let localAws: LocalAws;
let planned: Readonly<Record<string, Planned>> = {};

beforeAll(async () => {
  localAws = await startLocalAws();
  const standing = synthOf(STANDING);
  const changed = Object.fromEntries(
    ALL.map(({ change, key, props }): [string, Changing] => {
      const isAnother = change === ANOTHER_STACK;
      return [key, { root: synthOf(props, isAnother ? "site" : "web"), ...(isAnother ? {} : { base: "standing" }) }];
    }),
  );
  const roots = [standing, ...Object.values(changed).map(({ root }) => root)];
  for (const seed of seedsFor(roots.map((json) => ({ id: "web", json: json as StackJson })))) await localAws.seed(seed);
  planned = await planChanges({ standing }, { ...changed, nothing: { base: "standing", root: standing } }, localAws, {
    defaultTags: true,
  });
}, 1_800_000);

afterAll(() => localAws?.stop());

test("the table has a row for each change that is tried here, and none for any other", () => {
  expect(ROWS.flatMap(({ changes }) => changes).sort()).toEqual(Object.keys(CHANGES).sort());
});

test("a site that is left as it is has no change in its plan", () => {
  expect(changesOf("nothing")).toEqual([]);
});

describe.each(ROWS)("$inThePlan", ({ changes, inThePlan }) => {
  test.each(ALL.filter(({ change }) => changes.includes(change)))("$key", ({ key }) => {
    expect(outcomeOf(changesOf(key))).toBe(inThePlan);
  });
});

test("another stack's id is another place for its state", () => {
  const placeOf = (id: string) =>
    JSON.stringify(synthOf({ ...STANDING, backend: { s3: { bucket: "acme-states" } } }, id).terraform.backend);
  expect(placeOf("site")).not.toBe(placeOf("web"));
});

/** The plan in the table's words. */
function outcomeOf(changes: readonly Change[]): string {
  const did = (...actions: readonly string[]) =>
    changes.filter(({ change }) => change.actions.join() === actions.join());
  const typesOf = (them: readonly Change[]) => new Set(them.map(({ type }) => type));
  const [newFirst, oldFirst] = [typesOf(did("create", "delete")), typesOf(did("delete", "create"))];
  const replaced = Object.entries(PARTS).filter(([type]) => newFirst.has(type) || oldFirst.has(type));
  if (replaced.length > 0)
    return (
      `${listOf(replaced.map(([, name]) => name))} replaced ` +
      `${replaced.some(([type]) => oldFirst.has(type)) ? "(destroy, then create)" : "(create, then destroy)"}`
    );
  const [added, removed] = [typesOf(did("create")), typesOf(did("delete"))];
  if (added.has("aws_vpc"))
    return removed.size === 0 ? "everything created again, nothing destroyed" : "everything created again";
  if (added.size > 0 || removed.size > 0) return "added or removed, nothing replaced";
  return did("update").length > 0 ? "updated in place" : "no changes";
}

function changesOf(key: string): readonly Change[] {
  const { plan, refused } = planned[key] ?? {};
  expect(refused ?? "").toBe("");
  const { resource_changes: all = [] } = plan as { resource_changes?: readonly Change[] };
  return all.filter(({ change: { actions } }) => !["no-op", "read"].includes(actions.join()));
}

function rowsOf(page: string): Row[] {
  const [, section = ""] = /^## What each change does\n([^]*?)^#/m.exec(page) ?? [];
  const lines = section.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"));
  return lines.slice(1).map((line) => {
    const [, changes = "", inThePlan = ""] = line.split("|").map((cell) => cell.trim());
    return { changes: changes.split(", "), inThePlan };
  });
}

/** `a, b and c` */
function listOf(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
