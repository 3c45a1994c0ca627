import type { WebStackProps } from "../../../constructs/web-stack";
import { addressed, all, refTo, type StackJson, synthOf, theOnly } from "../../support/synth";

const site = (domainName: string, more: Partial<WebStackProps> = {}) => synthOf({ domainName, ...more });
const aliasesOf = (json: StackJson) =>
  addressed(json, "aws_route53_record")
    .filter(([, { alias }]) => alias !== undefined)
    .map(([, record]) => record);

describe("the hosted zone", () => {
  test.each([
    ["www.example.com", "example.com"],
    ["example.com", "example.com"],
    ["a.b.example.com", "example.com"],
    ["www.example.co.uk", "example.co.uk"],
  ])("of %s is the existing public one of %s", (domainName, name) => {
    expect(theOnly(site(domainName), "data.aws_route53_zone")).toEqual({ name, private_zone: false });
  });

  test("is the one that is named", () => {
    expect(
      theOnly(site("www.apps.example.com", { hostedZone: { name: "apps.example.com" } }), "data.aws_route53_zone"),
    ).toEqual({ name: "apps.example.com", private_zone: false });
  });

  test("is the one with the id; the plan fails, in words, if that is not a public zone of the name", () => {
    expect(
      theOnly(site("www.example.com", { hostedZone: { id: "Z0123456789ABCDEFGHIJ" } }), "data.aws_route53_zone"),
    ).toEqual({
      zone_id: "Z0123456789ABCDEFGHIJ",
      lifecycle: {
        postcondition: [
          {
            condition: '${!self.private_zone && trimsuffix(self.name, ".") == "example.com"}',
            error_message:
              "hostedZone.id: the zone Z0123456789ABCDEFGHIJ is not a public zone named example.com; correct " +
              "hostedZone.id or hostedZone.name.",
          },
        ],
      },
    });
  });

  test("is created alone while the registrar lacks its name servers", () => {
    const json = site("www.example.com", {
      hostedZone: { create: true, delegated: false },
      alternativeNames: ["www.example.org"],
    });
    expect(Object.keys(json.resource ?? {})).toEqual(["aws_route53_zone"]);
    expect(json.data).toBeUndefined();
    expect(theOnly(json, "aws_route53_zone").name).toBe("example.com");
  });

  test("that was created carries the whole site once it is delegated, and is not looked up", () => {
    const json = site("www.example.com", { hostedZone: { create: true, delegated: true } });
    expect(all(json, "data.aws_route53_zone")).toEqual([]);
    expect(all(json, "aws_route53_record").map(({ zone_id }) => zone_id)).toEqual(
      [1, 2].map(() => refTo(json, "aws_route53_zone", "zone_id")),
    );
    expect(all(json, "aws_lb")).toHaveLength(1);
  });

  test("has the same address before and after it is delegated, so that nothing replaces it", () => {
    const [before, after] = [false, true].map((delegated) =>
      addressed(site("www.example.com", { hostedZone: { create: true, delegated } }), "aws_route53_zone"),
    );
    expect(before).toEqual(after);
  });

  test.each([
    [undefined, false],
    [false, false],
    [true, true],
  ])("that was created and is disposable: %p goes with all its records: %p", (disposable, forceDestroy) => {
    expect(
      theOnly(
        site("www.example.com", { hostedZone: { create: true, delegated: false }, disposable }),
        "aws_route53_zone",
      ).force_destroy,
    ).toBe(forceDestroy);
  });
});

describe("every name", () => {
  const json = site("www.example.com", {
    alternativeNames: ["example.com", "*.example.com", "www.example.org", "example.org"],
  });

  test("gets an A alias to the load balancer", () => {
    expect(
      aliasesOf(json)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["*.example.com", "example.com", "example.org", "www.example.com", "www.example.org"]);
    for (const record of aliasesOf(json)) {
      expect(record).toMatchObject({
        type: "A",
        alias: {
          name: refTo(json, "aws_lb", "dns_name"),
          zone_id: refTo(json, "aws_lb", "zone_id"),
          evaluate_target_health: false,
        },
      });
    }
  });

  test("has its alias in the zone it lies in; another domain's zone is looked up once", () => {
    const zones = new Map(
      addressed(json, "data.aws_route53_zone").map(([address, { name }]) => [`\${${address}.zone_id}`, name]),
    );
    expect([...zones.values()].sort()).toEqual(["example.com", "example.org"]);
    for (const { name, zone_id } of aliasesOf(json))
      expect(String(name).endsWith(String(zones.get(zone_id as string)))).toBe(true);
  });

  test("that lies outside a created zone is put into its own domain's existing one", () => {
    const created = site("www.example.com", {
      hostedZone: { create: true, delegated: true },
      alternativeNames: ["www.example.org"],
    });
    expect(theOnly(created, "data.aws_route53_zone").name).toBe("example.org");
    expect(aliasesOf(created).find(({ name }) => name === "www.example.org")?.zone_id).toBe(
      refTo(created, "data.aws_route53_zone", "zone_id"),
    );
  });

  test("keeps its record's address when other names come before it", () => {
    const fewer = site("www.example.com", { alternativeNames: ["example.org"] });
    expect(Object.keys(json.resource?.aws_route53_record ?? {})).toEqual(
      expect.arrayContaining(Object.keys(fewer.resource?.aws_route53_record ?? {})),
    );
  });
});
