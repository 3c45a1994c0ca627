import { Instance } from "@cdktf/provider-aws/lib/instance";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Testing } from "cdktf";
import { InvalidPropsError } from "../../../constructs/web-stack";
import { MINIMUM_VERSION } from "../../../machine/setup/terraform-binary";
import {
  ALB_GROUP,
  addressed,
  all,
  EC2_GROUP,
  EXISTING_NETWORK,
  parsed,
  refTo,
  type StackJson,
  stackOf,
  synthAll,
  synthOf,
  synthText,
  theOnly,
  validatedJson,
} from "../../support/synth";

Testing.setupJest();

const web = synthText({ domainName: "www.example.com" });
const json = parsed(web);
const ELB_NAME = /^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/;

test("a domain name alone makes these resources", () => {
  expect(countsOf(json.resource)).toEqual([
    "1 aws_acm_certificate", // for the one name
    "1 aws_acm_certificate_validation", // what the listener waits for
    "1 aws_default_security_group", // closed, for whatever forgets to name a group
    "1 aws_iam_instance_profile", // hands the role to the instances
    "1 aws_iam_role", // Session Manager
    "1 aws_iam_role_policy_attachment", // AWS's own policy for it
    "2 aws_instance", // one in each zone
    "1 aws_internet_gateway", // the load balancer's way in and out
    "1 aws_lb", // the load balancer
    "2 aws_lb_listener", // 80 redirects, 443 forwards
    "1 aws_lb_target_group", // the app port and its health check
    "2 aws_lb_target_group_attachment", // one for each instance
    "1 aws_route", // the public subnets' way to the internet
    "2 aws_route53_record", // the certificate's proof, the site's alias
    "3 aws_route_table", // a public one, and a private one in each zone
    "4 aws_route_table_association", // one for each subnet
    "2 aws_security_group", // one for the load balancer, one for the instances
    "4 aws_subnet", // a public and a private one in each zone
    "1 aws_vpc", // the network
    "1 aws_vpc_endpoint", // S3, where Amazon Linux's packages lie; free
    "2 aws_vpc_security_group_egress_rule", // load balancer to instances, instances to S3
    "3 aws_vpc_security_group_ingress_rule", // 80 and 443 from everyone, the app port from the load balancer
    "1 terraform_data", // the type and the disk, whose change replaces the instances
  ]);
});

test("a domain name alone looks these up", () => {
  expect(countsOf(json.data)).toEqual([
    "1 aws_availability_zones", // the first two of the account
    "1 aws_ec2_instance_type_offerings", // which of these have the instance type
    "1 aws_ec2_managed_prefix_list", // S3's addresses, for the rule to them
    "1 aws_route53_zone", // the registrable domain's
    "1 aws_ssm_parameter", // the newest Amazon Linux 2023
  ]);
});

describe("outputs", () => {
  const valueOf = (from: StackJson) =>
    Object.fromEntries(Object.entries(from.output ?? {}).map(([name, { value }]) => [name, value]));

  test("are where the site is and what there is to look at", () => {
    expect(valueOf(json)).toEqual({
      site_url: "https://www.example.com",
      health_check_url: "https://www.example.com/health",
      load_balancer_dns_name: refTo(json, "aws_lb", "dns_name"),
      target_group_arn: refTo(json, "aws_lb_target_group", "arn"),
      instance_ids: addressed(json, "aws_instance").map(([address]) => `\${${address}.id}`),
    });
  });

  test("are the zone and the next step alone while the registrar lacks its name servers", () => {
    const zoneOnly = synthOf({ domainName: "www.example.com", hostedZone: { create: true, delegated: false } });
    expect(valueOf(zoneOnly)).toEqual({
      name_servers: refTo(zoneOnly, "aws_route53_zone", "name_servers"),
      next_step:
        "Give the name servers to the registrar of example.com, then set hostedZone.delegated to true and deploy again",
    });
  });

  test("have the name servers of a created zone in addition to everything else", () => {
    const outputs = valueOf(synthOf({ domainName: "www.example.com", hostedZone: { create: true, delegated: true } }));
    expect(Object.keys(outputs).sort()).toEqual([
      "health_check_url",
      "instance_ids",
      "load_balancer_dns_name",
      "name_servers",
      "site_url",
      "target_group_arn",
    ]);
  });

  test("contain the health check's own path", () => {
    expect(valueOf(synthOf({ domainName: "www.example.com", healthCheck: { path: "/up?deep=1" } }))).toMatchObject({
      health_check_url: "https://www.example.com/up?deep=1",
    });
  });
});

