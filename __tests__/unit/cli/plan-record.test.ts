import { randomBytes } from "node:crypto";
import { differences } from "../../../cli/records/differences";
import { type ComparedPlan, recordOf } from "../../../cli/records/of-plan";
import {
  type KeptRecord,
  MAX_RECORD_BYTES,
  type PlannedRecord,
  parseKept,
  parsePlanned,
} from "../../../cli/records/plan-record";

const KEY = Buffer.alloc(32, 1);

type Change = NonNullable<ComparedPlan["resource_changes"]>[number];

const planOf = (...changes: Change[]): ComparedPlan => ({ resource_changes: changes });
const created = (address: string, after: object, unknown: object = {}): Change => ({
  address,
  mode: "managed",
  change: { actions: ["create"], before: null, after, after_unknown: { id: true, ...unknown } },
});
const updated = (address: string, before: object, after: object, unknown: object = {}): Change => ({
  address,
  mode: "managed",
  change: {
    actions: ["update"],
    before: { id: "a-1", ...before },
    after: { id: "a-1", ...after },
    after_unknown: unknown,
  },
});
const replaced = (address: string, before: object, after: object, ...paths: string[][]): Change => ({
  address,
  mode: "managed",
  change: {
    actions: ["create", "delete"],
    before: { id: "a-1", ...before },
    after,
    after_unknown: { id: true },
    replace_paths: paths,
  },
});
const destroyed = (address: string, before: object = {}): Change => ({
  address,
  mode: "managed",
  change: { actions: ["delete"], before: { id: "a-1", ...before }, after: null, after_unknown: false },
});
const left = (address: string, more: Partial<Change> = {}): Change => ({
  address,
  mode: "managed",
  change: { actions: ["no-op"], before: { id: "a-1" }, after: { id: "a-1" }, after_unknown: {} },
  ...more,
});

const recorded = (plan: ComparedPlan, key = KEY): PlannedRecord => ({
  ...recordOf({ id: "web", folder: "", text: "", json: {} } as never, plan, key),
  configuration: { backend: "1".repeat(32), providers: "2".repeat(32) },
});
const compared = (reviewed: ComparedPlan, now: ComparedPlan) => differences(recorded(reviewed), recorded(now));
const continued = (reviewed: ComparedPlan, now: ComparedPlan) => differences(recorded(reviewed), recorded(now), true);

describe("two plans do the same", () => {
  test.each<[string, ComparedPlan, ComparedPlan]>([
    [
      "where they are equal",
      planOf(created("aws_vpc.a", { cidr: "10.0.0.0/16" }), destroyed("aws_vpc.b")),
      planOf(created("aws_vpc.a", { cidr: "10.0.0.0/16" }), destroyed("aws_vpc.b")),
    ],
    [
      "in another order",
      planOf(created("a.a", { x: { b: 1, a: 2 } }), left("a.b")),
      planOf(left("a.b"), created("a.a", { x: { a: 2, b: 1 } })),
    ],
    [
      "where what is unknown is unknown in both",
      planOf(created("a.a", { n: "x" }, { arn: true, tags: { k: true } })),
      planOf(created("a.a", { n: "x" }, { arn: true, tags: { k: true } })),
    ],
    [
      "where an attribute that stays has another value",
      planOf(updated("a.a", { x: 1, seen: "old" }, { x: 2, seen: "old" })),
      planOf(updated("a.a", { x: 1, seen: "new" }, { x: 2, seen: "new" })),
    ],
    ["whatever is only read or left", planOf(left("a.a"), { ...created("data.a.b", {}), mode: "data" }), planOf()],
    ["where none is said and null is the same", planOf(created("a.a", { x: null })), planOf(created("a.a", {}))],
  ])("%s", (_, reviewed, now) => {
    expect(compared(reviewed, now)).toEqual([]);
  });
});

