import { settingsOf } from "../../../constructs/props/settings";
import type { WebStackProps } from "../../../constructs/web-stack";
import { addressed, all, type Block, EXISTING_NETWORK, refTo, synthOf, theOnly } from "../../support/synth";

const site = (more: Partial<WebStackProps> = {}) => synthOf({ domainName: "www.example.com", ...more });
const byDefault = site();
const zonesOf = (json: ReturnType<typeof site>) =>
  all(json, "aws_instance").map(({ subnet_id }) => /_((?:public|private)-.)_/.exec(String(subnet_id))?.[1]);

test("two t3.micro instances, each in its own zone's private subnet", () => {
  expect(all(byDefault, "aws_instance").map(({ instance_type }) => instance_type)).toEqual(["t3.micro", "t3.micro"]);
  expect(zonesOf(byDefault)).toEqual(["private-a", "private-b"]);
});

test("more instances go round the zones", () => {
  expect(zonesOf(site({ instances: { count: 5 }, network: { zones: 3 } }))).toEqual([
    "private-a",
    "private-b",
    "private-c",
    "private-a",
    "private-b",
  ]);
});

test("fewer instances than zones are fine", () => {
  expect(zonesOf(site({ instances: { count: 1 } }))).toEqual(["private-a"]);
});

test("an instance keeps its address when there are more of them", () => {
  const addresses = addressed(site({ instances: { count: 3 } }), "aws_instance").map(([address]) => address);
  expect(addresses).toEqual(expect.arrayContaining(addressed(byDefault, "aws_instance").map(([address]) => address)));
});

describe("an instance", () => {
  const [instance = {}] = all(byDefault, "aws_instance");

  test("answers metadata to those only who ask by IMDSv2 from itself", () => {
    expect(instance.metadata_options).toEqual({
      http_endpoint: "enabled",
      http_tokens: "required",
      http_put_response_hop_limit: 1,
    });
  });

  test("has an encrypted gp3 disk of 8 GiB", () => {
    expect(instance.root_block_device).toMatchObject({ encrypted: true, volume_type: "gp3", volume_size: 8 });
  });

  test("has no address of its own and no key", () => {
    expect(instance.associate_public_ip_address).toBe(false);
    expect(instance.key_name).toBeUndefined();
  });

  test("has metrics every minute only where they are asked for", () => {
    expect(instance.monitoring).toBe(false);
    expect(all(site({ instances: { detailedMonitoring: true, count: 1 } }), "aws_instance")[0]?.monitoring).toBe(true);
  });

  test("stays when there is a newer image, and is replaced by a new one before it goes", () => {
    expect(instance.lifecycle).toMatchObject({ create_before_destroy: true, ignore_changes: ["ami"] });
  });

  test(
    "is replaced when its type or its disk changes, which AWS does to a stopped instance, or for a system that " +
      "does not see it",
    () => {
      const [address] = addressed(byDefault, "terraform_data").map(([it]) => it);
      expect((instance.lifecycle as Block).replace_triggered_by).toEqual([address]);
      expect(theOnly(byDefault, "terraform_data").input).toEqual({ type: "t3.micro", diskGiB: 8 });
      expect(
        theOnly(
          site({ instances: { type: "t3.small", diskGiB: 20, count: 3, detailedMonitoring: true } }),
          "terraform_data",
        ).input,
      ).toEqual({ type: "t3.small", diskGiB: 20 });
    },
  );

  test.each<[string, Partial<WebStackProps>, string]>([
    ["a new network", {}, "aws_subnet"],
    ["named zones", { network: { zones: ["us-east-1a", "us-east-1b"] } }, "aws_subnet"],
    ["an existing network", { network: EXISTING_NETWORK }, "data.aws_subnet"],
  ])("fails the plan, in words, where its zone in %s does not have its type", (_, more, subnets) => {
    const json = site(more);
    const [offerings] = addressed(json, "data.aws_ec2_instance_type_offerings").map(([it]) => it);
    for (const { subnet_id, lifecycle } of all(json, "aws_instance")) {
      const [subnet = ""] = addressed(json, subnets)
        .map(([it]) => it)
        .filter((it) => subnet_id === `\${${it}.id}`);
      expect((lifecycle as Block).precondition).toEqual([
        {
          condition: `\${contains(${offerings}.locations, ${subnet}.availability_zone)}`,
          error_message:
            `instances.type: \${${subnet}.availability_zone} does not have t3.micro; choose another type, or ` +
            "other zones or subnets in network.",
        },
      ]);
    }
  });

  test("is replaced when its boot script changes, which runs on new machines only", () => {
    expect(instance.user_data_replace_on_change).toBe(true);
  });

  test("boots once its routes and rules are there", () => {
    expect(instance.depends_on).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^aws_route\./),
        expect.stringMatching(/^aws_vpc_endpoint\./),
        expect.stringMatching(/egress_rule\..*to-s3/),
      ]),
    );
  });

  test("lets Session Manager in", () => {
    expect(instance.iam_instance_profile).toBe(refTo(byDefault, "aws_iam_instance_profile", "name"));
    expect(theOnly(byDefault, "aws_iam_instance_profile").role).toBe(refTo(byDefault, "aws_iam_role", "name"));
    expect(theOnly(byDefault, "aws_iam_role_policy_attachment")).toEqual({
      role: refTo(byDefault, "aws_iam_role", "name"),
      policy_arn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    });
    expect(JSON.parse(String(theOnly(byDefault, "aws_iam_role").assume_role_policy))).toMatchObject({
      Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } }],
    });
  });
});

