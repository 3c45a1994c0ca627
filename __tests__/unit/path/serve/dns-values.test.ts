import { readValue } from "../../../../path/serve/dns-values";

/* Values that Route 53 accepts, at their limits. */

type Type = Parameters<typeof readValue>[0];
const label = "a".repeat(63);
const longest = `${label}.${label}.${label}.${"a".repeat(61)}`;

test.each<[Type, string, boolean]>([
  ["CNAME", longest, true],
  ["CNAME", `${longest}a`, false],
  ["CNAME", `${label}a.example.com`, false],
  ["MX", "0 mail.example.com", true],
  ["MX", "65535 mail.example.com", true],
  ["MX", "65536 mail.example.com", false],
  ["MX", "ten mail.example.com", false],
  ["MX", "10", false],
  ["MX", "10 mail.example.com more", false],
  ["SRV", "1 2 65535 a.example.com", true],
  ["SRV", "1 2 65536 a.example.com", false],
  ["SRV", "x 2 3 a.example.com", false],
  ["SRV", "1 x 3 a.example.com", false],
  ["SRV", "1 2 3", false],
  ["SRV", "1 2 3 a.example.com more", false],
  ["SOA", "ns.example.com mail.example.com 1 2 3 4 4294967295", true],
  ["SOA", "ns.example.com mail.example.com 1 2 3 4 4294967296", false],
  ["SOA", "ns.example.com mail.example.com 1 2 3 4", false],
  ["SOA", "ns.example.com", false],
  ["CAA", '255 issue "amazon.com"', true],
  ["CAA", '256 issue "amazon.com"', false],
])("%s %s", (type, value, isRead) => {
  expect(readValue(type, value) !== undefined).toBe(isRead);
});
