import type { WebStackProps } from "../../../constructs/props/web-stack-props";
import { fetchProblems } from "../../../rehearsal/checks/network-check";
import { instancesRun } from "../../../rehearsal/checks/targets-check";
import { expectationOf } from "../../../rehearsal/expectation";
import { OVERRIDE_FILE, overrideFor, stateLocation } from "../../../rehearsal/override";
import { seedFor, seedsFor } from "../../../rehearsal/seed-for";
import type { InstanceView, Site } from "../../../rehearsal/site";
import type { StackJson } from "../../../rehearsal/stack-files";
import { EXISTING_NETWORK, synthOf } from "../../support/synth";

// Programs that take a second wait for a core while the tests that run terraform use them.
jest.setTimeout(60_000);

const DOMAIN = { domainName: "www.example.com" };
const CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const NO_SITE: WebStackProps = { ...DOMAIN, hostedZone: { create: true, delegated: false } };

const stackOf = (props: WebStackProps): StackJson => synthOf(props) as unknown as StackJson;

/** Whatever the stack itself refers to. */
function seeded(props: WebStackProps) {
  const [, ofStack] = seedFor("web", stackOf(props));
  if (ofStack === undefined) throw new Error("there is no seed for the stack itself");
  return ofStack;
}

describe("the override file", () => {
  const OWN_STATE = { bucket: "alb-web-rehearsal-state", key: "web/terraform.tfstate", region: "us-east-1" };
  const S3: WebStackProps = {
    ...DOMAIN,
    region: "eu-west-1",
    backend: { s3: { bucket: "states", key: "sites/a.tfstate", region: "eu-central-1" } },
  };
  const CLOUD: WebStackProps = { ...DOMAIN, backend: { cloud: { organization: "acme", workspace: "web" } } };

  test("is read by terraform after the stack itself", () => {
    expect(OVERRIDE_FILE).toMatch(/_override\.tf\.json$/);
  });

  test.each([
    ["the default stack", DOMAIN, OWN_STATE, true],
    [
      "a stack with much more",
      {
        ...DOMAIN,
        alternativeNames: ["example.com"],
        ssh: { cidrs: ["203.0.113.7/32"] },
        instances: { placement: "public" },
      },
      OWN_STATE,
      true,
    ],
    ["a disposable stack", { ...DOMAIN, disposable: true }, OWN_STATE, false],
    ["a stack that has only its zone as yet", NO_SITE, OWN_STATE, false],
    [
      "a stack in S3, which keeps its place",
      S3,
      { bucket: "states", key: "sites/a.tfstate", region: "eu-central-1" },
      true,
    ],
    [
      "a stack that names no bucket of its own yet",
      { ...DOMAIN, backend: { s3: { bucket: "CHANGE-ME", region: "us-east-1" } } },
      OWN_STATE,
      true,
    ],
    ["a stack with a local state, by choice", { ...DOMAIN, backend: "local" }, OWN_STATE, true],
    ["a stack in Terraform Cloud", CLOUD, OWN_STATE, true],
  ] as const)(
    "of %s says where the state lies, and takes deletion protection off; nothing else",
    (_what, props, place, isProtected) => {
      const stack = stackOf(props as WebStackProps);
      const { "//": comment, ...override } = overrideFor("web", stack) as { "//": string };
      expect(comment).toContain("npm run rehearse");
      const [balancer] = Object.keys(stack.resource?.aws_lb ?? {});
      expect(override).toEqual({
        terraform: { backend: { s3: { ...place, encrypt: true, use_lockfile: true, use_path_style: true } } },
        ...(isProtected ? { resource: { aws_lb: { [balancer ?? ""]: { enable_deletion_protection: false } } } } : {}),
      });
    },
  );

  test("gives each stack a state of its own", () => {
    expect(stateLocation("a", stackOf(DOMAIN)).key).not.toBe(stateLocation("b", stackOf(DOMAIN)).key);
  });

  test("takes the protection off a load balancer that does not say whether it has one", () => {
    expect(overrideFor("web", { resource: { aws_lb: { balancer: {} } } })).toMatchObject({
      resource: { aws_lb: { balancer: { enable_deletion_protection: false } } },
    });
  });
});

