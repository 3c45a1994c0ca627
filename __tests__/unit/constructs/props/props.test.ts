import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { TLS_12_POLICIES } from "../../../../path/facts/elb";
import {
  EXISTING_NETWORK,
  errorsOf,
  refusalOf,
  refusalOfOneId,
  synthOf,
  theOnly,
  writeApp,
} from "../../../support/synth";

const DOMAIN = { domainName: "www.example.com" };
const ARN = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555";
const { vpcId, publicSubnetIds, privateSubnetIds } = EXISTING_NETWORK;
const isPublic = { placement: "public" } as const;

const propIn = (error: string) => /^[^:]+: (.*?) (?:must|is not a prop)\b/s.exec(error)?.[1];
/** The props that are refused, given these and a valid domain name. */
const refused = (props: object) => errorsOf({ ...DOMAIN, ...props }).map(propIn);
/** Props around one value: `at("healthCheck.port")(9000)`. */
const at =
  (path: string) =>
  (value: unknown): object =>
    path
      .split(".")
      .reverse()
      .reduce<unknown>((inner, name) => ({ [name]: inner }), value) as object;

const WRONG_NUMBERS = ["80", null, NaN, Infinity, -Infinity, 80.5, [80], { port: 80 }, true, 80n, () => 80];
const WRONG_TEXTS = [80, null, ["a"], { a: 1 }, true, Symbol("a"), () => "a", ""];

describe("a number", () => {
  test.each<[path: string, min: number, max: number]>([
    ["appPort", 1, 65535],
    ["healthCheck.port", 1, 65535],
    ["server.proxyPort", 1, 65535],
    ["healthCheck.unhealthyThreshold", 2, 10],
    ["healthCheck.healthyThreshold", 2, 10],
    ["instances.count", 1, 100],
    ["instances.diskGiB", 8, 16384],
    ["idleTimeoutSec", 1, 4000],
    ["deregistrationDelaySec", 0, 3600],
    ["network.zones", 2, 6],
  ])("for %s is whole and from %i to %i", (path, min, max) => {
    for (const good of [min, max]) expect([good, refused(at(path)(good))]).toEqual([good, []]);
    for (const bad of [min - 1, max + 1, ...WRONG_NUMBERS])
      expect([bad, refused(at(path)(bad))]).toEqual([bad, [path]]);
  });

  // Each needs the other to be on the right side of it.
  test.each([
    [5, 4, []],
    [300, 120, []],
    [4, 2, ["healthCheck.intervalSec"]],
    [301, 5, ["healthCheck.intervalSec"]],
    [300, 121, ["healthCheck.timeoutSec"]],
    [5, 1, ["healthCheck.timeoutSec"]],
  ])("of seconds between checks, %p, and for an answer, %p", (intervalSec, timeoutSec, expected) => {
    expect(refused({ healthCheck: { intervalSec, timeoutSec } })).toEqual(expected);
  });

  test.each(["appPort", "healthCheck.port", "server.proxyPort"])("for %s is not sshd's port", (path) => {
    for (const good of [21, 23]) expect(refused(at(path)(good))).toEqual([]);
    expect(refused(at(path)(22))).toEqual([path]);
  });
});

