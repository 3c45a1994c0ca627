import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TraceReport } from "../../../../path/report";
import { trace } from "../../../../path/trace/trace";
import { baseStack } from "../../../mutants/bases";
import { opensIn } from "../../../mutants/judge";
import type { Base, SynthesizedJson } from "../../../mutants/mutant";
import { aliasOf, certificateOf } from "../../../mutants/parts/site";
import { addAlias, validationOf, waitOf } from "../../../mutants/parts/tls";
import { add, all, copyOf, takeOut, the } from "../../../mutants/pick";
import { FIXTURES } from "../../../support/project";
import { planOf, replaced } from "../../../support/standing-site";

/*
 * P11 to P18. The mutants show that each mistake is found; here are the correct stacks that look like one, and the text
 * of findings.
 */

const ARN = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012";

function traced(base: Base, change: (stack: SynthesizedJson) => void): TraceReport {
  const stack = baseStack(base);
  change(stack);
  return trace(stack);
}

const reported = ({ findings }: TraceReport): string[] =>
  findings
    .filter(({ hop, severity }) => hop === "tls" || severity === "error")
    .map(({ id, severity, observed }) => `${id} ${severity}: ${observed}`);

const httpsOf = (stack: SynthesizedJson) => the(stack, "aws_lb_listener", ({ protocol }) => protocol === "HTTPS");

function addData(stack: SynthesizedJson, type: string, name: string, body: Record<string, unknown>): void {
  const data = (stack.data ??= {});
  data[type] = { ...data[type], [name]: body };
}

/** Another name, with its record, as the first has. */
function addName(stack: SynthesizedJson, name: string, zone = String(aliasOf(stack).body.zone_id)): void {
  const { address, body } = certificateOf(stack);
  body.subject_alternative_names = [...((body.subject_alternative_names as string[] | undefined) ?? []), name];
  const option = (attribute: string) =>
    `\${one([for o in ${address}.domain_validation_options : o.${attribute} if o.domain_name == "${name}"])}`;
  add(stack, "aws_route53_record", `validation-${name.replace(/\W/g, "-")}`, {
    zone_id: zone,
    name: option("resource_record_name"),
    type: option("resource_record_type"),
    records: [option("resource_record_value")],
    ttl: 60,
  });
}

/** The listener takes the certificate itself, and nothing of this file validates it. */
function unwait(stack: SynthesizedJson): void {
  httpsOf(stack).body.certificate_arn = `\${${certificateOf(stack).address}.arn}`;
  takeOut(stack, waitOf(stack));
}

function caa(stack: SynthesizedJson, name: string, records: readonly string[], key = name.replaceAll(".", "-")): void {
  add(stack, "aws_route53_record", `caa-${key}`, {
    zone_id: aliasOf(stack).body.zone_id,
    name,
    type: "CAA",
    ttl: 300,
    records,
  });
}