describe("the seed", () => {
  test("of the default stack is its zone and the bucket for its state", () => {
    expect(seedFor("web", stackOf(DOMAIN))).toEqual([
      { region: "us-east-1", buckets: ["alb-web-rehearsal-state"] },
      {
        region: "us-east-1",
        hostedZones: [{ name: "example.com" }],
        vpcs: [],
        certificates: [],
        buckets: [],
        keyPairs: [],
      },
    ]);
  });

  test("lies in the stack's region, and its bucket in the bucket's", () => {
    const seeds = seedFor(
      "web",
      stackOf({ ...DOMAIN, region: "eu-west-1", backend: { s3: { bucket: "states", region: "eu-central-1" } } }),
    );
    expect(seeds).toMatchObject([{ region: "eu-central-1", buckets: ["states"] }, { region: "eu-west-1" }]);
  });

  test("has a bucket of the rehearsal's own in place of the placeholder", () => {
    expect(seedFor("web", stackOf({ ...DOMAIN, backend: { s3: { bucket: "CHANGE-ME" } } }))[0]).toEqual({
      region: "us-east-1",
      buckets: ["alb-web-rehearsal-state"],
    });
  });

  test("has a zone for every name that lies in one of its own", () => {
    const { hostedZones } = seeded({
      ...DOMAIN,
      alternativeNames: ["example.com", "www.example.net", "shop.example.net"],
    });
    expect(hostedZones).toEqual(expect.arrayContaining([{ name: "example.com" }, { name: "example.net" }]));
    expect(hostedZones).toHaveLength(2);
  });

  test("gives a zone that is looked up by its id that id, and the name that is expected of it", () => {
    expect(seeded({ ...DOMAIN, hostedZone: { id: "Z0123456789ABCDEFGHIJ" } }).hostedZones).toEqual([
      { name: "example.com", id: "Z0123456789ABCDEFGHIJ" },
    ]);
    const named = { name: "www.example.com", id: "Z0123456789ABCDEFGHIJ" };
    expect(seeded({ ...DOMAIN, hostedZone: named }).hostedZones).toEqual([named]);
  });

  test("has no zone where the stack creates it", () => {
    expect(seeded(NO_SITE).hostedZones).toEqual([]);
  });

  test("has an existing network, in which the load balancer's subnets are the public ones", () => {
    expect(seeded({ ...DOMAIN, network: EXISTING_NETWORK }).vpcs).toEqual([
      {
        id: EXISTING_NETWORK.vpcId,
        subnets: expect.arrayContaining([
          ...EXISTING_NETWORK.publicSubnetIds.map((id) => ({ id, public: true })),
          ...EXISTING_NETWORK.privateSubnetIds.map((id) => ({ id, public: false })),
        ]),
      },
    ]);
  });

  test("takes a subnet for private whose address only begins like a public one's", () => {
    const stack: StackJson = {
      data: {
        aws_vpc: { vpc: { id: "vpc-1" } },
        aws_subnet: { one: { id: "subnet-1" }, one_more: { id: "subnet-2" } },
      },
      resource: { aws_lb: { balancer: { subnets: ["${data.aws_subnet.one_more.id}"] } } },
    };
    expect(seedFor("web", stack)[1]?.vpcs).toEqual([
      {
        id: "vpc-1",
        subnets: [
          { id: "subnet-1", public: false },
          { id: "subnet-2", public: true },
        ],
      },
    ]);
  });

  test("has the certificate that the stack names, for all its names", () => {
    const { certificates } = seeded({
      ...DOMAIN,
      alternativeNames: ["*.example.com"],
      certificate: { arn: CERTIFICATE },
    });
    expect(certificates).toEqual([
      { arn: CERTIFICATE, names: expect.arrayContaining(["www.example.com", "*.example.com"]) },
    ]);
  });

  test("has the buckets that the stack logs into, each once", () => {
    const props = {
      ...DOMAIN,
      accessLogsBucket: "example-access-logs",
      network: { flowLogsBucket: "example-flow-logs" },
    };
    expect(seeded(props).buckets).toEqual(["example-access-logs", "example-flow-logs"]);
    expect(
      seeded({ ...DOMAIN, accessLogsBucket: "example-logs", network: { flowLogsBucket: "example-logs" } }).buckets,
    ).toEqual(["example-logs"]);
  });

  test("of several stacks makes up no zone that another stack knows the id of", () => {
    const json = (props: WebStackProps) => ({ id: props.domainName, json: stackOf(props) });
    const seeds = seedsFor([
      json(DOMAIN),
      json({ domainName: "shop.example.com", hostedZone: { id: "Z0123456789ABCDEFGHIJ" } }),
    ]);
    expect(seeds).toHaveLength(4);
    expect(seeds.flatMap(({ hostedZones = [] }) => hostedZones)).toEqual([
      { name: "example.com", id: "Z0123456789ABCDEFGHIJ" },
      { name: "example.com" },
    ]);
  });

  test("has the key pair that the instances name, once", () => {
    expect(
      seeded({
        ...DOMAIN,
        instances: { placement: "public", count: 3 },
        ssh: { cidrs: ["203.0.113.7/32"], keyName: "operator" },
      }).keyPairs,
    ).toEqual(["operator"]);
  });
});

