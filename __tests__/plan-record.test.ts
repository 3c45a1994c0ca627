import { randomBytes } from "node:crypto";
import { changesOf, differences, MAX_RECORD_BYTES, parseRecord, type ComparedPlan, type PlanRecord } from "../cli/github/plan-record";

const KEY = Buffer.alloc(32, 1);

type Change = NonNullable<ComparedPlan["resource_changes"]>[number];

const planOf = (...changes: Change[]): ComparedPlan => ({ resource_changes: changes });
const created = (address: string, after: object, unknown: object = {}): Change => ({ address, mode: "managed", change: { actions: ["create"], before: null, after, after_unknown: { id: true, ...unknown } } });
const updated = (address: string, before: object, after: object, unknown: object = {}): Change => ({ address, mode: "managed", change: { actions: ["update"], before: { id: "a-1", ...before }, after: { id: "a-1", ...after }, after_unknown: unknown } });
const replaced = (address: string, before: object, after: object, ...paths: string[][]): Change =>
  ({ address, mode: "managed", change: { actions: ["create", "delete"], before: { id: "a-1", ...before }, after, after_unknown: { id: true }, replace_paths: paths } });
const destroyed = (address: string, before: object = {}): Change => ({ address, mode: "managed", change: { actions: ["delete"], before: { id: "a-1", ...before }, after: null, after_unknown: false } });
const left = (address: string, more: Partial<Change> = {}): Change => ({ address, mode: "managed", change: { actions: ["no-op"], before: { id: "a-1" }, after: { id: "a-1" }, after_unknown: {} }, ...more });

const compared = (reviewed: ComparedPlan, now: ComparedPlan) => differences(changesOf(reviewed, KEY), changesOf(now, KEY));

describe("two plans do the same", () => {
  test.each<[string, ComparedPlan, ComparedPlan]>([
    ["where they are equal", planOf(created("aws_vpc.a", { cidr: "10.0.0.0/16" }), destroyed("aws_vpc.b")), planOf(created("aws_vpc.a", { cidr: "10.0.0.0/16" }), destroyed("aws_vpc.b"))],
    ["in another order", planOf(created("a.a", { x: { b: 1, a: 2 } }), left("a.b")), planOf(left("a.b"), created("a.a", { x: { a: 2, b: 1 } }))],
    ["where what is unknown is unknown in both", planOf(created("a.a", { n: "x" }, { arn: true, tags: { k: true } })), planOf(created("a.a", { n: "x" }, { arn: true, tags: { k: true } }))],
    ["where an attribute that stays has another value", planOf(updated("a.a", { x: 1, seen: "old" }, { x: 2, seen: "old" })), planOf(updated("a.a", { x: 1, seen: "new" }, { x: 2, seen: "new" }))],
    ["whatever is only read or left", planOf(left("a.a"), { ...created("data.a.b", {}), mode: "data" }), planOf()],
    ["where none is said and null is the same", planOf(created("a.a", { x: null })), planOf(created("a.a", {}))],
  ])("%s", (_, reviewed, now) => {
    expect(compared(reviewed, now)).toEqual([]);
  });
});