describe("nothing is said of a correct stack in which", () => {
  test.each<[what: string, base: Base, change: (stack: SynthesizedJson) => void]>([
    [
      "a wildcard is good for a further name",
      "auto-scaling",
      (stack) => {
        addName(stack, "*.example.com");
        addAlias(stack, "shop.example.com");
      },
    ],
    [
      "a wildcard record has a wildcard certificate",
      "site",
      (stack) => {
        addName(stack, "*.example.com");
        addAlias(stack, "*.example.com");
      },
    ],
    [
      "a second certificate of the listener is good for a further name",
      "auto-scaling",
      (stack) => {
        add(stack, "aws_acm_certificate", "shop", {
          domain_name: "shop.example.com",
          validation_method: "DNS",
          lifecycle: { create_before_destroy: true },
        });
        const option = (attribute: string) =>
          `\${tolist(aws_acm_certificate.shop.domain_validation_options)[0].${attribute}}`;
        add(stack, "aws_route53_record", "shop_validation", {
          zone_id: aliasOf(stack).body.zone_id,
          name: option("resource_record_name"),
          type: option("resource_record_type"),
          records: [option("resource_record_value")],
          ttl: 60,
        });
        add(stack, "aws_acm_certificate_validation", "shop", { certificate_arn: "${aws_acm_certificate.shop.arn}" });
        add(stack, "aws_lb_listener_certificate", "shop", {
          listener_arn: "${aws_lb_listener.https.arn}",
          certificate_arn: "${aws_acm_certificate_validation.shop.certificate_arn}",
        });
        addAlias(stack, "shop.example.com");
      },
    ],
    [
      "the certificate is read by its name",
      "site",
      (stack) => {
        addData(stack, "aws_acm_certificate", "site", { domain: "www.example.com", statuses: ["ISSUED"] });
        httpsOf(stack).body.certificate_arn = "${data.aws_acm_certificate.site.arn}";
      },
    ],
    [
      "the listener waits through depends_on",
      "site",
      (stack) => {
        const { address } = certificateOf(stack);
        Object.assign(httpsOf(stack).body, {
          certificate_arn: `\${${address}.arn}`,
          depends_on: [waitOf(stack).address],
        });
      },
    ],
    [
      "the author waits in another way between certificate and listener",
      "site",
      (stack) => {
        unwait(stack);
        add(stack, "null_resource", "issued", {
          provisioner: [
            {
              "local-exec": {
                command: `aws acm wait certificate-validated --certificate-arn \${${certificateOf(stack).address}.arn}`,
              },
            },
          ],
        });
        httpsOf(stack).body.depends_on = ["null_resource.issued"];
      },
    ],
    [
      "the certificate is issued by an authority of the account",
      "site",
      (stack) => {
        unwait(stack);
        Object.assign(certificateOf(stack).body, {
          certificate_authority_arn:
            "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/12345678-1234-1234-1234-123456789012",
          validation_method: undefined,
        });
        takeOut(stack, validationOf(stack));
      },
    ],
    [
      "the wildcard and the name below which it stands share a record",
      "site",
      (stack) => {
        certificateOf(stack).body.subject_alternative_names = ["*.www.example.com"];
      },
    ],
    [
      "another domain's record is in that domain's zone",
      "site",
      (stack) => {
        addData(stack, "aws_route53_zone", "other", { name: "example.org" });
        addName(stack, "www.example.org", "${data.aws_route53_zone.other.zone_id}");
      },
    ],
    [
      "a further name is validated in a zone that another service has",
      "site",
      (stack) => {
        certificateOf(stack).body.subject_alternative_names = ["www.example.org"];
      },
    ],
    [
      "two certificates of one name share the record, as ACM asks for the same one",
      "auto-scaling",
      (stack) => {
        add(stack, "aws_acm_certificate", "other", {
          domain_name: "www.example.com",
          validation_method: "DNS",
          lifecycle: { create_before_destroy: true },
        });
        add(stack, "aws_acm_certificate_validation", "other", {
          certificate_arn: "${aws_acm_certificate.other.arn}",
          validation_record_fqdns: ["${aws_route53_record.validation.fqdn}"],
        });
        httpsOf(stack).body.certificate_arn = "${aws_acm_certificate_validation.other.certificate_arn}";
      },
    ],
    [
      "the certificate is validated by mail, without any record",
      "site",
      (stack) => {
        certificateOf(stack).body.validation_method = "EMAIL";
        takeOut(stack, validationOf(stack));
        delete waitOf(stack).body.validation_record_fqdns;
      },
    ],
    [
      "Amazon is one of those that may issue",
      "site",
      (stack) =>
        caa(stack, "example.com", ['0 issue "letsencrypt.org"', '0 issue "amazontrust.com; cansignhttpexchanges=yes"']),
    ],
    [
      "the nearest name lets Amazon issue",
      "site",
      (stack) => {
        caa(stack, "example.com", ['0 issue ";"']);
        caa(stack, "www.example.com", ['0 issue "amazon.com"']);
      },
    ],
    [
      "another name lets others issue",
      "site",
      (stack) => caa(stack, "shop.example.com", ['0 issue "letsencrypt.org"']),
    ],
    [
      "others may issue wildcards, and the certificate has none",
      "site",
      (stack) => caa(stack, "example.com", ['0 issuewild "letsencrypt.org"', '0 iodef "mailto:security@example.com"']),
    ],
    [
      "wildcards follow the rule for all",
      "inline-groups",
      (stack) => {
        add(stack, "aws_route53_record", "caa", {
          zone_id: "${data.aws_route53_zone.main.zone_id}",
          name: "example.com",
          type: "CAA",
          ttl: 300,
          records: ['0 issue "amazonaws.com"'],
        });
      },
    ],
    [
      "the name in the private zone is not in the certificate",
      "site",
      (stack) => {
        const zone = add(stack, "aws_route53_zone", "inside", {
          name: "corp.internal",
          vpc: { vpc_id: `\${${the(stack, "aws_vpc").address}.id}` },
        });
        add(stack, "aws_route53_record", "inside", {
          ...copyOf(aliasOf(stack).body),
          zone_id: `\${${zone}.zone_id}`,
          name: "app.corp.internal",
        });
      },
    ],
    [
      "no record leads to the load balancer, whose own name is in no certificate",
      "site",
      (stack) => takeOut(stack, aliasOf(stack)),
    ],
  ])("%s", (_, base, change) => {
    const report = traced(base, change);
    expect(reported(report)).toEqual([]);
    expect(`${report.verdict}${opensIn(report)}`).toBe("ok");
  });
});