describe("what is expected", () => {
  const OUTPUTS = {
    target_group_arn: { value: "arn:tg" },
    load_balancer_dns_name: { value: "alb.example" },
    instance_ids: { value: ["i-1", "i-2", "i-3"] },
    name_servers: { value: ["ns1", "ns2"] },
  };

  test("of the default stack", () => {
    expect(expectationOf(stackOf(DOMAIN), OUTPUTS)).toEqual({
      region: "us-east-1",
      hasSite: true,
      names: ["www.example.com"],
      requestsCertificate: true,
      nameServers: ["ns1", "ns2"],
      appPort: 80,
      healthCheckPort: 80,
      healthCheckPath: "/health",
      healthDecidedAfterSec: 45,
      http: "redirect",
      isPublic: false,
      hasNginx: true,
      targetGroupArn: "arn:tg",
      balancerDnsName: "alb.example",
      instanceIds: ["i-1", "i-2", "i-3"],
      instanceCount: 2,
    });
  });

  test("follows what the stack declares", () => {
    const props: WebStackProps = {
      ...DOMAIN,
      region: "eu-west-1",
      alternativeNames: ["example.com", "*.example.com"],
      appPort: 8080,
      http: "forward",
      healthCheck: { port: 8081, path: "/up?deep=1" },
      instances: { count: 3, placement: "public" },
      server: { userData: "#!/bin/sh\n" },
    };
    expect(expectationOf(stackOf(props), {})).toMatchObject({
      region: "eu-west-1",
      names: ["www.example.com", "example.com", "*.example.com"],
      appPort: 8080,
      healthCheckPort: 8081,
      healthCheckPath: "/up?deep=1",
      healthDecidedAfterSec: 45,
      http: "forward",
      isPublic: true,
      hasNginx: false,
      instanceCount: 3,
      instanceIds: [],
    });
  });

  test("names all names where the certificate exists already", () => {
    const props = { ...DOMAIN, alternativeNames: ["example.com"], certificate: { arn: CERTIFICATE } };
    expect(expectationOf(stackOf(props), {})).toMatchObject({
      names: ["www.example.com", "example.com"],
      requestsCertificate: false,
    });
  });

  test("is the zone alone while the site waits for it", () => {
    expect(expectationOf(stackOf(NO_SITE), OUTPUTS)).toMatchObject({
      hasSite: false,
      createdZone: "example.com",
      nameServers: ["ns1", "ns2"],
      instanceCount: 0,
    });
  });

  test("of an empty stack is nothing", () => {
    expect(expectationOf({}, {})).toMatchObject({ hasSite: false, names: [], instanceIds: [], instanceCount: 0 });
    expect(expectationOf({ resource: { aws_instance: { one: {} } } }, {})).toMatchObject({
      isPublic: false,
      hasNginx: false,
      instanceCount: 1,
    });
  });
});

const PRIVATE_INSTANCE: InstanceView = {
  InstanceId: "i-1",
  State: { Name: "running" },
  SubnetId: "subnet-1",
  SecurityGroups: [{ GroupId: "sg-1" }],
  userData: "",
};
const outTo = (peer: object) => ({
  GroupId: "sg-1",
  IsEgress: true,
  IpProtocol: "tcp",
  FromPort: 443,
  ToPort: 443,
  ...peer,
});
const routesOf = (...Routes: object[]) => [{ RouteTableId: "rtb-1", Associations: [{ SubnetId: "subnet-1" }], Routes }];
/** A private subnet with S3's gateway endpoint, as the stack makes it. */
const S3_ONLY = {
  routeTables: routesOf(),
  endpoints: [{ ServiceName: "com.amazonaws.us-east-1.s3", RouteTableIds: ["rtb-1"] }],
  rules: [outTo({ PrefixListId: "pl-s3" })],
  s3PrefixListIds: ["pl-s3"],
};