describe("a text", () => {
  const inZone = (length: number) => `${"a".repeat(length - ".b.example.com".length)}.b.example.com`;

  test.each<[path: string, good: string[], bad: string[]]>([
    [
      "domainName",
      ["example.com", "www.example.co.uk"],
      ["com", "Example.com", "www.example.com.", "*.example.com", "localhost", "10.0.0.1", "https://www.example.com"],
    ],
    [
      "region",
      ["us-east-1", "ap-southeast-7", "mx-central-1"],
      ["us-east", "US-EAST-1", "ap-southeast-6", "cn-north-1", "us-gov-west-1", "us-east-1a"],
    ],
    ["hostedZone.name", ["example.com"], ["com", "Example.com", "example.com."]],
    [
      "hostedZone.id",
      ["Z0123456789ABCDEFGHIJ", "/hostedzone/Z0123456789", "ZABCDE", `Z${"A".repeat(31)}`],
      ["ZABCD", `Z${"A".repeat(32)}`, "z0123456789", "hostedzone/Z0123456789"],
    ],
    ["certificate.arn", [ARN], ["arn:aws:iam::123456789012:server-certificate/x", "11111111-2222", `${ARN} `]],
    [
      "network.cidr",
      [
        "10.0.0.0/16",
        "10.0.0.0/23",
        "172.16.0.0/16",
        "172.31.0.0/16",
        "192.168.254.0/23",
        "100.64.0.0/16",
        "198.19.0.0/16",
      ],
      [
        "10.0.0.0/15",
        "10.0.0.0/24",
        "10.0.1.0/16",
        "172.32.0.0/16",
        "192.169.0.0/16",
        "8.8.0.0/16",
        "169.254.0.0/16",
        "203.0.113.0/23",
        "10.0.0.0",
        "10.0.0/16",
        "10.0.0.0/016",
        "10.0.0.0/16/16",
        "10.0.0.256/16",
        "fd00::/16",
      ],
    ],
    [
      "healthCheck.path",
      ["/", "/health", "/up?deep=1&x=y", "/a-b/c.d/_e~f", `/${"a".repeat(1023)}`, "/.well-known/up", "/..a"],
      [
        "health",
        "/a b",
        "/a;b",
        "/a{b}",
        "/a//b",
        "/a/../b",
        "/..",
        "/.",
        "/a/./b",
        "/a#b",
        "/a$b",
        "/a\nb",
        "/ü",
        `/${"a".repeat(1024)}`,
      ],
    ],
    [
      "healthCheck.matcher",
      ["200", "200,204", "200-299", "200-200", "200-499", "204,200", "200-299,301", "200, 204"],
      ["199", "500", "200-500", "abc", "299-200", "200-", "200-299,500", "200;204", "200,", "20", "2000", ",200"],
    ],
    [
      "instances.type",
      ["t3.micro", "t4g.small", "c7gn.large", "m7i-flex.large", "u-6tb1.112xlarge", "m5.metal", "m7i.metal-24xl"],
      ["t3", "micro", "T3.micro", "t3.tiny", "mac1.metal", "mac2-m2.metal", "t3.micro ", "t.micro"],
    ],
    ["instances.placement", ["private", "public"], ["Private", "nat"]],
    [
      "accessLogsBucket",
      ["abc", "a".repeat(63)],
      ["ab", "a".repeat(64), "Logs", "a_b", "arn:aws:s3:::logs", "10.0.0.1"],
    ],
    ["network.flowLogsBucket", ["abc", "a".repeat(63)], ["ab", "a".repeat(64), "Logs", "a..b", "arn:aws:s3:::logs"]],
    ["network.egress", ["none", "nat"], ["all", "NAT"]],
    ["http", ["redirect", "forward"], ["https", "Redirect"]],
    [
      "tlsPolicy",
      [...TLS_12_POLICIES],
      [
        "ELBSecurityPolicy-2016-08",
        "ELBSecurityPolicy-TLS-1-1-2017-01",
        "ELBSecurityPolicy-TLS13-1-0-2021-06",
        "ELBSecurityPolicy-TLS13-1-2-Res-2021-6",
      ],
    ],
    [
      "server.userData",
      ["#!/bin/bash\ntrue", "#cloud-config\n", `#!/bin/sh\n${"a".repeat(16 * 1024 - 10)}`],
      [
        "echo",
        " #!/bin/bash",
        "#! /bin/bash",
        "#!/bin/bash\r\n",
        `#!/bin/sh\n${"a".repeat(16 * 1024 - 9)}`,
        `#!/bin/sh\n${"ü".repeat(8 * 1024 - 4)}`,
      ],
    ],
  ])("for %s", (path, good, bad) => {
    for (const text of good) expect([text, refused(at(path)(text))]).toEqual([text, []]);
    for (const text of [...bad, ...WRONG_TEXTS]) expect([text, refused(at(path)(text))]).toEqual([text, [path]]);
  });

  test.each([
    [64, []],
    [65, ["domainName"]],
  ])("for a requested certificate's first name has at most 64 characters: %i", (length, expected) => {
    expect(refused({ domainName: inZone(length) })).toEqual(expected);
    expect(refused({ domainName: inZone(length), certificate: { arn: ARN } })).toEqual([]);
    expect(refused({ alternativeNames: [inZone(length)] })).toEqual([]);
  });

  test.each<[path: string, good: string[], bad: unknown[]]>([
    ["ssh.keyName", ["operator", "a".repeat(255), "key ${a}"], ["", "a".repeat(256), "ü", 1, null]],
    [
      "backend.s3.bucket",
      ["abc", "a".repeat(63), "my-states-1", "my.company.states", "CHANGE-ME"],
      [
        "ab",
        "a..b",
        "a.-b",
        "a-.b",
        "a".repeat(64),
        "States",
        "CHANGE-ME-TOO",
        "change_me",
        "-abc",
        "abc-",
        "a_b",
        "xn--abc",
        "10.0.0.1",
        1,
        null,
      ],
    ],
    [
      "backend.s3.key",
      ["a", "a/b.tfstate", `a${"b".repeat(500)}`],
      ["", "/a", "a/", "a b", "a${b}", `a${"b".repeat(501)}`, 1, null],
    ],
    ["backend.s3.region", ["us-east-1"], ["us-east", "cn-north-1", "ap-southeast-6", 1, null]],
    ["backend.cloud.organization", ["acme", "a".repeat(64)], ["", "a b", "a".repeat(65), 1, null]],
    ["backend.cloud.workspace", ["web", "a".repeat(90)], ["", "a/b", "a".repeat(91), 1, null]],
    [
      "backend.cloud.hostname",
      ["app.terraform.io", "tfe.example.com:8443"],
      ["", "https://app.terraform.io", "a b", 1, null],
    ],
  ])("for %s", (path, good, bad) => {
    const around: Record<string, object> = {
      ssh: { cidrs: ["10.0.0.0/8"] },
      "backend.s3": { bucket: "states" },
      "backend.cloud": { organization: "acme", workspace: "web" },
    };
    const [parent, name = ""] = [path.slice(0, path.lastIndexOf(".")), path.split(".").at(-1)];
    const props = (value: unknown) => ({
      ...at(parent)({ ...around[parent], [name]: value }),
      ...(parent === "ssh" ? { instances: isPublic } : {}),
    });
    for (const text of good) expect([text, refused(props(text))]).toEqual([text, []]);
    for (const value of bad) expect([value, refused(props(value))]).toEqual([value, [path]]);
  });

  test("for an app's setup has Unix line ends", () => {
    expect(refused({ server: { proxyPort: 3000, setup: "a\nb\n" } })).toEqual([]);
    expect(refused({ server: { proxyPort: 3000, setup: "a\r\nb\n" } })).toEqual(["server.setup"]);
  });

  test("for an app's setup has at most 16 KiB, less what NGINX's part takes", () => {
    const setupOf = (bytes: number) => ({ server: { proxyPort: 3000, setup: "#".repeat(bytes) } });
    const [error = ""] = errorsOf({ ...DOMAIN, ...setupOf(16 * 1024) });
    const room = 16 * 1024 - (Number(/a boot script of (\d+) bytes/.exec(error)?.[1]) - 16 * 1024);
    expect(refused(setupOf(room))).toEqual([]);
    expect(refused(setupOf(room + 1))).toEqual(["server.setup"]);
    expect(refused(setupOf(16 * 1024 + 1))).toEqual(["server.setup"]);
    expect(refused({ server: { proxyPort: 3000, setup: ["echo"] } })).toEqual(["server.setup"]);
  });
});