test("an older terraform or OpenTofu than commands accept is refused by itself, too", () => {
  expect(json.terraform).toMatchObject({ required_version: `>= ${MINIMUM_VERSION}` });
});

describe("the provider", () => {
  test("is hashicorp/aws 5.100.0, the one that every check here runs", () => {
    expect(json.terraform).toMatchObject({ required_providers: { aws: { source: "aws", version: "5.100.0" } } });
  });

  test("tags everything with the stack and the domain", () => {
    expect(web).toHaveProviderWithProperties(AwsProvider, {
      region: "us-east-1",
      default_tags: [{ tags: { "alb-web:stack": "web", "alb-web:domain": "www.example.com" } }],
    });
    expect(json.provider.aws).toHaveLength(1);
  });

  test("adds one's own tags to them", () => {
    const tagged = synthText({ domainName: "www.example.com", tags: { team: "web", "cost center": "42" } });
    expect(tagged).toHaveProviderWithProperties(AwsProvider, {
      default_tags: [
        { tags: { team: "web", "cost center": "42", "alb-web:stack": "web", "alb-web:domain": "www.example.com" } },
      ],
    });
  });

  test("works in the region that is asked for, and nothing names another one", () => {
    const elsewhere = synthText({ domainName: "www.example.com", region: "eu-west-3" });
    expect(elsewhere).toHaveProviderWithProperties(AwsProvider, { region: "eu-west-3" });
    expect(elsewhere).not.toContain("us-east-1");
  });
});

test("names no folder of the machine it was synthesized on", () => {
  expect(JSON.stringify(json)).not.toContain(process.cwd());
  expect(theOnlyBackend(json)).toEqual({ local: { path: "../../../terraform.web.tfstate" } });
});

test("hands a person's own text to AWS as it is written", () => {
  const text = "#!/bin/bash\necho ${HOME} %{x} $${y} $HOME 100%\n";
  const written = synthText({
    domainName: "www.example.com",
    server: { userData: text },
    instances: { placement: "public" },
    ssh: { cidrs: ["203.0.113.7/32"], keyName: "key ${a} %{b}" },
  });
  expect(written).toHaveResourceWithProperties(Instance, {
    user_data: "#!/bin/bash\necho $${HOME} %%{x} $$${y} $HOME 100%\n",
    key_name: "key $${a} %%{b}",
  });
});

describe("a stack's parts", () => {
  const DOMAIN = { domainName: "www.example.com" };
  const zoneOnly = { ...DOMAIN, hostedZone: { create: true, delegated: false } };

  test("are what resources of one's own refer to", () => {
    const stack = stackOf(DOMAIN);
    stack.addOverride("output.mine", {
      value: [
        stack.site.loadBalancer.arn,
        stack.site.targetGroup.arn,
        stack.site.servers.instanceIds[0],
        stack.zones.site.zoneId,
      ],
    });
    const written = validatedJson(stack);
    expect(written.output?.mine?.value).toEqual([
      refTo(written, "aws_lb", "arn"),
      refTo(written, "aws_lb_target_group", "arn"),
      `\${${addressed(written, "aws_instance")[0]?.[0]}.id}`,
      refTo(written, "data.aws_route53_zone", "zone_id"),
    ]);
  });

  test("lack the site, in one sentence, while the stack creates its zone alone", () => {
    const stack = stackOf(zoneOnly);
    expect(() => stack.site).toThrow(
      "1 error in main.ts; nothing was written\n  web: hostedZone.delegated must be true if main.ts uses the " +
        "stack's site (got false); until then the stack creates only its zone.",
    );
    expect(stack.zones.site.zoneId).toBeDefined();
  });

  test("are refused with what is wrong with the props, if anything is", () => {
    const stack = stackOf({ ...DOMAIN, appPort: 0 });
    expect(() => stack.site).toThrow(/^1 error in main\.ts; nothing was written\n {2}web: appPort/);
    expect(() => stack.zones).toThrow(InvalidPropsError);
  });
});