describe("they do not", () => {
  test.each<[string, ComparedPlan, ComparedPlan, string]>([
    ["something is created more", planOf(), planOf(created("a.a", {})), "a.a: create is planned, but was not reviewed"],
    ["something is destroyed more", planOf(), planOf(destroyed("a.a")), "a.a: delete is planned, but was not reviewed"],
    [
      "something is done no more",
      planOf(updated("a.a", { x: 1 }, { x: 2 })),
      planOf(left("a.a")),
      "a.a: update was reviewed, but is no longer planned",
    ],
    [
      "another thing is done",
      planOf(updated("a.a", { x: 1 }, { x: 2 })),
      planOf(replaced("a.a", { x: 1 }, { x: 2 }, ["x"])),
      "a.a: update was reviewed, but replace (create, then destroy) is planned",
    ],
    [
      "the old one goes first",
      planOf(replaced("a.a", { x: 1 }, { x: 2 }, ["x"])),
      planOf({
        ...replaced("a.a", { x: 1 }, { x: 2 }, ["x"]),
        change: { ...replaced("a.a", { x: 1 }, { x: 2 }, ["x"]).change, actions: ["delete", "create"] },
      }),
      "a.a: replace (create, then destroy) was reviewed, but replace (destroy, then create) is planned",
    ],
    [
      "a value is another",
      planOf(created("a.a", { x: 1, y: 1 })),
      planOf(created("a.a", { x: 2, y: 1 })),
      "a.a: different values for x",
    ],
    [
      "a value deep within is another",
      planOf(created("a.a", { x: [{ y: { z: 1 } }] })),
      planOf(created("a.a", { x: [{ y: { z: 2 } }] })),
      "a.a: different values for x",
    ],
    [
      "a known value was unknown",
      planOf(created("a.a", { n: 1 }, { x: true })),
      planOf(created("a.a", { n: 1, x: "y" })),
      "a.a: different values for x",
    ],
    [
      "a part of a value was unknown",
      planOf(created("a.a", { x: { b: "1" } }, { x: { a: true } })),
      planOf(created("a.a", { x: { a: "1", b: "1" } })),
      "a.a: different values for x",
    ],
    [
      "another attribute changes too",
      planOf(updated("a.a", { x: 1, y: 1 }, { x: 2, y: 1 })),
      planOf(updated("a.a", { x: 1, y: 1 }, { x: 2, y: 2 })),
      "a.a: different values for y",
    ],
    [
      "an attribute is taken away",
      planOf(updated("a.a", { x: 1, y: 1 }, { x: 2, y: 1 })),
      planOf(updated("a.a", { x: 1, y: 1 }, { x: 2 })),
      "a.a: different values for y",
    ],
    [
      "another attribute forces the replacement",
      planOf(replaced("a.a", { x: 1, y: 1 }, { x: 2, y: 2 }, ["x"])),
      planOf(replaced("a.a", { x: 1, y: 1 }, { x: 2, y: 2 }, ["y"])),
      "a.a: replaced because of y instead of x",
    ],
    [
      "a value was another before, as somebody has changed it since",
      planOf(updated("a.a", { x: 1 }, { x: 2 })),
      planOf(updated("a.a", { x: 3 }, { x: 2 })),
      "a.a: different values for x",
    ],
    [
      "an output is called as what every object has",
      planOf(),
      { output_changes: { constructor: { actions: ["create"], before: null, after: "a", after_unknown: false } } },
      "output.constructor: create is planned, but was not reviewed",
    ],
    [
      "an action is invoked more",
      planOf(),
      { action_invocations: [{ address: "action.aws_lambda_invoke.a" }] },
      "action action.aws_lambda_invoke.a (1): update is planned, but was not reviewed",
    ],
    [
      "another object is destroyed",
      planOf(destroyed("a.a", { id: "a-1" })),
      planOf(destroyed("a.a", { id: "a-2" })),
      "a.a: delete of a different object",
    ],
    [
      "another object is moved here",
      planOf(left("a.b", { previous_address: "a.a" })),
      planOf(left("a.b", { previous_address: "a.c" })),
      "a.b: moved from a.c instead of a.a",
    ],
    [
      "nothing is moved here any more",
      planOf(left("a.b", { previous_address: "a.a" })),
      planOf(left("a.b")),
      "a.b: move was reviewed, but is no longer planned",
    ],
    [
      "imports a different object",
      planOf(left("a.a", { change: { ...left("a.a").change, importing: { id: "x" } } })),
      planOf(left("a.a", { change: { ...left("a.a").change, importing: { id: "y" } } })),
      "a.a: imports a different object",
    ],
    [
      "a deposed object goes",
      planOf(),
      planOf({ ...destroyed("a.a"), deposed: "abcd" }),
      "a.a (deposed abcd): delete is planned, but was not reviewed",
    ],
    [
      "an output has another value",
      { output_changes: { url: { actions: ["create"], before: null, after: "a", after_unknown: false } } },
      { output_changes: { url: { actions: ["create"], before: null, after: "b", after_unknown: false } } },
      "output.url: different values for value",
    ],
  ])("where %s", (_, reviewed, now, sentence) => {
    expect(compared(reviewed, now)).toEqual([sentence]);
  });

  test("under another key", () => {
    const plan = planOf(created("a.a", { x: 1 }));
    expect(differences(recorded(plan), recorded(plan, randomBytes(32)))).toEqual(["a.a: different values for x"]);
  });
});

