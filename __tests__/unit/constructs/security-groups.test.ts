import { Instance } from "@cdktf/provider-aws/lib/instance";
import { LbTargetGroup } from "@cdktf/provider-aws/lib/lb-target-group";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { Testing } from "cdktf";
import type { WebStackProps } from "../../../constructs/web-stack";
import {
  ALB_GROUP,
  addressed,
  all,
  EC2_GROUP,
  EXISTING_NETWORK,
  expectOpen,
  parsed,
  refTo,
  rulesOf,
  synthText,
  theOnly,
} from "../../support/synth";

Testing.setupJest();

/*
 * Who may reach whom is one fact of two resources, and what is open is a fact of all rules: so they are read as
 * sentences, by `rulesOf` and `expectOpen`, where cdktf's matchers would see single rules only.
 */

const stackWith = (more: Partial<WebStackProps> = {}) => synthText({ domainName: "www.example.com", ...more });
const site = (more: Partial<WebStackProps> = {}) => parsed(stackWith(more));
const byDefault = site();

test("a new network has the two groups by these very names", () => {
  expect(stackWith()).toHaveResourceWithProperties(SecurityGroup, { name: ALB_GROUP });
  expect(stackWith()).toHaveResourceWithProperties(SecurityGroup, { name: EC2_GROUP });
  expect(all(byDefault, "aws_security_group")).toHaveLength(2);
});

/*
 * AWS changes neither of a group that stands: another description would mean another group, first, under a name that is
 * taken (InvalidGroup.Duplicate).
 */
test("the groups of a new network have these names and descriptions, whatever else is chosen, in every version", () => {
  const choices: Partial<WebStackProps>[] = [
    {},
    { domainName: "shop.example.com", appPort: 8080, healthCheck: { port: 9000 } },
    { instances: { placement: "public" }, ssh: { cidrs: ["203.0.113.7/32"] } },
    { network: { egress: "nat", cidr: "10.9.0.0/16" }, tags: { team: "web" } },
  ];
  for (const props of choices) {
    const stack = stackWith(props);
    expect(stack).toHaveResourceWithProperties(SecurityGroup, {
      name: "alb-security-group",
      description: "Clients to the load balancer",
    });
    expect(stack).toHaveResourceWithProperties(SecurityGroup, {
      name: "ec2-target-group-security-group",
      description: "The load balancer to the instances",
    });
    expect(all(parsed(stack), "aws_security_group")).toHaveLength(2);
  }
});

test("these are all the rules there are by default", () => {
  expect(rulesOf(byDefault)).toEqual([
    `${ALB_GROUP} sends 80 to ${EC2_GROUP}`,
    `${ALB_GROUP} takes 443 from 0.0.0.0/0`,
    `${ALB_GROUP} takes 80 from 0.0.0.0/0`,
    `${EC2_GROUP} sends 443 to S3`,
    `${EC2_GROUP} takes 80 from ${ALB_GROUP}`,
  ]);
});

test("no rule stands in a group itself, where it would fight the others", () => {
  for (const group of all(byDefault, "aws_security_group"))
    expect(Object.keys(group)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(in|e)gress$/)]));
});

test.each([80, 8080])("app port %i is the one that everything speaks", (appPort) => {
  const stack = stackWith({ appPort });
  const json = parsed(stack);
  expectOpen(json, { from: ALB_GROUP, to: EC2_GROUP, port: appPort });
  expect(
    rulesOf(json).filter((rule) => rule.includes(`to ${EC2_GROUP}`) || rule.startsWith(`${EC2_GROUP} takes`)),
  ).toHaveLength(2);
  // The health check has more than its port, and the matchers want nested blocks whole.
  expect(stack).toHaveResourceWithProperties(LbTargetGroup, { port: appPort });
  expect(theOnly(json, "aws_lb_target_group").health_check).toMatchObject({ port: "traffic-port" });
  for (const attachment of all(json, "aws_lb_target_group_attachment")) expect(attachment.port).toBeUndefined();
  for (const instance of all(json, "aws_instance"))
    expect(String(instance.user_data).match(/listen .*/g)).toEqual([`listen ${appPort} default_server;`]);
});

