import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LocalAws } from "../rehearsal/local-aws";
import { seedsFor } from "../rehearsal/seed-for";
import { review } from "../path/review/review";
import { blockOf, CHANGED, type ChangedBase } from "./changes/all";
import { classicStack } from "./changes/classic-base";
import { baseStack } from "./mutants/bases";
import type { SynthesizedJson } from "./mutants/mutant";
import { planChanges } from "./support/changed-plans";
import { withOwnNames, type Planned } from "./support/planned";
import { startLocalAws } from "./support/rehearsal-room";

/*
 * What each kind of change does, asked of the plans that terraform and the real provider make of it, for sites that stand on the local AWS.
 * KEEP_PLANS=folder keeps the plans, to look at.
 */

const keyOf = (index: number): string => `c${index}`;

const BASES: Readonly<Record<ChangedBase, () => SynthesizedJson>> = {
  "classic": classicStack, "protected": () => protectedStack(), "pool": () => poolStack(), "auto-scaling": () => withOwnNames(baseStack("auto-scaling"), "asg"), "site": () => withOwnNames(baseStack("site"), "site"),
};

function protectedStack(): SynthesizedJson {
  const stack = withOwnNames(classicStack(), "safe");
  Object.assign(blockOf(stack, "aws_lb.web"), { enable_deletion_protection: true });
  return stack;
}

/** Two instances of one block. */
function poolStack(): SynthesizedJson {
  const stack = withOwnNames(classicStack(), "pool");
  const subnets = "${[aws_subnet.a.id, aws_subnet.b.id, aws_subnet.c.id][count.index]}";
  stack.resource.aws_instance = { pool: { ...blockOf(stack, "aws_instance.a"), count: 2, subnet_id: subnets } };
  stack.resource.aws_lb_target_group_attachment = { pool: { count: 2, target_group_arn: "${aws_lb_target_group.web.arn}", target_id: "${aws_instance.pool[count.index].id}" } };
  blockOf(stack, "aws_lb.web").subnets = ["${aws_subnet.a.id}", "${aws_subnet.b.id}", "${aws_subnet.c.id}"];
  for (const [type, name] of [["aws_lb_listener_rule", "api"], ["aws_lb_target_group", "api"]] as const) delete stack.resource[type]?.[name];
  return stack;
}

let localAws: LocalAws;
let planned: Record<string, Planned> = {};

beforeAll(async () => {
  localAws = await startLocalAws();
  const bases = Object.fromEntries(Object.entries(BASES).map(([name, make]) => [name, make()]));
  for (const seed of seedsFor(Object.entries(bases).map(([id, json]) => ({ id, json: json as never })))) await localAws.seed(seed);
  const changes = Object.fromEntries(CHANGED.map(({ base, edit }, index) => {
    const root = BASES[base]();
    edit(root);
    return [keyOf(index), { base, root }];
  }));
  planned = await planChanges(bases, changes, localAws);
  const folder = process.env.KEEP_PLANS;
  if (folder !== undefined) {
    mkdirSync(folder, { recursive: true });
    CHANGED.forEach(({ name }, index) => writeFileSync(join(folder, `${String(index).padStart(2, "0")}-${name.replace(/\W+/g, "-").slice(0, 60)}.json`), JSON.stringify(planned[keyOf(index)]?.plan ?? planned[keyOf(index)])));
  }
}, 900_000);

afterAll(() => localAws.stop());

describe.each(CHANGED.map((changed, index) => ({ name: changed.name, changed, key: keyOf(index) })))("$name", ({ changed: { effect, cause, broken = [] }, key }) => {
  test(`is ${effect}${cause === undefined ? "" : `, for ${cause.attribute} of a ${cause.type}`}`, () => {
    const { plan, refused } = planned[key] ?? {};
    expect(refused ?? "").toBe("");
    const { report } = review(plan);
    const same = report.causes.filter((it) => it.effect === effect && (cause === undefined || (typeOf(it.address) === cause.type && it.attribute === cause.attribute && it.hop === cause.hop)));
    const told = report.causes.map((it) => `${it.effect} ${it.hop} ${it.address} ${it.attribute}`);
    expect({ effect: report.effect, told: cause === undefined || same.length > 0 ? [] : told }).toEqual({ effect, told: [] });
    expect(report.hops.filter((it) => it.change === "broken").map(({ hop }) => hop)).toEqual(broken);
  });
});

function typeOf(address: string): string {
  return address.split(".").at(-2) ?? "";
}