describe("after terraform has failed in the middle", () => {
  const both = [
    created("a.a", { x: 1 }),
    created("a.b", { y: 1 }, { other: true, list: { 0: true } }),
    updated("a.c", { x: 1 }, { x: 2 }),
    destroyed("a.d"),
  ];
  const { change } = replaced("a.e", { x: 1 }, { x: 2 }, ["x"]);

  test.each<[string, ComparedPlan, ComparedPlan]>([
    ["what is done is planned no more", planOf(...both), planOf(...both.slice(2))],
    ["nothing is left", planOf(...both), planOf()],
    [
      "what was unknown within a value is known, and may be a list",
      planOf(created("a.a", { x: [{ cidr: "10.0.0.0/8" }] }, { x: [{ group: true }] })),
      planOf(created("a.a", { x: [{ cidr: "10.0.0.0/8", group: ["sg-1", { id: "sg-2" }] }] })),
    ],
    [
      "it was moved before it is updated",
      planOf({ ...updated("a.b", { x: 1 }, { x: 2 }), previous_address: "a.a" }),
      planOf(updated("a.b", { x: 1 }, { x: 2 })),
    ],
    ["what was unknown is known", planOf(...both), planOf(created("a.b", { y: 1, other: "b-1", list: ["b-1"] }))],
    [
      "what a failed creation left is replaced",
      planOf(created("a.a", { x: 1 })),
      planOf({
        address: "a.a",
        mode: "managed",
        action_reason: "replace_because_tainted",
        change: {
          actions: ["delete", "create"],
          before: { id: "a-9", x: 1 },
          after: { x: 1 },
          after_unknown: { id: true },
        },
      }),
    ],
    [
      "a replacement has come halfway",
      planOf({ address: "a.e", mode: "managed", change: { ...change, actions: ["delete", "create"] } }),
      planOf(created("a.e", { x: 2 })),
    ],
    [
      "the replaced object is left",
      planOf(replaced("a.e", { x: 1 }, { x: 2 }, ["x"])),
      planOf({ ...destroyed("a.e"), deposed: "abcd1234" }),
    ],
  ])("the rest may be done: %s", (_, reviewed, now) => {
    expect(continued(reviewed, now)).toEqual([]);
    expect(compared(reviewed, now)).not.toEqual([]);
  });

  test.each<[string, ComparedPlan, ComparedPlan, string]>([
    [
      "something else is done",
      planOf(created("a.a", {})),
      planOf(destroyed("a.z")),
      "a.z: delete is planned, but was not reviewed",
    ],
    [
      "an object that stands is replaced in a new one's place",
      planOf(created("a.a", { x: 1 })),
      planOf({
        address: "a.a",
        mode: "managed",
        change: {
          actions: ["delete", "create"],
          before: { id: "a-9", x: 2 },
          after: { x: 1 },
          after_unknown: { id: true },
        },
      }),
      "a.a: create was reviewed, but replace (destroy, then create) is planned",
    ],
    [
      "another object is replaced",
      planOf(replaced("a.a", { x: 1 }, { x: 2 }, ["x"])),
      planOf({
        ...replaced("a.a", { x: 1 }, { x: 2 }, ["x"]),
        change: { ...replaced("a.a", { x: 1 }, { x: 2 }, ["x"]).change, before: { id: "a-9", x: 1 } },
      }),
      "a.a: replace (create, then destroy) of a different object; different values for id",
    ],
    [
      "another deposed object goes",
      planOf(replaced("a.a", { x: 1 }, { x: 2 }, ["x"])),
      planOf({ ...destroyed("a.a", { id: "a-9" }), deposed: "abcd1234" }),
      "a.a (deposed abcd1234): delete is planned, but was not reviewed",
    ],
    [
      "somebody has changed it since",
      planOf(updated("a.a", { x: 1 }, { x: 2 })),
      planOf(updated("a.a", { x: 3 }, { x: 2 })),
      "a.a: different values for x",
    ],
    [
      "what was known next to what was not is another value",
      planOf(created("a.a", { x: [{ cidr: "10.0.0.0/8" }] }, { x: [{ group: true }] })),
      planOf(created("a.a", { x: [{ cidr: "0.0.0.0/0", group: "sg-1" }] })),
      "a.a: different values for x",
    ],
    [
      "what was known next to what was not is missing",
      planOf(created("a.a", { x: [{ cidr: "10.0.0.0/8" }] }, { x: [{ group: true }] })),
      planOf(created("a.a", { x: [{ group: "sg-1" }] })),
      "a.a: different values for x",
    ],
    [
      "something is added to what was known",
      planOf(created("a.a", { x: [{ cidr: "10.0.0.0/8" }] }, { x: [{ group: true }] })),
      planOf(created("a.a", { x: [{ cidr: "10.0.0.0/8", group: "sg-1", more: "x" }] })),
      "a.a: different values for x",
    ],
    [
      "what was known is another value",
      planOf(created("a.a", { x: 1 })),
      planOf(created("a.a", { x: 2 })),
      "a.a: different values for x",
    ],
    [
      "another attribute changes",
      planOf(updated("a.a", { x: 1, y: 1 }, { x: 2, y: 1 })),
      planOf(updated("a.a", { x: 1, y: 1 }, { x: 2, y: 2 })),
      "a.a: different values for y",
    ],
    [
      "another object is destroyed",
      planOf(destroyed("a.a", { id: "a-1" })),
      planOf(destroyed("a.a", { id: "a-2" })),
      "a.a: delete of a different object",
    ],
    [
      "what was updated is replaced",
      planOf(updated("a.a", { x: 1 }, { x: 2 })),
      planOf(replaced("a.a", { x: 1 }, { x: 2 }, ["x"])),
      "a.a: update was reviewed, but replace (create, then destroy) is planned",
    ],
    [
      "what was created is destroyed",
      planOf(created("a.a", {})),
      planOf(destroyed("a.a")),
      "a.a: create was reviewed, but delete is planned",
    ],
    [
      "a deposed object of what was not replaced goes",
      planOf(updated("a.a", { x: 1 }, { x: 2 })),
      planOf({ ...destroyed("a.a"), deposed: "abcd1234" }),
      "a.a (deposed abcd1234): delete is planned, but was not reviewed",
    ],
  ])("but nothing else: %s", (_, reviewed, now, sentence) => {
    expect(continued(reviewed, now)).toEqual([sentence]);
  });
});