describe("what cannot be determined is left open, and not called broken:", () => {
  const openTls = (report: TraceReport): string[] =>
    report.paths.flatMap(({ hops }) =>
      hops.filter(({ hop }) => hop === "tls").flatMap(({ open }) => open.map(({ attribute }) => attribute)),
    );

  test("which names a certificate has that is only named by its ARN", () => {
    const report = traced("site", (stack) => {
      httpsOf(stack).body.certificate_arn = ARN;
    });
    expect(reported(report)).toEqual([]);
    expect([report.verdict, ...openTls(report)]).toEqual(["unknown", "certificate_arn", "certificate_arn"]);
  });

  test("which names an imported certificate has", () => {
    const report = traced("auto-scaling", (stack) => {
      takeOut(stack, validationOf(stack));
      unwait(stack);
      certificateOf(stack).body.domain_name = undefined;
      Object.assign(certificateOf(stack).body, {
        validation_method: undefined,
        private_key: '${file("key.pem")}',
        certificate_body: '${file("certificate.pem")}',
      });
    });
    expect(reported(report)).toEqual([]);
    expect(report.verdict).toBe("unknown");
    expect(openTls(report)).toContain("certificate_body");
  });

  test("which further names a certificate has that is read by its first", () => {
    const report = traced("site", (stack) => {
      addData(stack, "aws_acm_certificate", "site", { domain: "example.com", statuses: ["ISSUED"] });
      httpsOf(stack).body.certificate_arn = "${data.aws_acm_certificate.site.arn}";
    });
    expect(reported(report)).toEqual([]);
    expect(report.verdict).toBe("unknown");
  });

  test.each([
    ["whose zone is not in the file, so that it may be a part of one", "app.staging", ["*.staging.example.com"]],
    ["whose zone is not in the file, and whose ending nobody sells", "app.staging", ["*.example.com"]],
    ["whose zone is not in the file, and whose ending is one that is on sale too", "app.dev", ["app.dev.example.com"]],
    ["that a variable gives", "${var.name}", ["*.example.com"]],
  ])("a name %s", (_, name, names) => {
    const report = traced("auto-scaling", (stack) => {
      stack.variable = { name: { type: "string" } };
      Object.assign(aliasOf(stack).body, { name, zone_id: "Z0123456789ABCDEFGHIJ" });
      certificateOf(stack).body.subject_alternative_names = names;
    });
    expect(reported(report)).toEqual([]);
    expect(report.verdict).toBe("unknown");
  });

  test("whom a CAA record lets issue whose values are open", () => {
    const report = traced("site", (stack) => {
      stack.variable = { authority: { type: "string" } };
      caa(stack, "example.com", ["${var.authority}"]);
    });
    expect(reported(report)).toEqual([]);
    expect(report.verdict).toBe("unknown");
  });

  test("whether a record of an unknown name is the one that is missing", () => {
    const report = traced("site", (stack) => {
      stack.variable = { name: { type: "string" } };
      certificateOf(stack).body.subject_alternative_names = ["shop.example.com"];
      add(stack, "aws_route53_record", "hidden", {
        zone_id: aliasOf(stack).body.zone_id,
        name: "${var.name}",
        type: "CNAME",
        ttl: 60,
        records: ["${var.name}"],
      });
    });
    expect(reported(report)).toEqual([]);
    expect(report.verdict).toBe("unknown");
  });
});

test("a certificate that nothing here validates or waits for is taken to be validated elsewhere, and that is said", () => {
  const report = traced("site", (stack) => {
    takeOut(stack, validationOf(stack));
    Object.assign(httpsOf(stack).body, {
      certificate_arn: `\${${certificateOf(stack).address}.arn}`,
      depends_on: ["module.issued"],
    });
    takeOut(stack, waitOf(stack));
  });
  expect(reported(report)).toEqual([]);
  expect(report.assumed.map(({ text }) => text)).toContainEqual(
    "the validation records for www.example.com exist in DNS",
  );
});

