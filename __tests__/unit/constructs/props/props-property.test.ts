import fc from "fast-check";
import {
  iamNamePrefix,
  literal,
  loadBalancerNamePrefix,
  ownerSuffix,
  targetGroupName,
} from "../../../../constructs/names";
import type { WebStackProps } from "../../../../constructs/web-stack";
import { TLS_12_POLICIES } from "../../../../path/facts/elb";
import { all, refusalOf, type StackJson, synthOf, theOnly } from "../../../support/synth";

const ELB_NAME = /^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/;
const ERROR = /^web: .* (must .+|is not a prop) \(got .+\).*$/s;

const hostName = fc.constantFrom(
  "www.example.com",
  "example.com",
  "a.b.example.co.uk",
  "www.example.org",
  "shop.example.com",
);
const port = fc.oneof(fc.integer({ min: 1, max: 65535 }), fc.constantFrom(80, 8080, 3000));
const id = (prefix: string) =>
  fc.integer({ min: 0, max: 0xffff }).map((number) => `${prefix}-0123456789abc${number.toString(16).padStart(4, "0")}`);
const some = <T>(item: fc.Arbitrary<T>, minLength: number, maxLength: number) =>
  fc.uniqueArray(item, { minLength, maxLength });
const optional = <T extends object>(props: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(props, { requiredKeys: [] });
const zone = fc.constantFrom(..."abcdefgh").map((letter) => `us-east-1${letter}`);

/** Values that are fine by themselves; together they may be in each other's way. */
const sound = {
  domainName: hostName,
  region: fc.constantFrom("us-east-1", "us-east-1", "eu-west-3"),
  alternativeNames: some(
    fc.oneof(
      hostName,
      hostName.map((name) => `*.${name}`),
    ),
    0,
    4,
  ),
  hostedZone: fc.oneof(
    optional({
      name: fc.constantFrom("example.com", "example.co.uk", "example.org"),
      id: fc.constant("Z0123456789ABC"),
    }),
    fc.record({ create: fc.constant(true), delegated: fc.boolean() }),
  ),
  certificate: fc.constant({ arn: "arn:aws:acm:us-east-1:123456789012:certificate/1" }),
  network: fc.oneof(
    optional({
      cidr: fc.constantFrom("10.0.0.0/16", "192.168.2.0/23", "100.64.0.0/20"),
      zones: fc.oneof(fc.integer({ min: 2, max: 6 }), some(zone, 2, 6)),
      egress: fc.constantFrom("none", "nat"),
      flowLogsBucket: fc.constant("flow-logs"),
    }),
    fc.record(
      {
        vpcId: id("vpc"),
        publicSubnetIds: some(id("subnet"), 2, 4),
        privateSubnetIds: some(id("subnet"), 1, 4),
        egress: fc.constantFrom("none", "nat"),
      },
      { requiredKeys: ["vpcId", "publicSubnetIds"] },
    ),
  ),
  appPort: port,
  healthCheck: optional({
    path: fc.constantFrom("/", "/up", "/up?deep=1"),
    port,
    matcher: fc.constantFrom("200", "200-299", "204"),
    intervalSec: fc.integer({ min: 5, max: 300 }),
    timeoutSec: fc.integer({ min: 2, max: 20 }),
    healthyThreshold: fc.integer({ min: 2, max: 10 }),
  }),
  instances: optional({
    count: fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 1, max: 4 }) },
      { weight: 1, arbitrary: fc.integer({ min: 30, max: 60 }) },
    ),
    type: fc.constantFrom("t3.micro", "t4g.small", "t2.micro", "t3a.nano"),
    diskGiB: fc.integer({ min: 8, max: 16384 }),
    placement: fc.constantFrom("private", "public"),
    detailedMonitoring: fc.boolean(),
  }),
  server: fc.oneof(
    fc.record({ proxyPort: port, setup: fc.string({ unit: "binary" }) }, { requiredKeys: ["proxyPort"] }),
    fc.record({ userData: fc.string({ unit: "binary" }).map((text) => `#!/bin/sh\n${text}`) }),
  ),
  http: fc.constantFrom("redirect", "forward"),
  tlsPolicy: fc.constantFrom(...TLS_12_POLICIES),
  ssh: fc.record(
    {
      cidrs: some(fc.constantFrom("10.0.0.0/8", "203.0.113.7/32", "198.51.100.0/24"), 1, 3),
      keyName: fc.stringMatching(/^[ -~]{1,20}$/),
    },
    { requiredKeys: ["cidrs"] },
  ),
  idleTimeoutSec: fc.integer({ min: 1, max: 4000 }),
  deregistrationDelaySec: fc.integer({ min: 0, max: 3600 }),
  accessLogsBucket: fc.constant("access-logs"),
  disposable: fc.boolean(),
  accept: fc.constant([]), // whatever else is accepted must be found
  tags: fc.dictionary(
    fc.stringMatching(/^[a-z0-9 +=._:/@-]{1,20}$/),
    fc.stringMatching(/^[a-zA-Z0-9 +=._:/@-]{0,20}$/),
    { maxKeys: 4 },
  ),
  backend: fc.constantFrom<NonNullable<WebStackProps["backend"]>>(
    "local",
    { s3: { bucket: "states" } },
    { cloud: { organization: "acme", workspace: "web" } },
  ),
};

