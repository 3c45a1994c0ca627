import { Balancing, type Member, type Pool } from "../../../../path/serve/balancing";
import type { Answer } from "../../../../path/serve/decisions";
import { type HealthState, healthSettingsOf, TargetHealth } from "../../../../path/serve/health";
import type { TargetGroup } from "../../../../topology/model";

/* Which target receives a request. */

const member = (id: string, state: HealthState): Member => {
  const health = new TargetHealth(healthSettingsOf({ healthCheck: {} } as TargetGroup));
  health.state = state;
  return { id, health, backend: () => ({ id, protocol: "HTTP", port: 80, way: { kind: "open" }, kind: "nginx" }) };
};
const pool = (members: readonly Member[], group: Partial<TargetGroup> = {}, more: Partial<Pool> = {}): Pool => ({
  group: { address: "aws_lb_target_group.web", ...group } as TargetGroup,
  members,
  ...more,
});
type Forward = Extract<Answer, { kind: "forward" }>;
const forward = (weights: Readonly<Record<string, number>> = { web: 1 }, more: Partial<Forward> = {}): Forward => ({
  kind: "forward",
  groups: Object.entries(weights).map(([arn, weight]) => ({ address: `aws_lb_target_group.${arn}`, arn, weight })),
  cause: { hop: "listener", address: "aws_lb_listener.web", text: "forwards" },
  ...more,
});
/** Where chance decides, the first. */
const FIRST = () => 0;
const NO_COOKIES: ReadonlyMap<string, string> = new Map();
const picks = (balancing: Balancing, count: number, answer = forward(), cookies = NO_COOKIES) =>
  Array.from({ length: count }, () => {
    const picked = balancing.pick(answer, cookies);
    return picked.kind === "backend" ? picked.backend.id : picked.cause.text;
  });

test("targets receive requests in turn", () => {
  const balancing = new Balancing(() => pool([member("a", "healthy"), member("b", "healthy")]), FIRST);
  expect(picks(balancing, 4)).toEqual(["a", "b", "a", "b"]);
});

test("unhealthy, initial and unused targets receive none while there is a healthy one", () => {
  const all = [member("a", "unhealthy"), member("b", "healthy"), member("c", "initial"), member("d", "unused")];
  expect(picks(new Balancing(() => pool(all), FIRST), 3)).toEqual(["b", "b", "b"]);
});

test("without a healthy target all receive requests, except unused ones", () => {
  const all = [member("a", "unhealthy"), member("b", "initial"), member("c", "unused")];
  expect(picks(new Balancing(() => pool(all), FIRST), 4)).toEqual(["a", "b", "a", "b"]);
});

test.each<[string, Pool | undefined, string, string]>([
  ["no registered targets", pool([]), "none", "aws_lb_target_group.web has no registered targets"],
  ["only unused targets", pool([member("a", "unused")]), "none", "aws_lb_target_group.web has only unused targets"],
  ["no place in the file", undefined, "not-modeled", "aws_lb_target_group.web is not in the file"],
  [
    "something that is not modeled",
    pool([member("a", "healthy")], {}, { notModeled: { hop: "target-group", address: "x", text: "not modeled" } }),
    "not-modeled",
    "not modeled",
  ],
  [
    "an error of AWS",
    pool([member("a", "healthy")], {}, { refused: { hop: "target-group", address: "x", text: "refused" } }),
    "none",
    "refused",
  ],
])("a target group with %s", (_, its, kind, text) => {
  expect(new Balancing(() => its, FIRST).pick(forward(), NO_COOKIES)).toMatchObject({ kind, cause: { text } });
});

