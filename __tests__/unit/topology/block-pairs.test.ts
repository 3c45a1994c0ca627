import { blocksFor } from "../../../topology/block-pairs";

/* Terraform sorts blocks that are a set, and so a plan's values are not in the order of its configuration. */

const is = (constant_value: unknown) => ({ constant_value });
const to = (...references: string[]) => ({ references });

describe("each item has its block", () => {
  test("by what is written, where the values are in another order", () => {
    const blocks = [
      { arn: to("aws_lb_target_group.blue.arn"), weight: is(1) },
      { arn: to("aws_lb_target_group.green.arn"), weight: is(0) },
    ];
    expect(blocksFor(blocks, [{ weight: 0 }, { weight: 1 }], [{ arn: true }, { arn: true }])).toEqual([
      blocks[1],
      blocks[0],
    ]);
  });

  test("by numbers that are written as texts, and by lists in any order", () => {
    const blocks = [
      { from_port: is("80"), cidr_blocks: is(["10.0.0.0/8", "0.0.0.0/0"]) },
      { from_port: is("443"), cidr_blocks: to("var.office") },
    ];
    expect(
      blocksFor(
        blocks,
        [
          { from_port: 443, cidr_blocks: ["192.0.2.0/24"] },
          { from_port: 80, cidr_blocks: ["0.0.0.0/0", "10.0.0.0/8"] },
        ],
        [{}, {}],
      ),
    ).toEqual([blocks[1], blocks[0]]);
  });

  test("by what is not known, where only one of them refers to something", () => {
    const blocks = [
      { from_port: is(80), security_groups: to("aws_security_group.alb.id") },
      { from_port: to("var.port"), cidr_blocks: is(["0.0.0.0/0"]) },
    ];
    expect(
      blocksFor(
        blocks,
        [{ from_port: 80, cidr_blocks: ["0.0.0.0/0"] }, { from_port: 80 }],
        [{}, { security_groups: true }],
      ),
    ).toEqual([blocks[1], blocks[0]]);
  });

  test("by its place, if nothing distinguishes them", () => {
    const blocks = [
      { arn: to("a.a.arn"), weight: is(50) },
      { arn: to("a.b.arn"), weight: is(50) },
    ];
    expect(blocksFor(blocks, [{ weight: 50 }, { weight: 50 }], [{ arn: true }, { arn: true }])).toEqual(blocks);
  });

  test("and the one that fits a single block chooses first", () => {
    const blocks = [
      { from_port: to("var.any"), to_port: is(80) },
      { from_port: is(1), to_port: is(80) },
    ];
    expect(
      blocksFor(
        blocks,
        [
          { from_port: 1, to_port: 80 },
          { from_port: 2, to_port: 80 },
        ],
        [{}, {}],
      ),
    ).toEqual([blocks[1], blocks[0]]);
  });
});

test("more or fewer items than blocks have none", () => {
  expect(blocksFor([{ a: is(1) }], [{ a: 1 }, { a: 1 }], [{}, {}])).toEqual([undefined, undefined]);
  expect(blocksFor([{ a: is(1) }, { a: is(2) }], [{ a: 1 }], [{}])).toEqual([undefined]);
});

test("thousands of blocks stay in their places", () => {
  const blocks = Array.from({ length: 10_000 }, (_, index) => ({ priority: is(index) }));
  expect(
    blocksFor(
      blocks,
      blocks.map((_, index) => ({ priority: 9_999 - index })),
      [],
    ),
  ).toBe(blocks);
});