describe("a list", () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `n${index}.example.com`);
  const subnets = (count: number, tier = "a") =>
    Array.from({ length: count }, (_, index) => `subnet-0${tier}${String(index).padStart(10, "0")}`);
  const existing = (more: object) => ({ network: { ...EXISTING_NETWORK, ...more } });
  const ssh = (cidrs: unknown) => ({ instances: isPublic, ssh: { cidrs } });
  const zones = (letters: string) => [...letters].map((letter) => `us-east-1${letter}`);
  const cidrs = (count: number) => Array.from({ length: count }, (_, index) => `198.51.100.${index}/32`);

  test.each<[what: string, props: object, error: string[]]>([
    ["no further names", { alternativeNames: [] }, []],
    ["9 further names", { alternativeNames: names(9) }, []],
    ["10 further names", { alternativeNames: names(10) }, ["alternativeNames"]],
    ["a name twice", { alternativeNames: ["example.com", "example.com"] }, ["alternativeNames"]],
    ["a wildcard of a name", { alternativeNames: ["*.example.com", "*.www.example.com"] }, []],
    ["a wildcard of a suffix", { alternativeNames: ["*.com"] }, ["alternativeNames.0"]],
    ["a name that is a number", { alternativeNames: ["example.com", 5] }, ["alternativeNames.1"]],
    ["names as one text", { alternativeNames: "example.com" }, ["alternativeNames"]],
    ["2 zones", { network: { zones: zones("ab") } }, []],
    ["6 zones", { network: { zones: zones("abcdef") } }, []],
    ["1 zone", { network: { zones: zones("a") } }, ["network.zones"]],
    ["7 zones", { network: { zones: zones("abcdefg") } }, ["network.zones"]],
    ["a zone twice", { network: { zones: zones("aa") } }, ["network.zones"]],
    ["zones up to the letter h", { network: { zones: zones("ah") } }, []],
    ["a zone beyond it", { network: { zones: zones("ai") } }, ["network.zones"]],
    ["a zone that is a region", { network: { zones: ["us-east-1", "us-east-1a"] } }, ["network.zones"]],
    ["2 public subnets", existing({ publicSubnetIds: subnets(2) }), []],
    ["20 public subnets", existing({ publicSubnetIds: subnets(20) }), []],
    ["1 public subnet", existing({ publicSubnetIds: subnets(1) }), ["network.publicSubnetIds"]],
    ["21 public subnets", existing({ publicSubnetIds: subnets(21) }), ["network.publicSubnetIds"]],
    [
      "a public subnet twice",
      existing({ publicSubnetIds: [...subnets(1), ...subnets(1)] }),
      ["network.publicSubnetIds"],
    ],
    ["1 private subnet", existing({ privateSubnetIds: subnets(1, "b") }), []],
    ["no private subnet", existing({ privateSubnetIds: [] }), ["network.privateSubnetIds"]],
    ["a subnet that is none", existing({ privateSubnetIds: ["subnet-xyz"] }), ["network.privateSubnetIds.0"]],
    ["1 range for SSH", ssh(cidrs(1)), []],
    ["20 ranges for SSH", ssh(cidrs(20)), []],
    ["21 ranges for SSH", ssh(cidrs(21)), ["ssh.cidrs"]],
    ["no range for SSH", ssh([]), ["ssh.cidrs"]],
    ["SSH from a /8", ssh(["9.0.0.0/8"]), []],
    ["SSH from a /7", ssh(["8.0.0.0/7"]), ["ssh.cidrs.0"]],
    ["SSH from everywhere", ssh(["0.0.0.0/0"]), ["ssh.cidrs.0"]],
    ["SSH from an address", ssh(["203.0.113.7"]), ["ssh.cidrs.0"]],
    ["SSH from a range with host bits", ssh(["203.0.113.7/24"]), ["ssh.cidrs.0"]],
    ["SSH from IPv6", ssh(["2001:db8::/32"]), ["ssh.cidrs.0"]],
    ["SSH without ranges", { instances: isPublic, ssh: { keyName: "operator" } }, ["ssh.cidrs"]],
  ])("%s", (_, props, error) => {
    expect(refused(props)).toEqual(error);
  });

  test.each([
    ["vpc-0123456789abcdef0", []],
    ["vpc-01234567", []],
    ["vpc-0123456", ["network.vpcId"]],
    ["vpc-0123456789abcdef01", ["network.vpcId"]],
    ["my-vpc", ["network.vpcId"]],
  ])("belongs to VPC %s", (id, error) => {
    expect(refused(existing({ vpcId: id }))).toEqual(error);
  });
});

describe("tags", () => {
  const tags = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, "value"]));

  test.each<[what: string, tags: unknown, error: string[]]>([
    ["none", {}, []],
    ["40", tags(40), []],
    ["41", tags(41), ["tags"]],
    ["a key of 128 characters", { ["k".repeat(128)]: "" }, []],
    ["a key of 129 characters", { ["k".repeat(129)]: "" }, [`tags.${"k".repeat(129)}`]],
    ["a value of 256 characters", { key: "v".repeat(256) }, []],
    ["a value of 257 characters", { key: "v".repeat(257) }, ["tags.key"]],
    ["an empty key", { "": "value" }, ["tags."]],
    ["letters of every script, and signs", { "Kostenstelle ü_.:/=+-@": "日本 ü_.:/=+-@" }, []],
    ["a key with a sign that AWS refuses", { "a,b": "value" }, ["tags.a,b"]],
    ["a value that terraform would work out", { key: "${a}" }, ["tags.key"]],
    ["AWS's own prefix", { "aws:x": "value" }, ["tags.aws:x"]],
    ["this project's prefix", { "alb-web:x": "value" }, ["tags.alb-web:x"]],
    ["Name, which every thing has already", { Name: "value" }, ["tags.Name"]],
    ["a key that begins with Name", { Names: "value" }, []],
    ["a number for a value", { key: 1 }, ["tags.key"]],
    ["two keys that IAM takes for one", { Team: "a", team: "b" }, ["tags"]],
    ["two keys that differ in a letter", { team: "a", teams: "b" }, []],
    ["a key that JavaScript keeps for itself", { constructor: 1 }, ["tags"]],
    ["null", null, ["tags"]],
    ["a list", ["value"], ["tags"]],
  ])("%s", (_, value, error) => {
    expect(refused({ tags: value })).toEqual(error);
  });
});

