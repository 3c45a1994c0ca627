import {
  cookieOfEntrance,
  entranceOf,
  entrancesOf,
  policyOfEntrance,
  toEntrance,
  toSite,
} from "../../../../cli/serve/entrance-names";

const CONNECT = { host: "127.0.0.1", port: 1 };
const ENTRANCES = entrancesOf(
  [
    "http://www.example.com/",
    "https://www.example.com/",
    "https://www.example.com:8443/",
    "http://plain.example.com/",
    "http://odd.example.com:8080/",
    "https://www.example.com/again",
  ].map((url) => ({ url, connect: CONNECT })),
);

test("the best origin of a name has the name itself", () => {
  expect(ENTRANCES.map(({ origin, label }) => [origin, label])).toEqual([
    ["https://www.example.com", "www.example.com.localhost"],
    ["http://www.example.com", "port-80.www.example.com.localhost"],
    ["http://plain.example.com", "plain.example.com.localhost"],
    ["https://www.example.com:8443", "port-8443.www.example.com.localhost"],
    ["http://odd.example.com:8080", "odd.example.com.localhost"],
  ]);
});

test.each([
  ["www.example.com.localhost:40080", "https://www.example.com"],
  ["WWW.Example.com.LOCALHOST", "https://www.example.com"],
  ["www.example.com.localhost.:40080", "https://www.example.com"],
  ["port-80.www.example.com.localhost:1", "http://www.example.com"],
  ["www.example.com", undefined],
  ["other.example.com.localhost", undefined],
  ["localhost:40080", undefined],
  ["", undefined],
])("the Host %s stands for %s", (host, origin) => {
  expect(entranceOf(ENTRANCES, host)?.origin).toBe(origin);
});

test.each([
  ["https://www.example.com/a?b#c", "http://www.example.com.localhost:99/a?b#c"],
  ["https://www.example.com:443", "http://www.example.com.localhost:99/"],
  ["HTTPS://WWW.EXAMPLE.COM/A", "http://www.example.com.localhost:99/A"],
  ["http://www.example.com/", "http://port-80.www.example.com.localhost:99/"],
  ["https://www.example.com:8443/x", "http://port-8443.www.example.com.localhost:99/x"],
  ["//www.example.com/x", "http://www.example.com.localhost:99/x"],
  ["https://other.example/x", "https://other.example/x"],
  ["https://www.example.com.evil.example/x", "https://www.example.com.evil.example/x"],
  ["https://user@www.example.com/x", "http://www.example.com.localhost:99/x"],
  ["/path", "/path"],
  ["?query", "?query"],
  ["path", "path"],
  ["", ""],
  ["https://", "https://"],
  ["mailto:a@example.com", "mailto:a@example.com"],
])("Location %s is %s", (location, expected) => {
  expect(toEntrance(ENTRANCES, 99, location, "https://www.example.com/here")).toBe(expected);
});

test.each([
  ["http://www.example.com.localhost:99", "https://www.example.com"],
  ["http://www.example.com.localhost:99/a?b", "https://www.example.com/a?b"],
  ["http://port-8443.www.example.com.localhost:99/", "https://www.example.com:8443/"],
  // Another entrance, or another program.
  ["http://www.example.com.localhost:98", "http://www.example.com.localhost:98"],
  ["https://www.example.com.localhost:99", "https://www.example.com.localhost:99"],
  ["https://evil.example/x", "https://evil.example/x"],
  ["null", "null"],
  ["", ""],
])("Origin or Referer %s is %s", (url, expected) => {
  expect(toSite(ENTRANCES, 99, url)).toBe(expected);
});

test.each([
  ["a=1", "a=1"],
  ["a=1; Path=/; HttpOnly; Secure", "a=1; Path=/; HttpOnly"],
  ["a=1;secure;samesite=lax", "a=1;samesite=lax"],
  ["a=1; SameSite=None; Secure; Partitioned", "a=1; SameSite=Lax"],
  ["a=1; Domain=example.com; Secure", "a=1; Domain=example.com.localhost"],
  ["a=1; domain=.example.com", "a=1; Domain=.example.com.localhost"],
  ["a=1; Domain=", "a=1; Domain="],
  ["a=secure; Max-Age=1", "a=secure; Max-Age=1"],
  ["a=b=Secure; Expires=Thu, 01 Jan 2026 00:00:00 GMT", "a=b=Secure; Expires=Thu, 01 Jan 2026 00:00:00 GMT"],
  ["__Host-a=1; Secure; Path=/", "__Host-a=1; Secure; Path=/"],
  ["__Secure-a=1; Secure; SameSite=None", "__Secure-a=1; Secure; SameSite=None"],
  [
    "AWSALBTG=x; Expires=Tue, 08 Dec 2026 12:00:00 GMT; Path=/",
    "AWSALBTG=x; Expires=Tue, 08 Dec 2026 12:00:00 GMT; Path=/",
  ],
])("Set-Cookie %s is %s", (cookie, expected) => {
  expect(cookieOfEntrance(cookie)).toBe(expected);
});

test("a policy does not make the browser use HTTPS", () => {
  expect(policyOfEntrance("default-src 'self'; upgrade-insecure-requests; block-all-mixed-content; img-src *")).toBe(
    "default-src 'self'; img-src *",
  );
});