describe("the configuration", () => {
  const stack = (terraform: object, provider: object = { aws: [{ region: "us-east-1" }] }) =>
    ({ id: "web", folder: "", text: "", json: { terraform, provider } }) as never;
  const record = (terraform: object, provider?: object) => recordOf(stack(terraform, provider), planOf(), KEY);
  const reviewed = record({
    backend: { s3: { bucket: "acme-state", key: "web" } },
    required_providers: { aws: { version: "5.100.0" } },
  });

  test.each([
    [
      "backend",
      record({ backend: { s3: { bucket: "evil", key: "web" } }, required_providers: { aws: { version: "5.100.0" } } }),
    ],
    [
      "providers",
      record(
        { backend: { s3: { bucket: "acme-state", key: "web" } }, required_providers: { aws: { version: "5.100.0" } } },
        { aws: [{ region: "us-east-1", endpoints: [{ s3: "https://evil.example" }] }] },
      ),
    ],
    [
      "providers",
      record({
        backend: { s3: { bucket: "acme-state", key: "web" } },
        required_providers: { aws: { source: "evil/aws" } },
      }),
    ],
  ])("of the %s must be the reviewed one", (part, now) => {
    for (const isContinued of [false, true])
      expect(differences(reviewed, now, isContinued)).toEqual([`the configuration of the ${part} has changed`]);
  });
});