test("weights divide requests, and a weight of 0 receives none", () => {
  let at = 0;
  const byArn: Record<string, Pool> = {
    a: pool([member("a", "healthy")]),
    b: pool([member("b", "healthy")]),
    c: pool([]),
  };
  const balancing = new Balancing(
    (arn) => byArn[arn],
    () => [0, 0.74, 0.76, 0.99][at++ % 4] ?? 0,
  );
  expect(picks(balancing, 4, forward({ a: 3, c: 0, b: 1 }))).toEqual(["a", "a", "b", "b"]);
  expect(balancing.pick(forward({ a: 0 }), NO_COOKIES)).toMatchObject({ kind: "none" });
});

const cookieOf = (balancing: Balancing, answer: Forward, name: string) => {
  const picked = balancing.pick(answer, NO_COOKIES);
  if (picked.kind !== "backend") throw new Error("nothing was picked");
  const text = picked.cookies.find((it) => it.startsWith(`${name}=`)) ?? "";
  return { id: picked.backend.id, cookies: new Map([[name, text.slice(name.length + 1).split(";")[0] ?? ""]]), text };
};

describe("stickiness", () => {
  const stickiness = { type: "lb_cookie", durationSec: 60, cookie: undefined };

  test("keeps a client with its target by the cookie AWSALB", () => {
    const balancing = new Balancing(
      () => pool([member("a", "healthy"), member("b", "healthy")], { stickiness }),
      FIRST,
    );
    const { id, cookies, text } = cookieOf(balancing, forward(), "AWSALB");
    expect(picks(balancing, 3, forward(), cookies)).toEqual([id, id, id]);
    expect(text).toMatch(/; Expires=.* GMT; Path=\/$/);
    const left = Date.parse(/Expires=([^;]+)/.exec(text)?.[1] ?? "") - Date.now();
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(60_000);
  });

  test("ends when the target is not healthy", () => {
    const first = member("a", "healthy");
    const balancing = new Balancing(() => pool([first, member("b", "healthy")], { stickiness }), FIRST);
    const { cookies } = cookieOf(balancing, forward(), "AWSALB");
    first.health.state = "unhealthy";
    expect(picks(balancing, 2, forward(), cookies)).toEqual(["b", "b"]);
  });

  test("of target groups keeps a client with its group by the cookie AWSALBTG, while that receives requests", () => {
    const byArn: Record<string, Pool> = { a: pool([member("a", "healthy")]), b: pool([member("b", "healthy")]) };
    const balancing = new Balancing(
      (arn) => byArn[arn],
      () => 0.9,
    );
    const cookies = new Map([["AWSALBTG", "a"]]);
    expect(picks(balancing, 1, forward({ a: 1, b: 1 }, { groupStickinessSec: 60 }), cookies)).toEqual(["a"]);
    expect(picks(balancing, 1, forward({ a: 1, b: 1 }), cookies)).toEqual(["b"]);
    expect(picks(balancing, 1, forward({ a: 0, b: 1 }, { groupStickinessSec: 60 }), cookies)).toEqual(["b"]);
  });

  test("is absent if the target group does not have it", () => {
    const picked = new Balancing(() => pool([member("a", "healthy")]), FIRST).pick(forward(), NO_COOKIES);
    expect(picked).toMatchObject({ cookies: [] });
  });
});

test("least outstanding requests are counted until they are done", () => {
  const all = pool([member("a", "healthy"), member("b", "healthy")], { algorithm: "least_outstanding_requests" });
  const balancing = new Balancing(() => all, FIRST);
  const first = balancing.pick(forward(), NO_COOKIES);
  if (first.kind !== "backend") throw new Error("nothing was picked");
  expect(first.backend.id).toBe("a");
  expect(picks(balancing, 1)).toEqual(["b"]);
  first.done();
  first.done();
  expect(picks(balancing, 2)).toEqual(["a", "b"]);
});

test("weighted random chooses by chance", () => {
  const balancing = new Balancing(
    () => pool([member("a", "healthy"), member("b", "healthy")], { algorithm: "weighted_random" }),
    () => 0.9,
  );
  expect(picks(balancing, 2)).toEqual(["b", "b"]);
});
