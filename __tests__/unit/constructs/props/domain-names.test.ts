import {
  isInZone,
  isPublicHostName,
  isServableName,
  registrableDomain,
} from "../../../../constructs/props/domain-names";
import { withoutWildcard } from "../../../../topology/domain-names";

const label63 = "a".repeat(63);

describe("a host name under a public suffix", () => {
  test.each([
    "example.com",
    "www.example.com",
    "www.example.co.uk",
    "a-b.example.com",
    "1.example.com",
    "xn--bcher-kva.de",
    "site.github.io",
    `${label63}.example.com`,
  ])("is %s", (name) => {
    expect(isPublicHostName(name)).toBe(true);
  });

  test.each([
    "",
    "com",
    "co.uk",
    "localhost",
    "www",
    "example.internal",
    "www.example.test",
    "10.0.0.1",
    "Example.com",
    "www.example.com.",
    ".example.com",
    "www..example.com",
    "-a.example.com",
    "a-.example.com",
    "a_b.example.com",
    "bücher.de",
    "www.example.com:443",
    "https://www.example.com",
    "www.example.com/",
    " www.example.com",
    "*.example.com",
    `${label63}a.example.com`,
  ])("is not %p", (name) => {
    expect(isPublicHostName(name)).toBe(false);
  });

  test.each([
    [49, true],
    [50, false],
  ])("has at most 253 characters: 204 and %i, %p", (length, expected) => {
    expect(isPublicHostName(`${label63}.${label63}.${label63}.${"a".repeat(length)}.example.com`)).toBe(expected);
  });
});

test.each([
  ["*.example.com", true],
  ["example.com", true],
  ["*.com", false],
  ["*.*.example.com", false],
  ["www.*.example.com", false],
  ["*", false],
  ["*example.com", false],
])("a site can answer to %p: %p", (name, expected) => {
  expect(isServableName(name)).toBe(expected);
});

test.each([
  ["www.example.com", "example.com"],
  ["example.com", "example.com"],
  ["*.example.com", "example.com"],
  ["a.b.www.example.co.uk", "example.co.uk"],
  ["www.example.com.au", "example.com.au"],
  ["site.github.io", "github.io"],
  ["co.uk", undefined],
  ["www.example.internal", undefined],
])("the registrable domain of %s is %p", (name, domain) => {
  expect(registrableDomain(name)).toBe(domain);
});

test.each([
  ["www.example.com", "example.com", true],
  ["example.com", "example.com", true],
  ["*.example.com", "example.com", true],
  ["*.www.example.com", "www.example.com", true],
  ["www.badexample.com", "example.com", false],
  ["example.com", "www.example.com", false],
  ["www.example.org", "example.com", false],
])("%s lies in the zone %s: %p", (name, zone, expected) => {
  expect(isInZone(name, zone)).toBe(expected);
});

test("a wildcard's records are those of the name below it", () => {
  expect(withoutWildcard("*.example.com")).toBe("example.com");
  expect(withoutWildcard("www.example.com")).toBe("www.example.com");
});
