import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SHOWN } from "../../../topology/shown-attributes";
import { terraformIn } from "../../support/planned";
import { PROJECT } from "../../support/project";

/*
 * By the provider's own schema: every attribute that it computes, and that the readers read, is a resource's own, or
 * shows what others make.
 */

/** Attributes that nothing but their own resource makes, whatever its type. */
const OWN = new Set([
  "arn",
  "id",
  "tags_all",
  "name",
  "status",
  "state",
  "type",
  "region",
  "dns_name",
  "zone_id",
  "fqdn",
  "domain_name",
  "domain_validation_options",
  "subject_alternative_names",
  "validation_method",
  "availability_zone",
  "availability_zone_id",
  "availability_zones",
  "bucket",
  "cidr_block",
  "ipv6_cidr_block",
  "default_network_acl_id",
  "default_route_table_id",
  "default_security_group_id",
  "original_route_table_id",
  "allocation_id",
  "instance_id",
  "network_interface_id",
  "primary_network_interface_id",
  "private_ip",
  "associate_public_ip_address",
  "ami",
  "subnet_id",
  "subnets",
  "vpc_zone_identifier",
  "desired_capacity",
  "user_data",
  "user_data_base64",
  "internal",
  "ip_address_type",
  "protocol",
  "protocol_version",
  "ssl_policy",
  "priority",
  "source_security_group_id",
  "prefix_list_id",
  "endpoint",
  "domain",
  "resource_arn",
  "health_check_type",
  "allow_overwrite",
]);

/** Those that others make in some types; where it is another one, why not. */
const OWN_OF: Readonly<Record<string, string>> = {
  "aws_instance.security_groups": "names of what vpc_security_group_ids has by their ids",
  "aws_spot_instance_request.security_groups": "as of aws_instance",
  "aws_lb.security_groups": "nothing attaches one",
  "aws_elb.security_groups": "nothing attaches one",
  "aws_default_network_acl.vpc_id": "its own",
  "aws_default_route_table.vpc_id": "its own",
  "aws_default_security_group.vpc_id": "its own",
  "aws_default_subnet.vpc_id": "its own",
  "aws_security_group.vpc_id": "its own",
  "aws_lb.vpc_id": "its own",
  "aws_vpn_gateway.vpc_id": "not read: routes through it lead elsewhere",
  "aws_vpc_endpoint.subnet_ids": "not read",
  "aws_vpc_endpoint.security_group_ids": "not read",
  "aws_vpc_endpoint.cidr_blocks": "not read",
  "aws_vpc_endpoint.policy": "not read",
  "aws_s3_bucket.policy": "read only where the configuration sets it",
  "aws_eip.vpc": "its own, and old",
  "aws_internet_gateway_attachment.vpc_id": "its own",
  "aws_nat_gateway.vpc_id": "its own",
  "aws_acm_certificate.key_algorithm": "its own",
  "aws_lb_target_group.load_balancing_algorithm_type": "its own",
  "aws_route53_zone.name_servers": "its own",
};

interface Schema {
  readonly provider_schemas: Readonly<
    Record<
      string,
      {
        readonly resource_schemas: Readonly<
          Record<
            string,
            { readonly block: { readonly attributes?: Readonly<Record<string, { readonly computed?: boolean }>> } }
          >
        >;
      }
    >
  >;
}

let schema: Schema;
let texts: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "alb-web-schema-"));
  try {
    const terraform = await terraformIn(folder, {});
    await writeFile(
      join(folder, "main.tf.json"),
      JSON.stringify({ terraform: { required_providers: { aws: { source: "hashicorp/aws" } } } }),
    );
    await terraform.run(["init", "-input=false", "-no-color"]);
    schema = JSON.parse((await terraform.run(["providers", "schema", "-json"])).stdout) as Schema;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const room = join(PROJECT, "topology");
  texts = (
    await Promise.all(
      (
        await readdir(room)
      )
        .filter((it) => it !== "shown-elsewhere.ts")
        .map((file) => readFile(join(room, file), "utf8")),
    )
  )
    .join("\n")
    // A list of words that is too long for a line stands in parts.
    .replace(/" \+\s+"/g, "");
}, 600_000);

test("what the provider computes and the readers read is a resource's own, or is corrected by what a plan takes away", () => {
  const resources = Object.values(schema.provider_schemas).flatMap((it) => Object.entries(it.resource_schemas));
  const words = new Set([...texts.matchAll(/"([a-z0-9_]+)"/g)].map(([, word]) => word));
  const computed = resources
    .filter(([type]) => words.has(type))
    .flatMap(([type, { block }]) =>
      Object.entries(block.attributes ?? {})
        .filter(([name, it]) => it.computed === true && words.has(name))
        .map(([name]) => ({ type, name })),
    );
  expect(computed.length).toBeGreaterThan(100);
  const isShown = ({ type, name }: { type: string; name: string }): boolean =>
    (SHOWN[type] ?? []).some(({ attribute }) => attribute === name);
  expect(
    computed
      .filter((it) => !isShown(it) && !OWN.has(it.name) && OWN_OF[`${it.type}.${it.name}`] === undefined)
      .map(({ type, name }) => `${type}.${name}`),
  ).toEqual([]);
});

test("what shows others' work is an argument or a block of its type", () => {
  const resources = new Map(
    Object.values(schema.provider_schemas).flatMap((it) => Object.entries(it.resource_schemas)),
  );
  for (const [type, shown] of Object.entries(SHOWN)) {
    if (type.startsWith("data.")) continue;
    for (const { attribute } of shown)
      expect(JSON.stringify(resources.get(type)?.block).includes(`"${attribute}":`)).toBe(true);
  }
});
