import { identityOf, samenessOf } from "../../../../path/analysis/writers/once-on-aws";
import type { SecurityRule } from "../../../../topology/model";
import { permissionKey, permissionsOf, permissionsOfRule } from "../../../../topology/permissions";

/* What two resources write is one thing on AWS, wherever it is read. */

const GROUP = "sg-0a";
const NONE = { items: [] };
const rule = (it: Partial<SecurityRule>): SecurityRule => ({
  address: "aws_vpc_security_group_ingress_rule.a",
  attribute: "",
  protocol: "tcp",
  fromPort: 80,
  toPort: 80,
  cidrs: NONE,
  ipv6Cidrs: NONE,
  groupIds: NONE,
  prefixListIds: NONE,
  ...it,
});
const ofFile = (it: Partial<SecurityRule>) => permissionsOf(rule(it), GROUP, "ingress").map(permissionKey);
const ofPlan = (values: Record<string, unknown>) =>
  permissionsOfRule("aws_vpc_security_group_ingress_rule", {
    security_group_id: GROUP,
    ip_protocol: "tcp",
    from_port: 80,
    to_port: 80,
    ...values,
  }).map(permissionKey);

describe("a rule of a file and the same in a plan's values have one key:", () => {
  test("a CIDR", () => {
    expect(ofFile({ cidrs: { items: ["10.0.0.0/8"] } })).toEqual(ofPlan({ cidr_ipv4: "10.0.0.0/8" }));
  });

  test("IPv6, which has no case", () => {
    expect(ofFile({ ipv6Cidrs: { items: ["2001:DB8::/32"] } })).toEqual(ofPlan({ cidr_ipv6: "2001:db8::/32" }));
  });

  test("a group of the same account, with that account's number", () => {
    expect(ofFile({ groupIds: { items: ["123456789012/sg-0b"] } })).toEqual(
      ofPlan({ referenced_security_group_id: "sg-0b" }),
    );
  });

  test("all traffic, whatever its ports", () => {
    expect(ofFile({ protocol: "-1", fromPort: 0, toPort: 0, cidrs: { items: ["10.0.0.0/8"] } })).toEqual(
      ofPlan({ ip_protocol: "-1", cidr_ipv4: "10.0.0.0/8" }),
    );
  });

  test("a protocol without ports", () => {
    expect(
      ofFile({ protocol: "50", fromPort: undefined, toPort: undefined, cidrs: { items: ["10.0.0.0/8"] } }),
    ).toEqual(ofPlan({ ip_protocol: "50", from_port: null, to_port: null, cidr_ipv4: "10.0.0.0/8" }));
  });
});

test("keys of a map in a group's expression are no account", () => {
  const [one, other] = ["a/b", "c/b"].map((key) => ofFile({ groupIds: { items: [`\${module.x["${key}"].id}`] } }));
  expect(one).not.toEqual(other);
});

test("a route's destination by IPv6 has no case", () => {
  const [one, other] = ["2001:DB8::/32", "2001:db8::/32"].map((destination_ipv6_cidr_block) =>
    samenessOf("aws_route", { route_table_id: "rtb-1", destination_ipv6_cidr_block }),
  );
  expect(one).toEqual(other);
});

test("a rule outside its group is the same by its protocol's number", () => {
  const [one, other] = ["6", "tcp"].map((ip_protocol) =>
    identityOf("aws_vpc_security_group_ingress_rule", {
      security_group_id: GROUP,
      ip_protocol,
      from_port: 80,
      to_port: 80,
      cidr_ipv4: "10.0.0.0/8",
    }),
  );
  expect(one).toBeDefined();
  expect(one).toBe(other);
});
