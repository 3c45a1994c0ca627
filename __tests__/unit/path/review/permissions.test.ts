import fc from "fast-check";
import { covers, rangesOf } from "../../../../path/analysis/network/ipv4";
import { holderOf, type Permission } from "../../../../path/review/permissions";

/* Whether a group's permissions hold another one, found by an index; here against looking at each of them. */

const PEERS = [
  "0.0.0.0/0",
  "10.0.0.0/8",
  "10.0.0.0/16",
  "10.0.0.1/16",
  "10.0.1.0/24",
  "10.0.1.7/32",
  "10.0.1.7",
  "192.168.0.0/16",
  "no address",
  "::/0",
  "fd00::/8",
  "sg-1",
  "sg-2",
  "pl-1",
];
const permission: fc.Arbitrary<Permission> = fc
  .record({
    direction: fc.constantFrom("ingress" as const, "egress" as const),
    kind: fc.constantFrom("ipv4" as const, "ipv6" as const, "group" as const, "list" as const),
    peer: fc.constantFrom(...PEERS),
    protocol: fc.constantFrom("tcp", "udp", "icmp"),
    first: fc.integer({ min: -1, max: 12 }),
    last: fc.integer({ min: -1, max: 12 }),
  })
  .chain((it) => fc.constantFrom(it, { ...it, protocol: "all", first: 0, last: 65_535 }));

test("is determined as by looking at each", () => {
  fc.assert(
    fc.property(fc.array(permission, { maxLength: 12 }), permission, (all, it) => {
      expect(holderOf(all)(it)).toBe(all.some((one) => includes(one, it)));
    }),
    { numRuns: 3_000 },
  );
});

function includes(one: Permission, other: Permission): boolean {
  if (one.direction !== other.direction || one.kind !== other.kind) return false;
  if (one.protocol !== "all" && (one.protocol !== other.protocol || one.first > other.first || one.last < other.last))
    return false;
  if (one.peer === other.peer) return true;
  if (one.kind === "ipv6") return one.peer === "::/0";
  const [range] = one.kind === "ipv4" ? rangesOf(other.peer) : [];
  return range !== undefined && covers(rangesOf(one.peer), range);
}