test("all names that lead to the load balancer are reported and added at once", () => {
  const report = traced("site", (stack) => {
    add(stack, "aws_route53_record", "api", { ...copyOf(aliasOf(stack).body), name: "api.example.com" });
    add(stack, "aws_route53_record", "shop", {
      ...copyOf(stack.resource.aws_route53_record?.api ?? {}),
      name: "shop.example.com",
    });
  });
  const [finding, ...others] = report.findings.filter(({ hop }) => hop === "tls");
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    id: "P11",
    required: "api.example.com, shop.example.com in the certificate's names",
  });
  expect(finding?.fix.edits.map((edit) => ("add" in edit ? edit.name : "path" in edit ? edit.value : edit))).toEqual([
    ["api.example.com", "shop.example.com"],
    "validation-api-example-com",
    "validation-shop-example-com",
  ]);
});

test("a further name for the VPC's own use is not added to a public certificate", () => {
  const report = traced("site", (stack) => {
    add(stack, "aws_route53_record", "shop", { ...copyOf(aliasOf(stack).body), name: "shop.example.com" });
    const zone = add(stack, "aws_route53_zone", "inside", {
      name: "corp.internal",
      vpc: { vpc_id: `\${${the(stack, "aws_vpc").address}.id}` },
    });
    add(stack, "aws_route53_record", "inside", {
      ...copyOf(stack.resource.aws_route53_record?.shop ?? {}),
      zone_id: `\${${zone}.zone_id}`,
      name: "app.corp.internal",
    });
  });
  expect(report.findings.filter(({ id }) => id === "P11").map(({ required }) => required)).toEqual([
    "shop.example.com in the certificate's names",
  ]);
});

test("a name that is in a private zone by mistake is asked for with TLS like any other", () => {
  const report = traced("site", (stack) => {
    aliasOf(stack).body.zone_id =
      `\${` +
      `${add(stack, "aws_route53_zone", "inside", { name: "example.com", vpc: { vpc_id: `\${${the(stack, "aws_vpc").address}.id}` } })}` +
      ".zone_id}";
    aliasOf(stack).body.name = "shop.example.com";
  });
  expect(report.findings.map(({ id }) => id)).toEqual(["P01", "P11"]);
});

test("a path without TLS does not ask for a certificate", () => {
  const report = traced("site", (stack) => {
    takeOut(stack, httpsOf(stack));
    takeOut(stack, certificateOf(stack));
    takeOut(stack, waitOf(stack));
    takeOut(stack, validationOf(stack));
    const http = the(stack, "aws_lb_listener");
    http.body.default_action = [
      { type: "forward", target_group_arn: `\${${the(stack, "aws_lb_target_group").address}.arn}` },
    ];
  });
  expect(reported(report)).toEqual([]);
  expect(report.verdict).toBe("ok");
});

describe("a plan", () => {
  /** An existing site gets another certificate; its validation records are known after apply. */
  const renewed = (names: readonly string[]) =>
    trace(
      planOf({
        "aws_acm_certificate.main": {
          ...replaced(
            "subject_alternative_names",
            { subject_alternative_names: names, domain_validation_options: names.map((it) => ({ domain_name: it })) },
            true,
          ),
          more: {
            after_unknown: {
              domain_validation_options: names.map(() => ({
                resource_record_name: true,
                resource_record_type: true,
                resource_record_value: true,
              })),
            },
          },
        },
      }),
    );

  test(
    "in which the record that validates a name stands already, as it is the same for all certificates of an " +
      "account, is ok",
    () => {
      expect(reported(renewed(["www.example.com"]))).toEqual([]);
      expect(reported(renewed(["www.example.com", "*.www.example.com"]))).toEqual([]);
    },
  );

  test("in which a further name of a certificate has no record is broken (P15)", () => {
    expect(reported(renewed(["www.example.com", "shop.example.com"]))).toEqual([
      "P15 error: validation records for www.example.com only",
    ]);
  });

  type Json = Record<string, unknown> & { resource_changes: { type: string; change: { actions: string[] } }[] };
  const plan = (actions: Readonly<Record<string, string[]>>): Json => {
    const json = JSON.parse(readFileSync(join(FIXTURES, "traced", "site.plan.json"), "utf8")) as Json;
    for (const { type, change } of json.resource_changes)
      if (actions[type] !== undefined) change.actions = actions[type];
    return json;
  };
  const replacing = (actions: string[]): string[] => reported(trace(plan({ aws_acm_certificate: actions })));

  test("that creates everything is correct", () => {
    expect(reported(trace(plan({})))).toEqual([]);
  });

  test("that destroys the listener's certificate before it makes the new one is broken (P18)", () => {
    expect(replacing(["delete", "create"])).toEqual([
      expect.stringMatching(/^P18 error: the plan destroys the certificate that aws_lb_listener\.\S+ uses/),
    ]);
  });

  test("that makes the new certificate first is correct", () => {
    expect(replacing(["create", "delete"])).toEqual([]);
  });

  describe("in which the listener takes the certificate itself", () => {
    const unwaited = (actions: string[]): string[] => {
      const text = JSON.stringify(plan({ aws_acm_certificate: actions })).replace(
        /"aws_acm_certificate_validation\.([\w-]+)\.certificate_arn","aws_acm_certificate_validation\.\1"/g,
        '"aws_acm_certificate.site_certificate_8B6886CB.arn","aws_acm_certificate.site_certificate_8B6886CB"',
      );
      return reported(trace(JSON.parse(text)));
    };

    test("that is there already, and so was issued, is correct", () => {
      expect(unwaited(["no-op"])).toEqual([]);
    });

    test("that it makes is broken (P14)", () => {
      expect(unwaited(["create"])).toEqual([expect.stringContaining("P14 error")]);
    });
  });
});

