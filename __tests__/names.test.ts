import { elbName, iamNamePrefix, literal, ownerSuffix, type Owner } from "../constructs/names";

const owner: Owner = { stackId: "web", domainName: "www.example.com", region: "us-east-1" };
const others: Owner[] = [{ ...owner, stackId: "shop" }, { ...owner, domainName: "www.example.org" }, { ...owner, region: "eu-west-3" }];
const ELB_NAME = /^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/;

describe("a load balancer's or target group's name", () => {
  test("begins with its kind and the stack", () => {
    expect(elbName("alb", owner)).toMatch(/^alb-web-[0-9a-f]{8}$/);
    expect(elbName("tg", owner, [80])).toMatch(/^tg-web-[0-9a-f]{8}$/);
  });

  test.each(others)("is another one for %p", (other) => {
    expect(elbName("alb", other)).not.toBe(elbName("alb", owner));
  });

  test("is another one for every value that replaces the thing", () => {
    const names = [[], [80], [8080], [80, "10.0.0.0/16"], [80, "10.1.0.0/16"], ["80"]].map((values) => elbName("tg", owner, values));
    expect(new Set(names).size).toBe(names.length);
  });

  test("is the same one every time", () => {
    expect(elbName("tg", { ...owner }, [80])).toBe(elbName("tg", owner, [80]));
  });

  test.each(["a".repeat(19), "a".repeat(20), "a".repeat(200), `${"a".repeat(18)}-b`, "internal", "internal-x", "Ü", "", "-", "a_b.c", "日本"])("is one that ELB takes for stack %p", (stackId) => {
    expect(elbName("alb", { ...owner, stackId })).toMatch(ELB_NAME);
    expect(elbName("tg", { ...owner, stackId })).toMatch(ELB_NAME);
  });

  test("leaves out a stack's id of which nothing can stand in a name", () => {
    expect(elbName("alb", { ...owner, stackId: "_" })).toMatch(/^alb-[0-9a-f]{8}$/);
  });

  test("keeps as much of the stack's id as 32 characters hold", () => {
    expect(elbName("alb", { ...owner, stackId: "a".repeat(200) })).toHaveLength(32);
    expect(elbName("tg", { ...owner, stackId: "a".repeat(200) })).toHaveLength(32);
  });
});

test.each(["web", "a".repeat(29), "a".repeat(30), "a".repeat(200), "", "a b/c"])("IAM completes the prefix for stack %p to at most 64 characters", (stackId) => {
  const prefix = iamNamePrefix({ ...owner, stackId });
  expect(prefix).toMatch(/^alb-web-([A-Za-z0-9-]*[A-Za-z0-9]-)?$/);
  expect(prefix.length).toBeLessThanOrEqual(64 - 26);
});

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