describe("a name that no prop has", () => {
  test.each<[props: object, error: string]>([
    [{ domianName: "www.example.com" }, "domianName"],
    [{ hostedZone: { zone: "example.com" } }, "hostedZone.zone"],
    [{ certificate: { arn: ARN, name: "x" } }, "certificate.name"],
    [{ network: { zone: 2 } }, "network.zone"],
    [{ network: { ...EXISTING_NETWORK, subnets: [] } }, "network.subnets"],
    [{ healthCheck: { interval: 5 } }, "healthCheck.interval"],
    [{ instances: { size: "t3.micro" } }, "instances.size"],
    [{ server: { proxyPort: 3000, port: 80 } }, "server.port"],
    [{ instances: isPublic, ssh: { cidrs: ["203.0.113.7/32"], key: "operator" } }, "ssh.key"],
    [{ backend: { s3: { bucket: "states", dynamodbTable: "locks" } } }, "backend.s3.dynamodbTable"],
    [{ backend: { cloud: { organization: "acme", workspace: "web", token: "x" } } }, "backend.cloud.token"],
    [{ backend: { gcs: { bucket: "states" } } }, "backend.gcs"],
    [{ toString: 1 }, "toString"],
    [{ constructor: 1 }, "props"],
    [{ healthCheck: { prototype: 1 } }, "healthCheck"],
  ])("%p", (props, error) => {
    expect(refused(props)).toContain(error);
  });

  test.each<[props: object, sentence: string]>([
    [{ domianName: "x" }, 'domianName is not a prop (got "x"); did you mean `domainName`?'],
    [{ instances: { cuont: 3 } }, "instances.cuont is not a prop (got 3); did you mean `count`?"],
    [{ DomainName: "x" }, 'DomainName is not a prop (got "x"); did you mean `domainName`?'],
    [{ healthCheck: { interval: 5 } }, "healthCheck.interval is not a prop (got 5); did you mean `intervalSec`?"],
    [
      { ssh: { cidrs: ["10.0.0.0/8"], key: "x" }, instances: isPublic },
      "ssh.key is not a prop (got a string of 1 character); did you mean `keyName`?",
    ],
    [{ network: { zone: 2 } }, "network.zone is not a prop (got 2); did you mean `zones`?"],
    [
      { backend: { s3: { bucket: "states", Key: "x" } } },
      'backend.s3.Key is not a prop (got "x"); did you mean `key`?',
    ],
    [
      { accept: [{ finding: "P33", reason: "x", reasons: "y" }] },
      'accept.0.reasons is not a prop (got "y"); did you mean `reason`?',
    ],
    // Nothing is similar.
    [
      { instances: { size: "x" } },
      "instances.size is not a prop (got a string of 1 character); the props are count, type, diskGiB, " +
        "placement, detailedMonitoring",
    ],
  ])("is said with the one that was meant: %p", (props, sentence) => {
    expect(errorsOf({ ...DOMAIN, ...props })).toEqual([`web: ${sentence}`]);
  });
});

describe("what is no such thing at all", () => {
  const SECTIONS = [
    "hostedZone",
    "certificate",
    "network",
    "healthCheck",
    "instances",
    "server",
    "ssh",
    "tags",
    "backend",
  ];

  test.each(SECTIONS)("%s is an object", (name) => {
    for (const wrong of [[], null, 5, "text", true, new Date(), new Map(), () => ({}), Object.create({ port: 80 })])
      expect([wrong, refused({ [name]: wrong })]).toEqual([wrong, [name]]);
  });

  test.each(["disposable", "hostedZone.create", "instances.detailedMonitoring"])("%s is true or false", (path) => {
    for (const wrong of ["true", 1, 0, null, [], {}])
      expect([wrong, refused(at(path)(wrong))]).toEqual([wrong, [path]]);
  });

  test.each([undefined, null, "www.example.com", 5, [], [DOMAIN], () => DOMAIN, new Map()])(
    "the props are not %p",
    (props) => {
      expect(errorsOf(props)).toEqual([
        expect.stringMatching(/^web: props must be an object with domainName and optionally region, .+ \(got .+\)$/s),
      ]);
    },
  );

  test("undefined is the same as omitted, for every prop but domainName", () => {
    const names = [
      "region",
      "alternativeNames",
      "appPort",
      "http",
      "tlsPolicy",
      "idleTimeoutSec",
      "deregistrationDelaySec",
      "accessLogsBucket",
      "disposable",
      ...SECTIONS,
    ];
    expect(refused(Object.fromEntries(names.map((name) => [name, undefined])))).toEqual([]);
    expect(errorsOf({ domainName: undefined })).toEqual(errorsOf({}));
  });
});

