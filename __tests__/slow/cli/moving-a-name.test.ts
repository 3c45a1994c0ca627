import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import type { Aws } from "../../../cli/adoption/aws";
import { aliasRecord } from "../../../cli/adoption/within-parent";
import { findTerraform } from "../../../machine/setup/terraform-binary";
import { Terraform } from "../../../machine/terraform/terraform";
import { terraformEnvironment } from "../../../rehearsal/environment";
import type { LocalAws } from "../../../rehearsal/local-aws";
import { CrashRoom, seededAccount } from "../../support/crash-room";
import { CACHE, startLocalAws } from "../../support/rehearsal-room";
import { type StackJson, synthOf } from "../../support/synth";

/*
 * docs/guides/before-the-first-deploy.md, "Moving a name that is in use": the site's alias record where the zone has a
 * record of the name already. The record is the stack's own, with the real provider; its target is one that the local
 * AWS takes without a load balancer.
 */

jest.setTimeout(15 * 60_000);

const TARGET = { name: "d111111abcdef8.cloudfront.net", zone_id: "Z2FDTNDATAQYW2", evaluate_target_health: false };
const NAME = "www.example.com";

let aws: LocalAws;
let route53: Route53Client;
let scratch: string;
let command: string;

beforeAll(async () => {
  ({ command } = await findTerraform({ cacheDir: CACHE, env: process.env }));
  aws = await startLocalAws();
  route53 = new Route53Client({
    region: "us-east-1",
    endpoint: aws.endpoint,
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
  scratch = await mkdtemp(join(tmpdir(), "alb-web-moving-"));
});

afterAll(async () => {
  route53.destroy();
  await aws.stop();
  await rm(scratch, { recursive: true, force: true });
});

test.each<[type: "A" | "CNAME", value: string]>([
  ["A", "203.0.113.7"],
  ["CNAME", "old.example.net"],
])(
  "a record of type %s, once adopted, becomes the alias in one change, and nothing is left to do",
  async (type, value) => {
    const { HostedZone } = await route53.send(
      new CreateHostedZoneCommand({ Name: "example.com", CallerReference: type }),
    );
    const zoneId = (HostedZone?.Id ?? "").replace("/hostedzone/", "");
    const old = { Name: NAME, Type: type, TTL: 60, ResourceRecords: [{ Value: value }] };
    await route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zoneId,
        ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet: old }] },
      }),
    );

    const folder = join(scratch, type, "web");
    await mkdir(folder, { recursive: true });
    const { provider, resource } = synthOf({ domainName: NAME });
    const [id, record] = Object.entries(resource?.aws_route53_record ?? {}).find(([, it]) => it.type === "A") ?? [];
    await writeFile(
      join(folder, "cdk.tf.json"),
      JSON.stringify({
        terraform: { required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } } },
        provider,
        resource: { aws_route53_record: { [String(id)]: { ...record, zone_id: zoneId, alias: TARGET } } },
      }),
    );
    const terraform = new Terraform({ command, folder, env: await terraformEnvironment(CACHE, aws.endpoint) });
    await terraform.run(["init", "-input=false", "-no-color"]);
    const found = await aliasRecord({ route53 } as Aws, { ...record, zone_id: zoneId, alias: [TARGET] });
    expect(found).toMatchObject([{ id: `${zoneId}_${NAME}_${type}`, values: { "alias.0.name": null } }]);
    await terraform.run(["import", "-no-color", `aws_route53_record.${id}`, String(found[0]?.id)]);
    await terraform.run(["plan", "-input=false", "-no-color", "-out=switch.tfplan"]);
    const plan = JSON.parse((await terraform.run(["show", "-json", "switch.tfplan"])).stdout) as {
      resource_changes: { change: { actions: string[] } }[];
    };
    expect(plan.resource_changes.map(({ change }) => change.actions)).toEqual([["update"]]);

    await terraform.run(["apply", "-no-color", "switch.tfplan"]);
    const { ResourceRecordSets = [] } = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: zoneId }));
    expect(ResourceRecordSets.filter((it) => it.Name === `${NAME}.`)).toEqual([
      expect.objectContaining({ Type: "A", AliasTarget: expect.objectContaining({ DNSName: TARGET.name }) as unknown }),
    ]);
    expect((await terraform.run(["plan", "-input=false", "-no-color", "-detailed-exitcode"])).hasChanges).toBe(false);
  },
);

/* What AWS would refuse is kept out of the first deploy: it creates all but the record. */
test("a site, created by AWS except for its record, takes over the CNAME as adopt says, and is whole", async () => {
  const account = await seededAccount();
  const room = await CrashRoom.open(await account.clone());
  const dns = new Route53Client({
    region: "us-east-1",
    endpoint: room.localAws.endpoint,
    credentials: { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" },
  });
  try {
    const { HostedZones: [zone] = [] } = await dns.send(new ListHostedZonesCommand({}));
    const HostedZoneId = String(zone?.Id).replace("/hostedzone/", "");
    const recordsOfName = async () =>
      ((await dns.send(new ListResourceRecordSetsCommand({ HostedZoneId }))).ResourceRecordSets ?? []).filter(
        ({ Name }) => Name === `${NAME}.`,
      );
    await dns.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId,
        ChangeBatch: {
          Changes: [
            {
              Action: "CREATE",
              ResourceRecordSet: {
                Name: NAME,
                Type: "CNAME",
                TTL: 60,
                ResourceRecords: [{ Value: "old.example.net" }],
              },
            },
          ],
        },
      }),
    );

    const { resource } = JSON.parse(
      await readFile(join(room.room.stackFolder("web"), "cdk.tf.json"), "utf8"),
    ) as StackJson;
    const addresses = Object.entries(resource ?? {}).flatMap(([type, blocks]) =>
      Object.keys(blocks).map((name) => `${type}.${name}`),
    );
    const alias = String(addresses.find((it) => it.startsWith("aws_route53_record.site_alias-")));
    await room.terraform(
      `apply -auto-approve -input=false -no-color ${addresses
        .filter((it) => it !== alias)
        .map((it) => `-target=${it}`)
        .join(" ")}`,
    );

    const listed = await room.adopt();
    const choice = `--use ${alias}=${HostedZoneId}_${NAME}_CNAME`;
    expect(listed).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(`npx alb-web adopt web ${choice}`) as unknown,
    });
    expect(await recordsOfName()).toMatchObject([{ Type: "CNAME" }]);

    const chosen = await room.adopt(choice);
    expect(chosen).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Plan: 1 to import, 0 to add, 1 to change, 0 to destroy\.$/m) as unknown,
    });
    await room.apply();
    expect(await recordsOfName()).toMatchObject([
      { Type: "A", AliasTarget: { DNSName: expect.stringMatching(/\.elb\.amazonaws\.com\.?$/) as unknown } },
    ]);
    expect(await room.changes()).toBe("");
    expect((await room.adopt()).stdout).toContain("nothing to adopt");
  } finally {
    dns.destroy();
    await room.close();
    await account.stop();
  }
});
