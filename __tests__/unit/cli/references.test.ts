import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { standingAlone } from "../../../cli/project/project";
import { synthesize } from "../../../cli/project/synthesize";
import { UsageError } from "../../../machine/errors";
import type { SynthesizedStack } from "../../../rehearsal/stack-files";
import { PROJECT } from "../../support/project";
import { addressed, all, EXISTING_NETWORK, errorsOf, type StackJson, stackOf, theOnly } from "../../support/synth";

/*
 * Ids, ARNs and names of what another stack creates; __tests__/slow/cli/references.test.ts has terraform read the same.
 */

jest.setTimeout(120_000);

const DOMAIN = { domainName: "www.example.com" };
let folder: string;
let web: StackJson;
let shop: StackJson;
let stacks: SynthesizedStack[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-references-"));
  stacks = await synthesize(join(PROJECT, "__tests__", "fixtures", "references"), join(folder, "out"));
  [web, shop] = jsonsOf(stacks);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `base` gives away, in an expression. */
const ofBase = (output: string) =>
  `data.terraform_remote_state.cross-stack-reference-input-base.outputs.cross-stack-output-${output}`;

test("reach the resources and lookups of a site", () => {
  expect(theOnly(web, "data.aws_vpc").id).toBe(`\${${ofBase("aws_vpcvpcid")}}`);
  expect(theOnly(web, "data.aws_route53_zone").zone_id).toBe(`\${${ofBase("aws_route53_zonezonezone_id")}}`);
  expect(
    all(web, "aws_lb_listener")
      .map((listener) => listener.certificate_arn)
      .filter(Boolean),
  ).toEqual([`\${${ofBase("aws_acm_certificatecertificatearn")}}`]);
  expect(theOnly(web, "aws_lb").access_logs).toMatchObject({ bucket: `\${${ofBase("aws_s3_bucketlogsbucket")}}` });
  expect(all(web, "aws_instance").map((instance) => instance.key_name)).toEqual(
    Array(2).fill(`\${${ofBase("aws_key_pairkeykey_name")}}`),
  );
  expect(theOnly(shop, "aws_flow_log").log_destination).toBe(`arn:aws:s3:::\${${ofBase("aws_s3_bucketlogsbucket")}}`);
});

test("name the lookups of subnets by their place in the list", () => {
  expect(
    addressed(web, "data.aws_subnet").map(([address, { id }]) => [/public-\d|private-\d/.exec(address)?.[0], id]),
  ).toEqual([
    ["private-1", `\${${ofBase("aws_subnetinnerid")}}`],
    ["private-2", `\${element(${ofBase("dataaws_subnetsothersids")}, 0)}`],
    ["public-1", `\${${ofBase("aws_subnetfirstid")}}`],
    ["public-2", `\${${ofBase("aws_subnetsecondid")}}`],
  ]);
});

test("are compared as values in what the plan checks, and not as texts", () => {
  const conditions = all(web, "data.aws_subnet").flatMap(({ lifecycle }) =>
    (lifecycle as { postcondition: { condition: string }[] }).postcondition.map(({ condition }) => condition),
  );
  expect(conditions.filter((condition) => condition.includes("vpc_id"))).toEqual(
    Array(4).fill(`\${self.vpc_id == ${ofBase("aws_vpcvpcid")}}`),
  );
});

test("keep all names as they are when cdktf numbers them differently", async () => {
  process.env.ONE_MORE = "1";
  try {
    expect(
      jsonsOf(await synthesize(join(PROJECT, "__tests__", "fixtures", "references"), join(folder, "again")))[0],
    ).toEqual(web);
  } finally {
    delete process.env.ONE_MORE;
  }
});

test.each<[what: string, region: (reference: string) => string, errors: number]>([
  ["compared by the region that is written", () => "us-east-1", 0],
  ["refused by the region that is written", () => "eu-west-3", 1],
  ["taken where the region is a reference too", (reference) => reference, 0],
])("within an ARN are %s", (_, region, errors) => {
  const { arn } = stackOf(DOMAIN).site.loadBalancer;
  expect(errorsOf({ ...DOMAIN, certificate: { arn: `arn:aws:acm:${region(arn)}:${arn}:certificate/1` } })).toHaveLength(
    errors,
  );
});

test("are refused by a rehearsal in one sentence, as it builds each stack alone", () => {
  expect(() => standingAlone(stacks)).toThrow(
    new UsageError(
      "shop, web must not refer to resources of other stacks: a rehearsal creates each stack separately and " +
        "cannot resolve such references; rehearse with literal ids instead.",
    ),
  );
  const alone = stacks.filter(({ id }) => id === "base");
  expect(standingAlone(alone)).toBe(alone);
});

describe("where a literal is needed", () => {
  const { site } = stackOf(DOMAIN);
  const arn = site.loadBalancer.arn;
  const name = /^aws_lb\.[\w-]+\.arn$/;

  test.each<[prop: string, props: object]>([
    ["domainName", { domainName: arn }],
    ["region", { region: arn }],
    ["alternativeNames.0", { alternativeNames: [`*.${arn}`] }],
    ["hostedZone.name", { hostedZone: { name: arn } }],
    ["network.cidr", { network: { cidr: arn } }],
    ["healthCheck.path", { healthCheck: { path: `/${arn}` } }],
    ["instances.type", { instances: { type: arn } }],
    ["instances.placement", { instances: { placement: arn } }],
    ["tlsPolicy", { tlsPolicy: arn }],
    ["server.userData", { server: { userData: `#!/bin/sh\necho ${arn}` } }],
    ["server.setup", { server: { proxyPort: 3000, setup: `echo ${arn}` } }],
    ["ssh.cidrs.0", { instances: { placement: "public" }, ssh: { cidrs: [arn] } }],
    ["tags.lb", { tags: { lb: arn } }],
    ["backend.s3.bucket", { backend: { s3: { bucket: arn } } }],
    ["backend.s3.key", { backend: { s3: { bucket: "states", key: arn } } }],
    ["backend.s3.region", { backend: { s3: { bucket: "states", region: arn } } }],
    ["backend.cloud.workspace", { backend: { cloud: { organization: "acme", workspace: arn } } }],
    ["accept.0.reason", { accept: [{ finding: "P33", reason: arn }] }],
  ])("%s says so, and names the reference", (prop, props) => {
    const [error = "", ...more] = errorsOf({ ...DOMAIN, ...props });
    expect(more).toEqual([]);
    expect(error).toMatch(/^web: \S+ must be a literal \(got a reference to \S+\)$/);
    expect(error.split(" ")[1]).toBe(prop);
    expect(/to (\S+)\)$/.exec(error)?.[1]).toMatch(name);
  });

  test("a list says that its length must be known", () => {
    const ids = stackOf({ ...DOMAIN, hostedZone: { create: true, delegated: true } }).zones.nameServers; // a list by one reference
    expect(errorsOf({ ...DOMAIN, network: { ...EXISTING_NETWORK, publicSubnetIds: ids } })).toEqual([
      expect.stringMatching(
        /^web: network\.publicSubnetIds must be a list whose length is known at synth \(got a reference to aws_route53_zone\.[\w-]+\.name_servers\); list its items one by one, for example Token\.asString\(Fn\.element\(list, 0\)\)$/,
      ),
    ]);
  });
});

function jsonsOf(stacks: readonly SynthesizedStack[]): [web: StackJson, shop: StackJson] {
  const [first, second] = ["web", "shop"].map(
    (id) => stacks.find((stack) => stack.id === id)?.json as unknown as StackJson,
  );
  if (first === undefined || second === undefined) throw new Error("the program has no such stacks");
  return [first, second];
}