describe("a record", () => {
  const planned = recorded(
    planOf(created("a.a", { password: "hunter2" }), replaced("a.b", { x: 1 }, { x: 2 }, ["x"]), destroyed("a.c")),
  );
  const record: KeptRecord = { ...planned, pullRequest: 7, base: "a".repeat(40), head: "b".repeat(40) };

  test("is read as it was written", () => {
    expect(parseKept(JSON.stringify(record))).toEqual(record);
    expect(parsePlanned(JSON.stringify(planned))).toEqual(planned);
  });

  test("holds no value, and no name within one", () => {
    const secret = JSON.stringify(
      recorded(planOf(created("a.a", { environment: [{ TOKEN: "hunter2" }] }, { environment: [{ KEY: true }] }))),
    );
    for (const it of [JSON.stringify(record), secret]) expect(it).not.toMatch(/hunter2|a-1|TOKEN|KEY/);
  });

  test("does not show that two values are equal", () => {
    const { resources } = recorded(
      planOf(
        created("a.a", { user: "admin", password: "admin", both: ["admin", "admin"] }),
        created("a.b", { user: "admin" }),
      ),
    );
    const digests = JSON.stringify(resources).match(/(?<="to":|":)"[0-9a-f]{32}"/g) ?? [];
    expect(digests).toHaveLength(5);
    expect(new Set(digests).size).toBe(5);
  });

  test.each<[string, object]>([
    ["another version", { version: 2 }],
    ["a commit that is none", { head: "main" }],
    ["a number that is none", { pullRequest: "7" }],
    ["more than it may", { plan: "UEsDB" }],
    ["a value in the clear", { resources: { "a.a": { actions: ["create"], attributes: { x: { to: "hunter2" } } } } }],
    ["an unknown action", { resources: { "a.a": { actions: ["explode"], attributes: {} } } }],
  ])("is refused with %s", (_, change) => {
    expect(() => parseKept(JSON.stringify({ ...record, ...change }))).toThrow(SyntaxError);
  });

  test("does not say itself which pull request it is of", () => {
    expect(() => parsePlanned(JSON.stringify(record))).toThrow(SyntaxError);
  });

  test("is refused where it is too large, before it is read", () => {
    expect(() => parseKept(" ".repeat(MAX_RECORD_BYTES + 1))).toThrow(`it is larger than ${MAX_RECORD_BYTES} bytes`);
  });
});