describe("an instance that fetches NGINX", () => {
  const problemsOf = (site: object, instance: object = {}) =>
    fetchProblems({ ...S3_ONLY, ...site } as unknown as Site, { ...PRIVATE_INSTANCE, ...instance });
  const anyone = [outTo({ CidrIpv4: "0.0.0.0/0" })];
  const igw = routesOf({ DestinationCidrBlock: "0.0.0.0/0", GatewayId: "igw-1" });

  test.each([
    ["S3's endpoint", {}, {}],
    ["S3's endpoint, all let out", { rules: anyone }, {}],
    [
      "a NAT gateway",
      {
        endpoints: [],
        rules: anyone,
        routeTables: routesOf({ DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: "nat-1" }),
      },
      {},
    ],
    [
      "an internet gateway, with an address of its own",
      { endpoints: [], rules: anyone, routeTables: igw },
      { PublicIpAddress: "203.0.113.7" },
    ],
    [
      "the main route table",
      {
        endpoints: [],
        rules: anyone,
        routeTables: [
          {
            RouteTableId: "rtb-2",
            Associations: [{ Main: true }],
            Routes: [{ DestinationCidrBlock: "0.0.0.0/0", NatGatewayId: "nat-1" }],
          },
        ],
      },
      {},
    ],
    [
      "a rule for all ports",
      { rules: [outTo({ CidrIpv4: "0.0.0.0/0", IpProtocol: "-1", FromPort: -1, ToPort: -1 })] },
      {},
    ],
  ])("gets there by %s", (_way, site, instance) => {
    expect(problemsOf(site, instance)).toEqual([]);
  });

  test.each([
    ["there is no endpoint", { endpoints: [] }, {}, "no route to the internet or S3"],
    [
      "the endpoint is not in its route table",
      { endpoints: [{ ServiceName: "com.amazonaws.us-east-1.s3", RouteTableIds: ["rtb-2"] }] },
      {},
      "no route to the internet or S3",
    ],
    [
      "the endpoint is another service's",
      { endpoints: [{ ServiceName: "com.amazonaws.us-east-1.dynamodb", RouteTableIds: ["rtb-1"] }] },
      {},
      "no route to the internet or S3",
    ],
    [
      "it has no address for the internet gateway",
      { endpoints: [], rules: anyone, routeTables: igw },
      {},
      "no route to the internet or S3",
    ],
    ["nothing is let out", { rules: [] }, {}, "do not allow outbound traffic on port 443 to S3"],
    [
      "only another port is let out",
      { rules: [outTo({ CidrIpv4: "0.0.0.0/0", FromPort: 80, ToPort: 80 })] },
      {},
      "do not allow outbound traffic on port 443 to S3",
    ],
    [
      "only others are let out to",
      { rules: [outTo({ PrefixListId: "pl-other" })] },
      {},
      "do not allow outbound traffic on port 443 to S3",
    ],
  ])("does not when %s", (_what, site, instance, problem) => {
    expect(problemsOf(site, instance)).toEqual([expect.stringContaining(problem)]);
  });
});

describe("instances with a health check", () => {
  /** What step 2 says of instances that boot what the stack declares, or what it is changed into. */
  function problemsOf(props: WebStackProps, change = (script: string) => script): readonly string[] {
    const stack = stackOf(props);
    const expected = expectationOf(stack, { instance_ids: { value: ["i-1", "i-2"] } });
    const script = change(JSON.stringify(stack.resource?.aws_instance));
    const instances = expected.instanceIds.map(
      (InstanceId): InstanceView => ({ ...PRIVATE_INSTANCE, InstanceId, userData: script }),
    );
    return instancesRun({ ...S3_ONLY, instances } as unknown as Site, expected).problems;
  }
  const inFront = (props: object): WebStackProps => ({ ...DOMAIN, ...props });

  test.each([
    ["NGINX's page", inFront({})],
    ["a path with a query", inFront({ healthCheck: { path: "/up?deep=1" } })],
    ["the page itself as health check", inFront({ healthCheck: { path: "/" } })],
    ["the page's file as health check", inFront({ healthCheck: { path: "/index.html" } })],
    ["an app behind NGINX", inFront({ server: { proxyPort: 3000 } })],
    ["a boot script of their own", inFront({ server: { userData: "#!/bin/sh\n" } })],
  ])("are well with %s", (_what, props) => {
    expect(problemsOf(props)).toEqual([]);
  });

  test.each([
    [
      "the health check's path is not answered",
      inFront({}),
      (script: string) => script.replaceAll("location = /health", "location = /other"),
    ],
    [
      "the page is gone that the health check asks for",
      inFront({ healthCheck: { path: "/" } }),
      (script: string) => script.replaceAll("location / {", "location /site {"),
    ],
    [
      "nothing listens on the health check's port",
      inFront({ healthCheck: { port: 8081 } }),
      (script: string) => script.replaceAll("listen 8081 ", "listen 8082 "),
    ],
    [
      "the app port is only the beginning of another",
      inFront({}),
      (script: string) => script.replaceAll("listen 80 ", "listen 8080 "),
    ],
    ["they boot nothing", inFront({ server: { userData: "#!/bin/sh\n" } }), () => ""],
  ])("are broken when %s", (_what, props, change) => {
    expect(problemsOf(props, change)).toEqual(
      ["i-1", "i-2"].map((id) =>
        expect.stringMatching(new RegExp(`^the user data of ${id} does not listen on 80 and serve /`)),
      ),
    );
  });
});