describe("two stacks of one account", () => {
  const stacks = synthAll({ web: { domainName: "www.example.com" }, shop: { domainName: "www.example.org" } });
  const inOneVpc = synthAll({
    web: { domainName: "www.example.com", network: EXISTING_NETWORK },
    shop: { domainName: "www.example.org", network: EXISTING_NETWORK },
  });

  test("share no name that AWS wants for itself", () => {
    const [web, shop] = [uniqueNamesOf(stacks.web), uniqueNamesOf(stacks.shop)];
    expect(web).toHaveLength(4);
    expect(web.filter((name) => shop.includes(name))).toEqual([]);
  });

  test("share no group's name in one VPC either", () => {
    const groups = Object.values(inOneVpc).flatMap((stack) => all(stack, "aws_security_group").map(({ name }) => name));
    expect(new Set(groups).size).toBe(4);
    expect(groups).toEqual([
      expect.stringMatching(new RegExp(`^${ALB_GROUP}-[0-9a-f]{8}$`)),
      expect.stringMatching(new RegExp(`^${EC2_GROUP}-[0-9a-f]{8}$`)),
      expect.stringMatching(new RegExp(`^${ALB_GROUP}-[0-9a-f]{8}$`)),
      expect.stringMatching(new RegExp(`^${EC2_GROUP}-[0-9a-f]{8}$`)),
    ]);
  });

  test("keep their states apart", () => {
    expect(theOnlyBackend(stacks.web)).not.toEqual(theOnlyBackend(stacks.shop));
  });
});

test("the same stack id in another program names other things", () => {
  const [here, there] = ["www.example.com", "www.example.org"].map((domainName) =>
    uniqueNamesOf(synthOf({ domainName })),
  );
  // Prefixes, which are completed to names of their own.
  expect(here?.filter((name) => there?.includes(name))).toEqual(["alb-web-web-", "alb-web-web-", "web-"]);
});

test.each(["web", "internal", "Internal", "internal-web", "a".repeat(60), "my_site.example", "-web-", "_", "1"])(
  "gives stack %p names that ELB and IAM take",
  (id) => {
    const named = synthOf({ domainName: "www.example.com" }, id);
    // The provider appends 26 characters.
    expect(`${theOnly(named, "aws_lb").name_prefix}${"0".repeat(26)}`).toMatch(ELB_NAME);
    expect(theOnly(named, "aws_lb_target_group").name).toMatch(ELB_NAME);
    // IAM appends 26 characters and takes 64.
    expect(theOnly(named, "aws_iam_role").name_prefix).toMatch(/^[\w+=,.@-]{1,38}$/);
    expect(theOnly(named, "aws_iam_instance_profile").name_prefix).toMatch(/^[\w+=,.@-]{1,38}$/);
  },
);

function countsOf(blocks: StackJson["resource"]): string[] {
  return Object.entries(blocks ?? {})
    .map(([type, ofType]) => `${Object.keys(ofType).length} ${type}`)
    .sort((a, b) => (a.slice(2) < b.slice(2) ? -1 : 1));
}

function theOnlyBackend({ terraform }: StackJson): unknown {
  return terraform.backend;
}

/** Names and prefixes of what is unique in an account or a VPC, records apart. */
function uniqueNamesOf(stack: StackJson): unknown[] {
  const types = Object.keys(stack.resource ?? {}).filter((type) => type !== "aws_route53_record");
  const names = types
    .flatMap((type) => all(stack, type))
    .flatMap(({ name, name_prefix }) => [name, name_prefix])
    .filter((it) => it !== undefined);
  // A group's name is unique in its VPC only, and each of these stacks has one of its own.
  return names.filter((name) => name !== ALB_GROUP && name !== EC2_GROUP);
}