const garbage = fc.anything({
  withBigInt: true,
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withObjectString: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
  maxDepth: 2,
});
const rarely = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 30, arbitrary: good }, { weight: 1, arbitrary: garbage });
const mostlySound = fc.record(
  Object.fromEntries(Object.entries(sound).map(([name, good]) => [name, rarely(good as fc.Arbitrary<unknown>)])),
  { requiredKeys: ["domainName"] },
);
const withUnknown = fc.oneof(
  { weight: 15, arbitrary: mostlySound },
  {
    weight: 1,
    arbitrary: fc.tuple(mostlySound, fc.string(), garbage).map(([props, name, value]) => ({ ...props, [name]: value })),
  },
);

/** What comes of the props: errors that each name a prop, or a site. Anything else fails the test. */
function outcomeOf(props: unknown): StackJson | undefined {
  const refusal = refusalOf({ web: props });
  if (refusal === undefined) return synthOf(props as WebStackProps);
  expect(refusal.messages.length).toBeGreaterThan(0);
  for (const error of refusal.messages) expect(error).toMatch(ERROR);
  return undefined;
}

test("whatever is said, either errors are named or a site is made", () => {
  fc.assert(
    fc.property(withUnknown, (props) => {
      const json = outcomeOf(props);
      if (json === undefined) return;
      const isZoneOnly = (props as Partial<WebStackProps>).hostedZone?.delegated === false;
      expect(all(json, "aws_lb")).toHaveLength(isZoneOnly ? 0 : 1);
      expect(all(json, "aws_route53_zone").length).toBeGreaterThanOrEqual(isZoneOnly ? 1 : 0);
    }),
    { numRuns: 70 },
  );
});

test("garbage for all props is refused in words", () => {
  fc.assert(
    fc.property(garbage, (props) => void outcomeOf(props)),
    { numRuns: 100 },
  );
});

test("garbage for one prop is refused in words, or is fine", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(sound)),
      garbage,
      (name, value) => void outcomeOf({ domainName: "www.example.com", [name]: value }),
    ),
    { numRuns: 200 },
  );
});