describe("they do not", () => {
  test.each<[string, ComparedPlan, ComparedPlan, string]>([
    ["something is created more", planOf(), planOf(created("a.a", {})), "a.a: now create, which was not reviewed"],
    ["something is destroyed more", planOf(), planOf(destroyed("a.a")), "a.a: now delete, which was not reviewed"],
    ["something is done no more", planOf(updated("a.a", { x: 1 }, { x: 2 })), planOf(left("a.a")), "a.a: reviewed was update, which is not planned any more"],
    ["another thing is done", planOf(updated("a.a", { x: 1 }, { x: 2 })), planOf(replaced("a.a", { x: 1 }, { x: 2 }, ["x"])), "a.a: reviewed was update, now replace"],
    ["the old one goes first", planOf(replaced("a.a", { x: 1 }, { x: 2 }, ["x"])), planOf({ ...replaced("a.a", { x: 1 }, { x: 2 }, ["x"]), change: { ...replaced("a.a", { x: 1 }, { x: 2 }, ["x"]).change, actions: ["delete", "create"] } }), "a.a: reviewed was replace, now replace"],
    ["a value is another", planOf(created("a.a", { x: 1, y: 1 })), planOf(created("a.a", { x: 2, y: 1 })), "a.a: other values for x"],
    ["a value deep within is another", planOf(created("a.a", { x: [{ y: { z: 1 } }] })), planOf(created("a.a", { x: [{ y: { z: 2 } }] })), "a.a: other values for x"],
    ["a known value was unknown", planOf(created("a.a", { n: 1 }, { x: true })), planOf(created("a.a", { n: 1, x: "y" })), "a.a: other values for x"],
    ["a part of a value was unknown", planOf(created("a.a", { x: { b: "1" } }, { x: { a: true } })), planOf(created("a.a", { x: { a: "1", b: "1" } })), "a.a: other values for x"],
    ["another attribute changes too", planOf(updated("a.a", { x: 1, y: 1 }, { x: 2, y: 1 })), planOf(updated("a.a", { x: 1, y: 1 }, { x: 2, y: 2 })), "a.a: other values for y"],
    ["an attribute is taken away", planOf(updated("a.a", { x: 1, y: 1 }, { x: 2, y: 1 })), planOf(updated("a.a", { x: 1, y: 1 }, { x: 2 })), "a.a: other values for y"],
    ["another attribute forces the replacement", planOf(replaced("a.a", { x: 1, y: 1 }, { x: 2, y: 2 }, ["x"])), planOf(replaced("a.a", { x: 1, y: 1 }, { x: 2, y: 2 }, ["y"])), "a.a: replaced as y changes, not x"],
    ["another object is destroyed", planOf(destroyed("a.a", { id: "a-1" })), planOf(destroyed("a.a", { id: "a-2" })), "a.a: delete of another object"],
    ["another object is moved here", planOf(left("a.b", { previous_address: "a.a" })), planOf(left("a.b", { previous_address: "a.c" })), "a.b: moved from a.c instead of a.a"],
    ["nothing is moved here any more", planOf(left("a.b", { previous_address: "a.a" })), planOf(left("a.b")), "a.b: reviewed was move, which is not planned any more"],
    ["another object is imported", planOf(left("a.a", { change: { ...left("a.a").change, importing: { id: "x" } } })), planOf(left("a.a", { change: { ...left("a.a").change, importing: { id: "y" } } })), "a.a: another object is imported"],
    ["a deposed object goes", planOf(), planOf({ ...destroyed("a.a"), deposed: "abcd" }), "a.a (deposed abcd): now delete, which was not reviewed"],
    ["an output has another value", { output_changes: { url: { actions: ["create"], before: null, after: "a", after_unknown: false } } }, { output_changes: { url: { actions: ["create"], before: null, after: "b", after_unknown: false } } }, "output url: other values for value"],
  ])("where %s", (_, reviewed, now, sentence) => {
    expect(compared(reviewed, now)).toEqual([sentence]);
  });

  test("under another key", () => {
    const plan = planOf(created("a.a", { x: 1 }));
    expect(differences(changesOf(plan, KEY), changesOf(plan, randomBytes(32)))).toEqual(["a.a: other values for x"]);
  });
});

describe("a record", () => {
  const record: PlanRecord = { version: 1, stack: "web", pullRequest: 7, base: "a".repeat(40), head: "b".repeat(40), ...changesOf(planOf(created("a.a", { password: "hunter2" }), replaced("a.b", { x: 1 }, { x: 2 }, ["x"]), destroyed("a.c")), KEY) };

  test("is read as it was written", () => {
    expect(parseRecord(JSON.stringify(record))).toEqual(record);
  });

  test("holds no value", () => {
    expect(JSON.stringify(record)).not.toMatch(/hunter2|a-1/);
  });

  test.each<[string, object]>([
    ["another version", { version: 2 }], ["a commit that is none", { head: "main" }], ["a number that is none", { pullRequest: "7" }], ["more than it may", { plan: "UEsDB" }],
    ["a value in the clear", { resources: { "a.a": { actions: ["create"], attributes: { x: "hunter2" } } } }], ["an unknown action", { resources: { "a.a": { actions: ["explode"], attributes: {} } } }],
  ])("is refused with %s", (_, change) => {
    expect(() => parseRecord(JSON.stringify({ ...record, ...change }))).toThrow(SyntaxError);
  });

  test("is refused where it is too large, before it is read", () => {
    expect(() => parseRecord(" ".repeat(MAX_RECORD_BYTES + 1))).toThrow(`it has more than ${MAX_RECORD_BYTES} bytes`);
  });
});