describe("props that do not go together", () => {
  const zone = (hostedZone: object) => ({ hostedZone });
  const network = (more: object, others: object = {}) => ({ network: { ...EXISTING_NETWORK, ...more }, ...others });

  test.each<[rule: string, bad: object, error: string[], nearest: object]>([
    ["a zone that the name lies in", zone({ name: "example.org" }), ["hostedZone.name"], zone({ name: "example.com" })],
    ["a zone that ends at a dot", zone({ name: "ample.com" }), ["hostedZone.name"], zone({ name: "www.example.com" })],
    [
      "an id only of a zone that exists",
      zone({ id: "Z0123456789ABC", create: true, delegated: true }),
      ["hostedZone.id"],
      zone({ id: "Z0123456789ABC" }),
    ],
    [
      "delegated only of a zone that is created",
      zone({ delegated: true }),
      ["hostedZone.delegated"],
      zone({ create: true, delegated: true }),
    ],
    [
      "delegated not where create is false",
      zone({ create: false, delegated: false }),
      ["hostedZone.delegated"],
      zone({ create: false }),
    ],
    [
      "delegated, said one way or the other, where a zone is created",
      zone({ create: true }),
      ["hostedZone.delegated"],
      zone({ create: true, delegated: false }),
    ],
    [
      "a domain name once",
      { alternativeNames: ["www.example.com"] },
      ["alternativeNames"],
      { alternativeNames: ["*.www.example.com"] },
    ],
    [
      "a certificate of the stack's region",
      { region: "eu-west-3", certificate: { arn: ARN } },
      ["certificate.arn"],
      { region: "eu-west-3", certificate: { arn: ARN.replace("us-east-1", "eu-west-3") } },
    ],
    [
      "zones of the stack's region",
      { network: { zones: ["us-east-1a", "us-west-2b"] } },
      ["network.zones"],
      { network: { zones: ["us-east-1a", "us-east-1b"] } },
    ],
    [
      "zones of the default region",
      { network: { zones: ["eu-west-3a", "eu-west-3b"] } },
      ["network.zones"],
      { region: "eu-west-3", network: { zones: ["eu-west-3a", "eu-west-3b"] } },
    ],
    ["a range for a new network only", network({ cidr: "10.0.0.0/16" }), ["network.cidr"], network({ egress: "nat" })],
    ["zones for a new network only", network({ zones: 2 }), ["network.zones"], network({})],
    [
      "flow logs for a new network only",
      network({ flowLogsBucket: "logs" }),
      ["network.flowLogsBucket"],
      { network: { flowLogsBucket: "logs" } },
    ],
    [
      "subnets for an existing network only",
      { network: { publicSubnetIds } },
      ["network.publicSubnetIds"],
      network({}),
    ],
    [
      "public subnets for the load balancer",
      { network: { vpcId, privateSubnetIds } },
      ["network.publicSubnetIds"],
      network({}),
    ],
    [
      "a subnet in one tier only",
      network({ privateSubnetIds: publicSubnetIds.slice(0, 1) }),
      ["network.privateSubnetIds"],
      network({}),
    ],
    [
      "private subnets for private instances",
      { network: { vpcId, publicSubnetIds } },
      ["network.privateSubnetIds"],
      { network: { vpcId, publicSubnetIds }, instances: isPublic },
    ],
    [
      "NAT for private instances only",
      { network: { egress: "nat" }, instances: isPublic },
      ["network.egress"],
      { network: { egress: "nat" } },
    ],
    [
      "instances that fit into the subnets",
      { network: { cidr: "10.0.0.0/23" }, instances: { count: 55 } },
      ["instances.count"],
      { network: { cidr: "10.0.0.0/23" }, instances: { count: 54 } },
    ],
    [
      "instances that fit next to the load balancer",
      { network: { cidr: "10.0.0.0/23" }, instances: { ...isPublic, count: 39 } },
      ["instances.count"],
      { network: { cidr: "10.0.0.0/23" }, instances: { ...isPublic, count: 38 } },
    ],
    [
      "instances that fit into as many zones as there are",
      { network: { cidr: "10.0.0.0/23", zones: 3 }, instances: { count: 82 } },
      ["instances.count"],
      { network: { cidr: "10.0.0.0/23", zones: 3 }, instances: { count: 81 } },
    ],
    [
      "instances that fit into the zones that are named",
      { network: { cidr: "10.0.0.0/23", zones: ["us-east-1a", "us-east-1b"] }, instances: { count: 55 } },
      ["instances.count"],
      { network: { cidr: "10.0.0.0/22", zones: ["us-east-1a", "us-east-1b"] }, instances: { count: 100 } },
    ],
    ["memory for NGINX", { instances: { type: "t3.nano" } }, ["instances.type"], { instances: { type: "t3.micro" } }],
    [
      "memory for NGINX before an app",
      { instances: { type: "t4g.nano" }, server: { proxyPort: 3000 } },
      ["instances.type"],
      { instances: { type: "t4g.nano" }, server: { userData: "#!/bin/sh" } },
    ],
    [
      "SSH to public instances",
      { ssh: { cidrs: ["203.0.113.7/32"] } },
      ["ssh"],
      { ssh: { cidrs: ["203.0.113.7/32"] }, instances: isPublic },
    ],
    [
      "SSH to private instances from private ranges",
      network({}, { ssh: { cidrs: ["10.0.0.0/8", "203.0.113.7/32"] } }),
      ["ssh.cidrs"],
      network({}, { ssh: { cidrs: ["10.0.0.0/8"] } }),
    ],
    [
      "an answer before the next check",
      { healthCheck: { intervalSec: 30, timeoutSec: 30 } },
      ["healthCheck.timeoutSec"],
      { healthCheck: { intervalSec: 30, timeoutSec: 29 } },
    ],
    [
      "an answer before the next check, by default",
      { healthCheck: { timeoutSec: 15 } },
      ["healthCheck.timeoutSec"],
      { healthCheck: { timeoutSec: 14 } },
    ],
    ["a kind of server", { server: {} }, ["server"], {}],
    [
      "a port of the app that is set up",
      { server: { setup: "true" } },
      ["server"],
      { server: { setup: "true", proxyPort: 3000 } },
    ],
    [
      "one's own boot script instead of NGINX",
      { server: { userData: "#!/bin/sh", proxyPort: 3000 } },
      ["server.userData"],
      { server: { userData: "#!/bin/sh" } },
    ],
    [
      "an app port other than NGINX's",
      { appPort: 3000, server: { proxyPort: 3000 } },
      ["server.proxyPort"],
      { appPort: 3001, server: { proxyPort: 3000 } },
    ],
    [
      "an app port other than NGINX's default",
      { server: { proxyPort: 80 } },
      ["server.proxyPort"],
      { server: { proxyPort: 81 } },
    ],
    [
      "an app port other than the health check's",
      { healthCheck: { port: 3000 }, server: { proxyPort: 3000 } },
      ["server.proxyPort"],
      { healthCheck: { port: 3001 }, server: { proxyPort: 3000 } },
    ],
    [
      "codes that NGINX answers",
      { healthCheck: { matcher: "201-299" } },
      ["healthCheck.matcher"],
      { healthCheck: { matcher: "200-299" } },
    ],
    [
      "a code that NGINX answers",
      { healthCheck: { matcher: "204,301" } },
      ["healthCheck.matcher"],
      { healthCheck: { matcher: "204,200" } },
    ],
    [
      "any code of an app behind NGINX",
      { healthCheck: { matcher: "204" } },
      ["healthCheck.matcher"],
      { healthCheck: { matcher: "204" }, server: { proxyPort: 3000 } },
    ],
    [
      "one place for the state",
      { backend: { s3: { bucket: "states" }, cloud: { organization: "acme", workspace: "web" } } },
      ["backend"],
      { backend: { s3: { bucket: "states" } } },
    ],
    [
      "a state that is not where the bucket keeps reviewed plans",
      { backend: { s3: { bucket: "states", key: "plans/web.tfstate" } } },
      ["backend.s3.key"],
      { backend: { s3: { bucket: "states", key: "web/plans.tfstate" } } },
    ],
    [
      "a state that is not where the bucket keeps what was deployed",
      { backend: { s3: { bucket: "states", key: "deploys/terraform.tfstate" } } },
      ["backend.s3.key"],
      { backend: { s3: { bucket: "states", key: "deploys" } } },
    ],
    [
      "a state that is not where the bucket keeps its key",
      { backend: { s3: { bucket: "states", key: "alb-web/terraform.tfstate" } } },
      ["backend.s3.key"],
      { backend: { s3: { bucket: "states", key: "alb-web-2/terraform.tfstate" } } },
    ],
    [
      "a state that is not where the bucket keeps its own",
      { backend: { s3: { bucket: "states", key: "bootstrap/terraform.tfstate" } } },
      ["backend.s3.key"],
      { backend: { s3: { bucket: "states", key: "bootstrap" } } },
    ],
    [
      "a state that is not named as a lock",
      { backend: { s3: { bucket: "states", key: "a.tflock" } } },
      ["backend.s3.key"],
      { backend: { s3: { bucket: "states", key: "a" } } },
    ],
    ["some place for the state", { backend: {} }, ["backend"], { backend: "local" }],
    [
      "a place that is said",
      { backend: { s3: undefined } },
      ["backend"],
      { backend: { s3: undefined, cloud: { organization: "acme", workspace: "web" } } },
    ],
  ])("%s", (_, bad, error, nearest) => {
    expect(refused(bad)).toEqual(error);
    expect(refused(nearest)).toEqual([]);
  });

  test("are not asked about where one of them is wrong by itself", () => {
    expect(refused({ healthCheck: { intervalSec: "30", timeoutSec: 60 } })).toEqual(["healthCheck.intervalSec"]);
  });

  test("are asked about even where domainName is missing", () => {
    expect(errorsOf({ healthCheck: { timeoutSec: 60 } }).map(propIn)).toEqual(["domainName", "healthCheck.timeoutSec"]);
  });
});

