import { AcmCertificate } from "@cdktf/provider-aws/lib/acm-certificate";
import { AcmCertificateValidation } from "@cdktf/provider-aws/lib/acm-certificate-validation";
import { LbListener } from "@cdktf/provider-aws/lib/lb-listener";
import { Route53Record } from "@cdktf/provider-aws/lib/route53-record";
import { Testing } from "cdktf";
import type { WebStackProps } from "../../../constructs/web-stack";
import { addressed, parsed, refTo, type StackJson, synthText, theOnly } from "../../support/synth";

Testing.setupJest();

/* A stack has one certificate (web-stack.test.ts counts), so that any that matches is the one. */

const ARN = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const site = (more: Partial<WebStackProps> = {}) => synthText({ domainName: "www.example.com", ...more });
/** The validation records; the matchers cannot count, nor distinguish them from aliases. */
const proofsOf = (json: StackJson) =>
  addressed(json, "aws_route53_record").filter(([, { alias }]) => alias === undefined);

const one = site();
const ofMany = site({ alternativeNames: ["*.example.com", "example.com", "*.www.example.com", "www.example.org"] });
const many = parsed(ofMany);

describe("a requested certificate", () => {
  test("is for all names and is validated through DNS", () => {
    expect(one).toHaveResourceWithProperties(AcmCertificate, {
      domain_name: "www.example.com",
      validation_method: "DNS",
      subject_alternative_names: ["www.example.com"],
    });
    expect(ofMany).toHaveResourceWithProperties(AcmCertificate, {
      subject_alternative_names: [
        "www.example.com",
        "*.example.com",
        "example.com",
        "*.www.example.com",
        "www.example.org",
      ],
    });
  });

  test("is there before the one it replaces goes, as a listener holds on to that", () => {
    expect(one).toHaveResourceWithProperties(AcmCertificate, { lifecycle: { create_before_destroy: true } });
  });

  test("has one record for a name and its wildcard, as ACM asks for the same twice", () => {
    expect(proofsOf(parsed(one))).toHaveLength(1);
    expect(proofsOf(many)).toHaveLength(3); // example.com, www.example.com, www.example.org
  });

  test("has each value picked by its name, as the options come in no order", () => {
    const picked = proofsOf(many).map(([, { name, type, records }]) =>
      [name, type, (records as string[])[0]].map(String),
    );
    for (const [attribute, index] of [
      ["resource_record_name", 0],
      ["resource_record_type", 1],
      ["resource_record_value", 2],
    ] as const) {
      const ofNames = picked.map(
        (values) =>
          new RegExp(
            `^\\$\\{one\\(\\[for o in aws_acm_certificate\\.\\S+\\.domain_validation_options : ` +
              `o\\.${attribute} if o\\.domain_name == "([^"]+)"\\]\\)\\}$`,
          ).exec(values[index] ?? "")?.[1],
      );
      expect(ofNames.sort()).toEqual(["*.example.com", "www.example.com", "www.example.org"]);
    }
    expect(JSON.stringify(many)).not.toMatch(/domain_validation_options\[|tolist|element\(/);
  });

  test("asks only for options that the certificate has", () => {
    const { domain_name: first, subject_alternative_names: others } = theOnly(many, "aws_acm_certificate");
    const asked = [...JSON.stringify(many).matchAll(/o\.domain_name == \\"([^"\\]+)\\"/g)].map(([, name]) => name);
    expect([first, ...(others as string[])]).toEqual(expect.arrayContaining(asked));
  });

  test("has its record in each name's own zone", () => {
    const zoneNames = new Map(
      addressed(many, "data.aws_route53_zone").map(([address, { name }]) => [`\${${address}.zone_id}`, String(name)]),
    );
    const pairs = proofsOf(many).map(([, { name, zone_id }]) => [
      /== "([^"]+)"/.exec(String(name))?.[1],
      zoneNames.get(zone_id as string),
    ]);
    expect(pairs.sort()).toEqual([
      ["*.example.com", "example.com"],
      ["www.example.com", "example.com"],
      ["www.example.org", "example.org"],
    ]);
  });

  test("leaves the records of names that stay alone when another certificate replaces it", () => {
    for (const [, record] of proofsOf(many))
      expect(record.lifecycle).toEqual({ ignore_changes: ["name", "type", "records"] });
  });

  test("may find its record there already", () => {
    for (const [, record] of proofsOf(many)) expect(record).toMatchObject({ allow_overwrite: true, ttl: 60 });
  });

  test("is waited for until all its records were seen, a quarter of an hour at most", () => {
    expect(ofMany).toHaveResourceWithProperties(AcmCertificateValidation, {
      certificate_arn: refTo(many, "aws_acm_certificate", "arn"),
      validation_record_fqdns: expect.arrayContaining(
        proofsOf(many).map(([address]) => `\${${address}.fqdn}`),
      ) as string[],
      timeouts: { create: "15m" },
    });
  });

  test("reaches the listener as the validated one only", () => {
    const json = parsed(one);
    expect(one).toHaveResourceWithProperties(LbListener, {
      port: 443,
      certificate_arn: refTo(json, "aws_acm_certificate_validation", "certificate_arn"),
    });
    const users = Object.entries(json.resource ?? {}).filter(([, blocks]) =>
      JSON.stringify(blocks).includes(refTo(json, "aws_acm_certificate", "arn")),
    );
    expect(users.map(([type]) => type)).toEqual(["aws_acm_certificate_validation"]);
  });
});

test("an existing certificate is used as it is; none is requested", () => {
  const stack = site({ certificate: { arn: ARN } });
  expect(stack).toHaveResourceWithProperties(LbListener, { port: 443, certificate_arn: ARN });
  expect(stack).not.toHaveResource(AcmCertificate);
  expect(stack).not.toHaveResource(AcmCertificateValidation);
  expect(stack).toHaveResource(Route53Record); // the alias
  expect(proofsOf(parsed(stack))).toEqual([]);
});

test("a name keeps its record's address whether its wildcard is there or not", () => {
  const addresses = (alternativeNames: string[]) =>
    proofsOf(parsed(site({ alternativeNames }))).map(([address]) => address);
  expect(addresses(["example.com", "*.example.com"]).sort()).toEqual(addresses(["example.com"]).sort());
  expect(addresses(["*.example.com"]).sort()).toEqual(addresses(["example.com"]).sort());
});
