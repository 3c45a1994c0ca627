import { enclosing, merged, nextOf, rangesOf, without } from "../../../../path/analysis/network/ipv4";

/* Ranges of IPv4 addresses. */

const range = (first: number, last: number) => ({ first, last });

test("a CIDR is a range of addresses, each read once", () => {
  expect(rangesOf("10.1.2.3")).toEqual([range(167_838_211, 167_838_211)]);
  expect(rangesOf("0.0.0.0/0")).toEqual([range(0, 2 ** 32 - 1)]);
  expect(rangesOf("10.0.0.0/30")).toEqual([range(167_772_160, 167_772_163)]);
  expect(rangesOf("10.0.0.0/30")).toBe(rangesOf("10.0.0.0/30"));
  expect(["10.0.0", "300.0.0.1", "10.0.0.0/33", "2001:db8::/32"].map(rangesOf)).toEqual([[], [], [], []]);
});

test("the CIDRs around one go from itself to all addresses", () => {
  const all = enclosing(range(12, 15));
  expect(all).toHaveLength(31);
  expect(all.slice(0, 3)).toEqual([range(12, 15), range(8, 15), range(0, 15)]);
  expect(all.at(-1)).toEqual(range(0, 2 ** 32 - 1));
});

test("a range without others is what is left of it", () => {
  expect(without(range(10, 20), [range(15, 16), range(0, 10), range(20, 30), range(40, 50)])).toEqual([
    range(11, 14),
    range(17, 19),
  ]);
  expect(without(range(10, 20), [range(0, 30)])).toEqual([]);
});

test("ranges that touch are one, and each address has the next one", () => {
  const all = merged([range(20, 30), range(5, 9), range(10, 12), range(25, 26)]);
  expect(all).toEqual([range(5, 12), range(20, 30)]);
  expect([5, 12, 13, 30].map((it) => nextOf(all, it))).toEqual([
    range(5, 12),
    range(5, 12),
    range(20, 30),
    range(20, 30),
  ]);
  expect(nextOf(all, 31)).toBeUndefined();
});