test("a health-check port of its own is open on both sides, served, and asked", () => {
  const stack = stackWith({ appPort: 8080, healthCheck: { port: 9000 } });
  const json = parsed(stack);
  expectOpen(json, { from: ALB_GROUP, to: EC2_GROUP, port: 8080 });
  expectOpen(json, { from: ALB_GROUP, to: EC2_GROUP, port: 9000 });
  expect(stack).toHaveResourceWithProperties(LbTargetGroup, { port: 8080 });
  expect(theOnly(json, "aws_lb_target_group").health_check).toMatchObject({ port: "9000" });
  expect(stack).toHaveResourceWithProperties(Instance, {
    user_data: expect.stringContaining("listen 9000 default_server;") as string,
  });
  for (const instance of all(json, "aws_instance")) expect(instance.user_data).toContain("listen 9000 default_server;");
});

test("a health-check port that is the app port opens nothing twice", () => {
  expect(rulesOf(site({ healthCheck: { port: 80 } }))).toEqual(rulesOf(byDefault));
});

describe("SSH", () => {
  test("is open to nobody by default", () => {
    expect(rulesOf(byDefault).filter((rule) => / 22 /.test(rule))).toEqual([]);
  });

  test("is open to the ranges that are named, and to the instances only", () => {
    const json = site({ instances: { placement: "public" }, ssh: { cidrs: ["203.0.113.7/32", "198.51.100.0/24"] } });
    expect(rulesOf(json).filter((rule) => / 22 /.test(rule))).toEqual([
      `${EC2_GROUP} takes 22 from 198.51.100.0/24`,
      `${EC2_GROUP} takes 22 from 203.0.113.7/32`,
    ]);
  });

  test("keeps a range's rule when another one comes before it", () => {
    const rules = (cidrs: string[]) =>
      addressed(
        site({ instances: { placement: "public" }, ssh: { cidrs } }),
        "aws_vpc_security_group_ingress_rule",
      ).map(([address]) => address);
    expect(rules(["198.51.100.0/24", "203.0.113.7/32"])).toEqual(expect.arrayContaining(rules(["203.0.113.7/32"])));
  });
});

describe("the instances call out", () => {
  const callsOf = (more: Partial<WebStackProps>) =>
    rulesOf(site(more)).filter((rule) => rule.startsWith(`${EC2_GROUP} sends`));
  const publicNetwork = { vpcId: EXISTING_NETWORK.vpcId, publicSubnetIds: EXISTING_NETWORK.publicSubnetIds };
  const anywhere = [`${EC2_GROUP} sends 443 to 0.0.0.0/0`, `${EC2_GROUP} sends 80 to 0.0.0.0/0`];

  test.each<[string, Partial<WebStackProps>, string[]]>([
    ["to S3 only from private subnets", {}, [`${EC2_GROUP} sends 443 to S3`]],
    [
      "to S3 only from an existing network's private subnets",
      { network: EXISTING_NETWORK },
      [`${EC2_GROUP} sends 443 to S3`],
    ],
    ["to HTTP and HTTPS anywhere through NAT", { network: { egress: "nat" } }, anywhere],
    [
      "to HTTP and HTTPS anywhere through an existing network's NAT",
      { network: { ...EXISTING_NETWORK, egress: "nat" } },
      anywhere,
    ],
    ["to HTTP and HTTPS anywhere from public subnets", { instances: { placement: "public" } }, anywhere],
    [
      "to HTTP and HTTPS anywhere from an existing network's public subnets",
      { network: publicNetwork, instances: { placement: "public" } },
      anywhere,
    ],
  ])("%s", (_, more, calls) => {
    expect(callsOf(more)).toEqual(calls);
  });

  test("to the S3 of the stack's region", () => {
    expect(theOnly(site({ region: "eu-west-3" }), "data.aws_ec2_managed_prefix_list").name).toBe(
      "com.amazonaws.eu-west-3.s3",
    );
  });
});

test("load balancer and instances are each in their own group, and in no other", () => {
  const groups = new Map(
    addressed(byDefault, "aws_security_group").map(([address, { name }]) => [`\${${address}.id}`, name]),
  );
  expect((theOnly(byDefault, "aws_lb").security_groups as string[]).map((id) => groups.get(id))).toEqual([ALB_GROUP]);
  for (const instance of all(byDefault, "aws_instance"))
    expect((instance.vpc_security_group_ids as string[]).map((id) => groups.get(id))).toEqual([EC2_GROUP]);
  for (const group of all(byDefault, "aws_security_group"))
    expect(group.vpc_id).toBe(refTo(byDefault, "aws_vpc", "id"));
});

test("every rule says what it is for", () => {
  for (const type of ["aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"]) {
    for (const rule of all(byDefault, type)) expect(rule.description).toMatch(/^[A-Za-z0-9 ,]{3,}$/);
  }
});
