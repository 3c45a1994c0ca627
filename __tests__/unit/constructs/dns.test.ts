import { DataAwsRoute53Zone } from "@cdktf/provider-aws/lib/data-aws-route53-zone";
import { Lb } from "@cdktf/provider-aws/lib/lb";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { Route53Zone } from "@cdktf/provider-aws/lib/route53-zone";
import { Testing } from "cdktf";
import type { WebStackProps } from "../../../constructs/web-stack";
import { addressed, all, parsed, refTo, type StackJson, synthText, theOnly } from "../../support/synth";

Testing.setupJest();

const site = (domainName: string, more: Partial<WebStackProps> = {}) => synthText({ domainName, ...more });
/** The one zone that is looked up, whole: the matchers would take a further one, and further arguments. */
const lookedUp = (stack: string) => theOnly(parsed(stack), "data.aws_route53_zone");
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
    expect(site(domainName)).toHaveDataSourceWithProperties(DataAwsRoute53Zone, { name, private_zone: false });
    expect(lookedUp(site(domainName))).toEqual({ name, private_zone: false });
  });

  test("is the one that is named", () => {
    const stack = site("www.apps.example.com", { hostedZone: { name: "apps.example.com" } });
    expect(lookedUp(stack)).toEqual({ name: "apps.example.com", private_zone: false });
  });

  test("is the one with the id; the plan fails, in words, if that is not a public zone of the name", () => {
    expect(lookedUp(site("www.example.com", { hostedZone: { id: "Z0123456789ABCDEFGHIJ" } }))).toEqual({
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
    const stack = site("www.example.com", {
      hostedZone: { create: true, delegated: false },
      alternativeNames: ["www.example.org"],
    });
    expect(stack).toHaveResourceWithProperties(Route53Zone, { name: "example.com" });
    expect(Object.keys(parsed(stack).resource ?? {})).toEqual(["aws_route53_zone"]);
    expect(parsed(stack).data).toBeUndefined();
  });

  test("that was created carries the whole site once it is delegated, and is not looked up", () => {
    const stack = site("www.example.com", { hostedZone: { create: true, delegated: true } });
    expect(stack).toHaveResource(Lb);
    expect(stack).not.toHaveDataSource(DataAwsRoute53Zone);
    // Each record, and not just any.
    expect(all(parsed(stack), "aws_route53_record").map(({ zone_id }) => zone_id)).toEqual(
      [1, 2].map(() => refTo(parsed(stack), "aws_route53_zone", "zone_id")),
    );
  });

  test("has the same address before and after it is delegated, so that nothing replaces it", () => {
    const [before, after] = [false, true].map((delegated) =>
      addressed(parsed(site("www.example.com", { hostedZone: { create: true, delegated } })), "aws_route53_zone"),
    );
    expect(before).toEqual(after);
  });

  test.each([
    [undefined, false],
    [false, false],
    [true, true],
  ])("that was created and is disposable: %p goes with all its records: %p", (disposable, forceDestroy) => {
    const stack = site("www.example.com", { hostedZone: { create: true, delegated: false }, disposable });
    expect(stack).toHaveResourceWithProperties(Route53Zone, { force_destroy: forceDestroy });
  });
});

describe("every name", () => {
  const names = ["*.example.com", "example.com", "example.org", "www.example.com", "www.example.org"];
  const stack = site("www.example.com", {
    alternativeNames: ["example.com", "*.example.com", "www.example.org", "example.org"],
  });
  const json = parsed(stack);

  test("gets an A alias to the load balancer", () => {
    for (const name of names) {
      expect(stack).toHaveResourceWithProperties(Route53Record, {
        name,
        type: "A",
        alias: {
          name: refTo(json, "aws_lb", "dns_name"),
          zone_id: refTo(json, "aws_lb", "zone_id"),
          evaluate_target_health: false,
        },
      });
    }
    expect(aliasesOf(json)).toHaveLength(names.length);
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
    expect(lookedUp(created).name).toBe("example.org");
    expect(created).toHaveResourceWithProperties(Route53Record, {
      name: "www.example.org",
      type: "A",
      zone_id: refTo(parsed(created), "data.aws_route53_zone", "zone_id"),
    });
  });

  test("keeps its record's address when other names come before it", () => {
    const fewer = parsed(site("www.example.com", { alternativeNames: ["example.org"] }));
    expect(Object.keys(json.resource?.aws_route53_record ?? {})).toEqual(
      expect.arrayContaining(Object.keys(fewer.resource?.aws_route53_record ?? {})),
    );
  });
});