describe("a state", () => {
  type Resource = { type: string; values: Record<string, unknown> };
  const state = (change: (resources: Resource[]) => Resource[]): TraceReport => {
    const json = JSON.parse(readFileSync(join(FIXTURES, "traced", "site.state.json"), "utf8")) as {
      values: { root_module: { resources: Resource[] } };
    };
    json.values.root_module.resources = change(json.values.root_module.resources);
    return trace(json);
  };

  test("is correct as it is", () => {
    expect(reported(state((all) => all))).toEqual([]);
  });

  test("without the validation record is broken (P15), as the certificate is not renewed either", () => {
    expect(reported(state((all) => all.filter(({ values }) => !String(values.name).startsWith("_"))))).toEqual([
      "P15 error: no validation record",
    ]);
  });

  test("in which the certificate is in another region is broken (P13)", () => {
    const moved = reported(
      state(
        (all) =>
          JSON.parse(JSON.stringify(all).replaceAll("arn:aws:acm:us-east-1:", "arn:aws:acm:eu-west-1:")) as Resource[],
      ),
    );
    expect(moved).toEqual([expect.stringContaining("P13 error: the certificate is in eu-west-1")]);
  });

  test("in which the certificate is for another name is broken (P11)", () => {
    const renamed = state((all) =>
      all.map((it) =>
        it.type === "aws_acm_certificate"
          ? {
              ...it,
              values: {
                ...it.values,
                domain_name: "shop.example.com",
                subject_alternative_names: ["shop.example.com"],
              },
            }
          : it,
      ),
    );
    expect(reported(renamed)).toContainEqual("P11 error: covers shop.example.com");
  });
});

describe("fixes say how", () => {
  const fixOf = (base: Base, id: string, change: (stack: SynthesizedJson) => void): string =>
    traced(base, change).findings.find((it) => it.id === id)?.fix.hcl ?? "";

  test("the listener takes the ARN of the validation", () => {
    expect(
      fixOf("auto-scaling", "P14", (stack) => {
        httpsOf(stack).body.certificate_arn = "${aws_acm_certificate.web.arn}";
      }),
    ).toBe(
      'resource "aws_lb_listener" "https" {\n  certificate_arn = aws_acm_certificate_validation.web.certificate_arn\n}',
    );
  });

  test("Amazon is added to those that may issue", () => {
    expect(
      fixOf("auto-scaling", "P17", (stack) => caa(stack, "example.com", ['0 issue "letsencrypt.org"'], "all")),
    ).toBe(
      'resource "aws_route53_record" "caa-all" {\n  records = ["0 issue \\"letsencrypt.org\\"", "0 issue ' +
        '\\"amazon.com\\""]\n}',
    );
  });

  test("the missing record is written as the others are", () => {
    const hcl = fixOf("auto-scaling", "P15", (stack) => {
      certificateOf(stack).body.subject_alternative_names = ["*.shop.example.com"];
      for (const record of all(stack, "aws_route53_record"))
        if (record.address.endsWith(".validation"))
          record.body.name = String(record.body.name).replace(
            /^\$\{tolist\((.*)\)\[0\]\.(\w+)\}$/,
            '${one([for o in $1 : o.$2 if o.domain_name == "www.example.com"])}',
          );
    });
    expect(hcl).toContain('if o.domain_name == "*.shop.example.com"');
    expect(hcl).toMatch(/zone_id\s+= data\.aws_route53_zone\.main\.zone_id/);
  });
});