test("public placement puts the instances into the public subnets with addresses of their own", () => {
  const json = site({
    instances: { placement: "public", diskGiB: 20, count: 2 },
    ssh: { cidrs: ["203.0.113.7/32"], keyName: "operator" },
  });
  expect(zonesOf(json)).toEqual(["public-a", "public-b"]);
  for (const instance of all(json, "aws_instance"))
    expect(instance).toMatchObject({
      associate_public_ip_address: true,
      key_name: "operator",
      root_block_device: { volume_size: 20 },
    });
});

test("a key pair is looked up while planning, and none where there is none", () => {
  const withKey = site({ instances: { placement: "public" }, ssh: { cidrs: ["203.0.113.7/32"], keyName: "operator" } });
  expect(theOnly(withKey, "data.aws_key_pair")).toMatchObject({ key_name: "operator" });
  expect(all(byDefault, "data.aws_key_pair")).toEqual([]);
});

test("public placement in an existing network needs no private subnets", () => {
  const json = site({
    network: { vpcId: EXISTING_NETWORK.vpcId, publicSubnetIds: EXISTING_NETWORK.publicSubnetIds },
    instances: { placement: "public" },
  });
  expect(all(json, "aws_instance").map(({ subnet_id }) => subnet_id)).toEqual(
    addressed(json, "data.aws_subnet").map(([address]) => `\${${address}.id}`),
  );
});

describe("the image", () => {
  test("is the newest Amazon Linux 2023, not taken for a secret", () => {
    expect(theOnly(byDefault, "data.aws_ssm_parameter").name).toBe(
      "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    );
    expect(all(byDefault, "aws_instance")[0]?.ami).toBe(refTo(byDefault, "data.aws_ssm_parameter", "insecure_value"));
  });

  test("is for the architecture of the instance type", () => {
    expect(theOnly(site({ instances: { type: "t4g.small" } }), "data.aws_ssm_parameter").name).toBe(
      "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
    );
  });

  test.each([
    ["t3.micro", "x86_64"],
    ["m7i-flex.large", "x86_64"],
    ["c7gd.large", "arm64"],
    ["m6a.large", "x86_64"],
    ["t4g.small", "arm64"],
    ["c7gn.large", "arm64"],
    ["a1.large", "arm64"],
    ["x2gd.medium", "arm64"],
    ["im4gn.large", "arm64"],
    ["hpc7g.4xlarge", "arm64"],
    // In these the g is the family, not Graviton.
    ["g5.xlarge", "x86_64"],
    ["g4dn.xlarge", "x86_64"],
    ["gr6.4xlarge", "x86_64"],
    ["g5g.xlarge", "arm64"],
  ])("of %s is %s", (type, architecture) => {
    expect(settingsOf("web", { domainName: "www.example.com", instances: { type } }).architecture).toBe(architecture);
  });
});

test.each([
  ["t3.micro", true],
  ["c7gn.large", true],
  ["t2.micro", undefined],
  ["m1.small", undefined],
  ["r3.large", undefined],
])("EBS optimisation of %s: %p", (type, expected) => {
  expect(all(site({ instances: { type, count: 1 } }), "aws_instance")[0]?.ebs_optimized).toBe(expected);
});