describe("a stack's id", () => {
  test.each(["web", "a".repeat(128), "_", "-web-", "Web.2_b"])("may be %p", (id) => {
    expect(refusalOf({ [id]: DOMAIN })).toBeUndefined();
  });

  test.each(["a".repeat(129), "Ü", "..", "a+b"])("may not be %p", (id) => {
    expect(refusalOf({ [id]: DOMAIN })?.messages[0]).toMatch(/: id must be 1 to 128 letters.* \(got ".+\)$/);
  });
});

describe("two stacks of one app", () => {
  const refusedStacks = (web: object, shop: object) =>
    (refusalOf({ web: { ...DOMAIN, ...web }, shop: { domainName: "www.example.org", ...shop } })?.messages ?? []).map(
      (error) => `${error.split(": ")[0]}: ${propIn(error)}`,
    );
  const s3 = (bucket: string, key?: string) => ({ backend: { s3: { bucket, key } } });
  const created = (delegated: boolean) => ({ hostedZone: { create: true, delegated } });

  test.each<[rule: string, web: object, shop: object, error: string, nearest: object]>([
    ["serve no name twice", {}, DOMAIN, "shop: domainName", { domainName: "shop.example.com" }],
    [
      "serve no name twice, alternatives included",
      { alternativeNames: ["*.example.com"] },
      { alternativeNames: ["*.example.com"] },
      "shop: alternativeNames",
      { alternativeNames: ["*.shop.example.com"] },
    ],
    [
      "serve no name of another one's alternatives",
      { alternativeNames: ["shop.example.com"] },
      { domainName: "shop.example.com" },
      "shop: domainName",
      { domainName: "shop2.example.com" },
    ],
    [
      "share no validation record, as a name and its wildcard would",
      { alternativeNames: ["*.example.com"] },
      { domainName: "example.com" },
      "shop: domainName",
      { domainName: "example.com", certificate: { arn: "arn:aws:acm:us-east-1:123456789012:certificate/1" } },
    ],
    [
      "create no zone twice",
      created(true),
      { domainName: "shop.example.com", ...created(false) },
      "shop: hostedZone.create",
      { domainName: "shop.example.com" },
    ],
    [
      "write no state over the other's in S3",
      s3("states", "a"),
      s3("states", "a"),
      "shop: backend.s3.key",
      s3("states", "b"),
    ],
    [
      "write no state over the other's default key",
      s3("states"),
      s3("states", "web/terraform.tfstate"),
      "shop: backend.s3.key",
      s3("states"),
    ],
    [
      "share no workspace",
      { backend: { cloud: { organization: "acme", workspace: "web" } } },
      { backend: { cloud: { workspace: "web", organization: "acme" } } },
      "shop: backend.cloud.workspace",
      { backend: { cloud: { organization: "acme", workspace: "shop" } } },
    ],
  ])("%s", (_, web, shop, error, nearest) => {
    expect(refusedStacks(web, shop)).toEqual([error]);
    expect(refusedStacks(web, nearest)).toEqual([]);
  });

  test("have ids of their own, even in two places of the app", () => {
    expect(refusalOfOneId("web", DOMAIN, { domainName: "shop.example.com" })?.messages[0]).toBe(
      'web: id must be different for each stack (got "web", which stack web already has); the names of the ' +
        "stack's folder and state derive from it",
    );
  });

  test("may keep states under one key in two buckets", () => {
    expect(refusedStacks(s3("states", "a"), s3("others", "a"))).toEqual([]);
  });

  test("may be in each other's way only within one app", () => {
    expect([errorsOf(DOMAIN), errorsOf(DOMAIN)]).toEqual([[], []]);
  });

  test("name every error of every stack in one error", () => {
    const error = refusalOf({
      web: { domainName: "com", appPort: 0 },
      fine: DOMAIN,
      shop: { domainName: "www.example.org", idleTimeoutSec: 0, http: "https" },
    });
    expect(error?.message).toMatchInlineSnapshot(`
"4 errors in main.ts; nothing was written
  web: domainName must be a host name under a public suffix (got "com"); "com" is a public suffix, use a name under it such as "example.com"
  web: appPort must be a whole number from 1 to 65535 except 22 (got 0)
  shop: http must be "redirect" or "forward" (got "https")
  shop: idleTimeoutSec must be a whole number of seconds from 1 to 4000 (got 0)"
`);
    // As Node prints an error that nothing catches: each message once.
    expect(inspect(error).match(/web: appPort/g)).toHaveLength(1);
  });
});

describe("an error", () => {
  const SHAPE = /^web: [\w.]+ (must .+|is not a prop) \(got [^()]+\)(; .+)?$/;
  const EVERYTHING_WRONG = {
    domainName: 5,
    region: 5,
    alternativeNames: 5,
    hostedZone: { name: 5, id: 5, create: 5, delegated: 5 },
    certificate: { arn: 5 },
    network: { cidr: 5, zones: "x", egress: 5, flowLogsBucket: 5, vpcId: 5, publicSubnetIds: 5, privateSubnetIds: 5 },
    appPort: "x",
    healthCheck: {
      path: 5,
      port: "x",
      matcher: 5,
      intervalSec: "x",
      timeoutSec: "x",
      healthyThreshold: "x",
      unhealthyThreshold: "x",
    },
    instances: { count: "x", type: 5, diskGiB: "x", placement: 5, detailedMonitoring: 5 },
    server: { proxyPort: "x", setup: 5, userData: 5 },
    http: 5,
    tlsPolicy: 5,
    ssh: { cidrs: 5, keyName: 5 },
    idleTimeoutSec: "x",
    deregistrationDelaySec: "x",
    accessLogsBucket: 5,
    disposable: 5,
    tags: { team: 5 },
    backend: { s3: { bucket: 5, key: 5, region: 5 }, cloud: { organization: 5, workspace: 5, hostname: 5 } },
    unknown: 5,
  };

  test("is said of everything that is wrong, each in one line with stack, prop, what it must be and what it got", () => {
    const errors = errorsOf(EVERYTHING_WRONG);
    expect(errors).toHaveLength(countLeaves(EVERYTHING_WRONG));
    for (const error of errors) expect(error).toMatch(SHAPE);
  });

  test.each<[value: unknown, shown: string]>([
    [undefined, "nothing"],
    [null, "null"],
    [NaN, "NaN"],
    [Infinity, "Infinity"],
    [5n, "5"],
    [Symbol("x"), "Symbol(x)"],
    ["80", '"80"'],
    [" a\n", '" a\\n"'],
    [[1], "[1]"],
    [() => 1, "a function"],
  ])("shows %p as %s", (value, text) => {
    const [error] = errorsOf({ domainName: value });
    expect(error).toContain(`(got ${text})`);
  });

  test.each<[props: object, got: string]>([
    [{ server: { userData: "export TOKEN=hunter2" } }, "a string of 20 characters"],
    [{ server: { userData: "#!/bin/bash", setup: "export TOKEN=hunter2" } }, "a string of 11 characters"],
    [{ server: { setup: "export TOKEN=hunter2\r\n" } }, "a string of 22 characters"],
    [{ server: { setup: "TOKEN=hunter2" } }, "an object with setup"],
    [{ server: { userdata: "TOKEN=hunter2" } }, "a string of 13 characters"],
    [{ server: "TOKEN=hunter2" }, "a string of 13 characters"],
    [{ server: ["TOKEN=hunter2"] }, "a list of 1 item"],
    [{ servers: { userData: "TOKEN=hunter2" } }, "an object with userData"],
    [{ domainName: "a", server: { userData: 5, env: { TOKEN: "hunter2" } } }, "an object with TOKEN"],
    [{ dbPassword: "hunter2" }, "a string of 7 characters"],
    [{ instances: { userData: "TOKEN=hunter2" } }, "a string of 13 characters"],
    [{ environment: { TOKEN: "hunter2" } }, "an object with TOKEN"],
    [{ ssh: { cidrs: ["10.0.0.0/8"], privateKey: "hunter2" } }, "a string of 7 characters"],
    [{ ssh: { cidrs: ["10.0.0.0/8"], keyName: "-----BEGIN KEY\nhunter2" } }, "a string of 22 characters"],
    [{ ssh: "-----BEGIN KEY\nhunter2" }, "a string of 22 characters"],
    [{ backend: { cloud: { organization: "acme", workspace: "web", token: "hunter2" } } }, "a string of 7 characters"],
    [{ backend: { s3: { bucket: "states", secretKey: "hunter2" } } }, "a string of 7 characters"],
    [
      {
        domainName: { name: "a", password: "hunter2", userData: "hunter2", url: "https://hunter2@b.example/?hunter2" },
      },
      '{"name":"a","password":"…","userData":"…","url":"https://…@b.example/?…"}',
    ],
    [{ domainName: "https://user:hunter2@www.example.com/a?token=hunter2#hunter2" }, '"https://…@www.example.com/a?…"'],
    [{ domainName: "user:hunter2@www.example.com" }, '"…@www.example.com"'],
    [{ domainName: "https://user:hun/ter2hunter2@www.example.com" }, '"https://…@www.example.com"'],
    [{ domainName: "www.example.com/#access_token=hunter2" }, '"www.example.com/#…"'],
    [{ alternativeNames: ["https://hunter2@www.example.com"] }, '"https://…@www.example.com"'],
    [
      { accessLogsBucket: "https://s3.amazonaws.com/logs?X-Amz-Signature=hunter2" },
      '"https://s3.amazonaws.com/logs?…"',
    ],
    [{ healthCheck: { path: "health?key=hunter2" } }, '"health?…"'],
  ])("repeats nothing that may be a secret: %p", (props, got) => {
    const errors = errorsOf({ ...DOMAIN, ...props });
    expect(errors.join()).toContain(`(got ${got})`);
    expect(errors.join()).not.toContain("hunter2");
  });

  test("shows no more than 80 characters, and what JSON cannot hold too", () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    expect(errorsOf({ domainName: "x".repeat(200) })[0]).toContain(`(got "${"x".repeat(76)}…)`);
    expect(errorsOf({ domainName: circular })[0]).toContain("(got a value that JSON cannot represent)");
    expect(errorsOf({ domainName: [5n] })[0]).toContain("(got a value that JSON cannot represent)");
  });
});

describe("what was meant", () => {
  const DID_YOU_MEAN = "must be an AWS region that hashicorp/aws 5.100.0 supports, outside China and GovCloud";

  test.each<[what: string, props: object, sentence: string]>([
    [
      "of the TLS policies is what is closest",
      { tlsPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-6" },
      "tlsPolicy must be an Elastic Load Balancing security policy whose lowest version is TLS 1.2 or later (got " +
        '"ELBSecurityPolicy-TLS13-1-2-Res-2021-6"); the closest are "ELBSecurityPolicy-TLS13-1-2-Res-2021-06", ' +
        '"ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06"',
    ],
    [
      "of the TLS policies is the default, where nothing was written",
      { tlsPolicy: null },
      "tlsPolicy must be an Elastic Load Balancing security policy whose lowest version is TLS 1.2 or later, " +
        'such as "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09" (got null)',
    ],
    [
      "of the regions is what is closest",
      { region: "us-est-1" },
      `region ${DID_YOU_MEAN} (got "us-est-1"); the closest are "us-east-1", "us-west-1", "us-east-2"`,
    ],
    [
      "of a zone is its region",
      { region: "eu-west-3a" },
      `region ${DID_YOU_MEAN} (got "eu-west-3a"); the closest are "eu-west-3", "eu-west-1", "eu-west-2"`,
    ],
    [
      "is said of a region that the provider does not know yet",
      { region: "ap-southeast-6" },
      `region ${DID_YOU_MEAN} (got "ap-southeast-6"); the closest are "ap-southeast-1", "ap-southeast-2", ` +
        `"ap-southeast-3"`,
    ],
    [
      "is said with the type that has memory enough",
      { instances: { type: "t4g.nano" } },
      "instances.type must be a type with more than 512 MiB of memory, which installing NGINX requires (got " +
        '"t4g.nano"); choose "t4g.micro", or set server.userData to a boot script that needs less memory',
    ],
    [
      "is said of instances with what the subnets hold",
      { network: { cidr: "10.0.0.0/23" }, instances: { count: 60, placement: "public" } },
      "instances.count must be at most 38 in 2 zones of 10.0.0.0/23, whose subnets have 27 usable addresses " +
        "each, including 8 that the load balancer needs (got 60); lower instances.count, widen network.cidr, or add zones",
    ],
    [
      "is said of the state's region too",
      { backend: { s3: { bucket: "states", region: "eu-west3" } } },
      `backend.s3.region ${DID_YOU_MEAN} (got "eu-west3"); the closest are "eu-west-3", "eu-west-1", "eu-west-2"`,
    ],
  ])("%s", (_, props, sentence) => {
    expect(errorsOf({ ...DOMAIN, ...props })).toEqual([`web: ${sentence}`]);
  });

  test("of a zone's id as the AWS CLI prints it is the id", () => {
    const lookups = ["/hostedzone/Z0123456789ABC", "Z0123456789ABC"].map((id) =>
      theOnly(synthOf({ ...DOMAIN, hostedZone: { id } }), "data.aws_route53_zone"),
    );
    expect(lookups[0]).toEqual(lookups[1]);
    expect(lookups[0]).toMatchObject({ zone_id: "Z0123456789ABC" });
  });
});

/** What terraform plans without a word and AWS refuses, or serves nothing with: the errors that props can express. */
describe("an error that no plan would have caught", () => {
  test.each<[error: string, props: object, prop: string]>([
    [
      "a load balancer with one subnet",
      { network: { vpcId, publicSubnetIds: publicSubnetIds.slice(0, 1), privateSubnetIds } },
      "network.publicSubnetIds",
    ],
    ["a load balancer in one zone", { network: { zones: 1 } }, "network.zones"],
    ["both subnets in one zone", { network: { zones: ["us-east-1a", "us-east-1a"] } }, "network.zones"],
    ["a zone of another region", { network: { zones: ["us-east-1a", "us-west-2a"] } }, "network.zones"],
    [
      "health checks that time out after the next one begins",
      { healthCheck: { intervalSec: 10, timeoutSec: 10 } },
      "healthCheck.timeoutSec",
    ],
    ["a matcher that is no code", { healthCheck: { matcher: "abc" } }, "healthCheck.matcher"],
    ["a matcher of server errors", { healthCheck: { matcher: "500" } }, "healthCheck.matcher"],
    ["a misspelt TLS policy", { tlsPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-60" }, "tlsPolicy"],
    ["a name outside its zone", { hostedZone: { name: "example.org" } }, "hostedZone.name"],
    ["a common name of more than 64 characters", { domainName: `${"a".repeat(60)}.example.com` }, "domainName"],
    [
      "a certificate of another region",
      { certificate: { arn: ARN.replace("us-east-1", "us-west-2") } },
      "certificate.arn",
    ],
  ])("%s is refused before it", (_, props, prop) => {
    expect(refused(props)).toEqual([prop]);
  });

  // What props cannot express, and why: - a subnet outside the VPC's range, subnets that overlap: ranges are cut from
  // the VPC's, never written - a health-check port that no group admits, a load balancer's group without a way out:
  // both sides of a rule are made from one port - an HTTPS listener without a certificate, or with one that is not
  // validated: it takes the validation's ARN, and there is no other - two listeners on one port, a redirect to 443 with
  // HTTPS on another port, a redirect to itself: the two listeners' ports are fixed - two rules with one priority, too
  // many condition values, a path pattern without "/", weights of 0, stickiness of 0 s: there are default actions only
  // - an instance in another VPC: it goes into the network's subnets; looked-up subnets are checked against the VPC by
  // the plan - an alias that the certificate does not cover: aliases and certificate are made from the same names (an
  // existing certificate's names nobody knows before it is asked) - minimum above maximum, user data that is not
  // base64: there is no auto-scaling group and no launch template - a rule's first port above its last: each rule has
  // one port - an x86 image on a Graviton machine: the image's architecture comes from the type - a fixed target-group
  // name with create_before_destroy: the name changes with whatever replaces the group
});

describe("nothing is written", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "alb-web-props-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test("over an earlier synth when one of several stacks has errors", () => {
    writeApp(folder, { web: DOMAIN, shop: { domainName: "www.example.org" } });
    const before = contentsOf(folder);
    expect(Object.keys(before)).toContain(join("stacks", "web", "cdk.tf.json"));
    expect(() =>
      writeApp(folder, { web: { ...DOMAIN, appPort: 8080 }, shop: { domainName: "www.example.org", appPort: 22 } }),
    ).toThrow(/^1 error in main\.ts; nothing was written\n {2}shop: appPort must be .+ \(got 22\)/);
    expect(contentsOf(folder)).toEqual(before);
  });

  test("into a new folder either", () => {
    expect(() => writeApp(folder, { web: {} })).toThrow(
      /nothing was written\n {2}web: domainName must be .+ \(got nothing\)/,
    );
    expect(Object.values(contentsOf(folder)).filter((text) => text !== "")).toEqual([]);
  });
});

/** Each file's bytes, by its path. */
function contentsOf(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    statSync(join(folder, path)).isFile(),
  );
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), "base64")]));
}

function countLeaves(value: unknown): number {
  return typeof value === "object" && value !== null
    ? Object.values(value).reduce<number>((sum, inner) => sum + countLeaves(inner), 0)
    : 1;
}