test("garbage one level down is refused in words, or is fine", () => {
  const NAMES = [
    "hostedZone.name",
    "hostedZone.create",
    "network.cidr",
    "network.zones",
    "network.vpcId",
    "network.publicSubnetIds",
    "healthCheck.path",
    "healthCheck.matcher",
    "instances.type",
    "server.proxyPort",
    "server.setup",
    "server.userData",
    "ssh.cidrs",
    "tags.key",
    "backend.s3",
    "backend.cloud",
  ];
  fc.assert(
    fc.property(fc.constantFrom(...NAMES), garbage, (path, value) => {
      const [outer = "", inner = ""] = path.split(".");
      outcomeOf({ domainName: "www.example.com", [outer]: { [inner]: value } });
    }),
    { numRuns: 200 },
  );
});

test("a site's instances and its load balancer fit into every subnet, or their number is refused", () => {
  const many = fc.record({
    cidr: fc.constantFrom("10.0.0.0/21", "10.0.0.0/22", "10.0.0.0/23"),
    zones: fc.integer({ min: 2, max: 3 }),
    count: fc.integer({ min: 30, max: 100 }),
    placement: fc.constantFrom("private" as const, "public" as const),
  });
  fc.assert(
    fc.property(many, ({ cidr, zones, count, placement }) => {
      const size = 2 ** (32 - Number(cidr.split("/")[1]) - 4);
      // AWS keeps the first four and the last address of a subnet.
      const room = size - 5 - (placement === "public" ? 8 : 0);
      const errors =
        refusalOf({ web: { domainName: "www.example.com", network: { cidr, zones }, instances: { count, placement } } })
          ?.messages ?? [];
      expect(errors).toEqual(
        Math.ceil(count / zones) <= room
          ? []
          : [expect.stringMatching(/^web: instances\.count must be at most \d+ in \d zones of /)],
      );
    }),
    { numRuns: 200 },
  );
});

test("the same props make the same site every time", () => {
  fc.assert(
    fc.property(fc.record(sound, { requiredKeys: ["domainName"] }), (props) => {
      if (refusalOf({ web: props }) !== undefined) return;
      expect(JSON.stringify(synthOf(props as WebStackProps))).toBe(
        JSON.stringify(synthOf(structuredClone(props) as WebStackProps)),
      );
    }),
    { numRuns: 15 },
  );
});

test("the props are read and never written to", () => {
  const frozen = Object.freeze({
    domainName: "www.example.com",
    alternativeNames: Object.freeze(["example.com"]),
    healthCheck: Object.freeze({ port: 9000 }),
    tags: Object.freeze({ team: "web" }),
  });
  expect(theOnly(synthOf(frozen), "aws_lb_target_group")).toMatchObject({ health_check: { port: "9000" } });
});

test("ELB and IAM take every name", () => {
  const owner = fc.record({
    stackId: fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.stringMatching(/^[A-Za-z0-9_.-]{0,80}$/),
      fc.constantFrom("internal", "internal-"),
    ),
    domainName: hostName,
    region: fc.constantFrom("us-east-1", "eu-west-3"),
  });
  fc.assert(
    fc.property(owner, fc.array(fc.oneof(fc.integer(), fc.string()), { maxLength: 3 }), (of, alsoOf) => {
      expect(targetGroupName(of, alsoOf)).toMatch(ELB_NAME);
      expect(`${loadBalancerNamePrefix(of)}20261122223000000000000001`).toMatch(ELB_NAME);
      expect(iamNamePrefix(of)).toMatch(/^[A-Za-z0-9-]{1,38}$/);
      expect(ownerSuffix(of)).toMatch(/^-[0-9a-f]{8}$/);
    }),
    { numRuns: 200 },
  );
});

test("terraform reads back every text as it was", () => {
  const text = fc.string({ unit: fc.constantFrom("$", "%", "{", "}", "a", "\n", "~"), maxLength: 12 });
  fc.assert(
    fc.property(text, (written) => {
      // HCL takes the longest escape at each place, from left to right.
      expect(literal(written).replace(/\$\$\{|%%\{/g, (escape) => escape.slice(1))).toBe(written);
    }),
    { numRuns: 200 },
  );
});
