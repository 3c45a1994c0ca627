import {
  iamNamePrefix,
  literal,
  loadBalancerNamePrefix,
  type Owner,
  ownerSuffix,
  targetGroupName,
} from "../../../constructs/names";

const owner: Owner = { stackId: "web", domainName: "www.example.com", region: "us-east-1" };
const others: Owner[] = [
  { ...owner, stackId: "shop" },
  { ...owner, domainName: "www.example.org" },
  { ...owner, region: "eu-west-3" },
];
const STACK_IDS = [
  "a".repeat(19),
  "a".repeat(20),
  "a".repeat(200),
  `${"a".repeat(18)}-b`,
  "internal",
  "internal-x",
  "Ü",
  "",
  "-",
  "a_b.c",
  "日本",
];
const ELB_NAME = /^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/;

describe("a target group's name", () => {
  test("begins with its kind and the stack", () => {
    expect(targetGroupName(owner, [80])).toMatch(/^tg-web-[0-9a-f]{8}$/);
  });

  test.each(others)("is another one for %p", (other) => {
    expect(targetGroupName(other)).not.toBe(targetGroupName(owner));
  });

  test("is another one for every value that replaces the thing", () => {
    const names = [[], [80], [8080], [80, "10.0.0.0/16"], [80, "10.1.0.0/16"], ["80"]].map((values) =>
      targetGroupName(owner, values),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  test("is the same one every time", () => {
    expect(targetGroupName({ ...owner }, [80])).toBe(targetGroupName(owner, [80]));
  });

  test.each(STACK_IDS)("is one that ELB takes for stack %p", (stackId) => {
    expect(targetGroupName({ ...owner, stackId })).toMatch(ELB_NAME);
  });

  test("omits a stack's id if none of its characters is allowed in a name", () => {
    expect(targetGroupName({ ...owner, stackId: "_" })).toMatch(/^tg-[0-9a-f]{8}$/);
  });

  test("keeps as much of the stack's id as 32 characters hold", () => {
    expect(targetGroupName({ ...owner, stackId: "a".repeat(200) })).toHaveLength(32);
  });
});

test.each(STACK_IDS)(
  "the provider completes the load balancer's prefix for stack %p to a name that ELB takes",
  (stackId) => {
    const prefix = loadBalancerNamePrefix({ ...owner, stackId });
    expect(prefix.length).toBeLessThanOrEqual(6);
    expect(`${prefix}20261122223000000000000001`).toMatch(ELB_NAME);
  },
);

test.each(["web", "a".repeat(29), "a".repeat(30), "a".repeat(200), "", "a b/c"])(
  "IAM completes the prefix for stack %p to at most 64 characters",
  (stackId) => {
    const prefix = iamNamePrefix({ ...owner, stackId });
    expect(prefix).toMatch(/^alb-web-([A-Za-z0-9-]*[A-Za-z0-9]-)?$/);
    expect(prefix.length).toBeLessThanOrEqual(64 - 26);
  },
);

test.each(others)("a group's suffix in a shared VPC is another one for %p", (other) => {
  expect(ownerSuffix(owner)).toMatch(/^-[0-9a-f]{8}$/);
  expect(ownerSuffix(other)).not.toBe(ownerSuffix(owner));
});

test.each([
  ["${a}", "$${a}"],
  ["%{if}", "%%{if}"],
  ["$${a}", "$$${a}"],
  ["${${a}}", "$${$${a}}"],
  ["$a {b} 5% $", "$a {b} 5% $"],
  ["", ""],
])("terraform reads %p as it stands once it is written %p", (text, written) => {
  expect(literal(text)).toBe(written);
});
