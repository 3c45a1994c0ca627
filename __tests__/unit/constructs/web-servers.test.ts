import { DataAwsKeyPair } from "@cdktf/provider-aws/lib/data-aws-key-pair";
import { DataAwsSsmParameter } from "@cdktf/provider-aws/lib/data-aws-ssm-parameter";
import { IamInstanceProfile } from "@cdktf/provider-aws/lib/iam-instance-profile";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import { Instance } from "@cdktf/provider-aws/lib/instance";
import { DataResource, Testing } from "cdktf";
import { settingsOf } from "../../../constructs/props/settings";
import type { WebStackProps } from "../../../constructs/web-stack";
import { addressed, all, type Block, EXISTING_NETWORK, parsed, refTo, synthText, theOnly } from "../../support/synth";

Testing.setupJest();

/*
 * What holds for each instance is asked of all of them, or of the one of a stack with one: the matchers pass if any
 * instance has the properties.
 */

const stackWith = (more: Partial<WebStackProps> = {}) => synthText({ domainName: "www.example.com", ...more });
const site = (more: Partial<WebStackProps> = {}) => parsed(stackWith(more));
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
  const one = stackWith({ instances: { count: 1 } });
  const json = parsed(one);
  const instance = theOnly(json, "aws_instance");

  test("answers metadata to those only who ask by IMDSv2 from itself", () => {
    expect(one).toHaveResourceWithProperties(Instance, {
      metadata_options: { http_endpoint: "enabled", http_tokens: "required", http_put_response_hop_limit: 1 },
    });
  });

  test("has an encrypted gp3 disk of 8 GiB", () => {
    expect(one).toHaveResourceWithProperties(Instance, {
      root_block_device: { encrypted: true, volume_type: "gp3", volume_size: 8, tags: { Name: "web 1" } },
    });
  });

  test("has no address of its own and no key", () => {
    expect(one).toHaveResourceWithProperties(Instance, { associate_public_ip_address: false });
    expect(instance.key_name).toBeUndefined();
  });

  test("has metrics every minute only where they are asked for", () => {
    expect(one).toHaveResourceWithProperties(Instance, { monitoring: false });
    expect(stackWith({ instances: { detailedMonitoring: true, count: 1 } })).toHaveResourceWithProperties(Instance, {
      monitoring: true,
    });
  });

  test("stays when there is a newer image, and is replaced by a new one before it goes", () => {
    expect(instance.lifecycle).toMatchObject({ create_before_destroy: true, ignore_changes: ["ami"] });
  });

  test(
    "is replaced when its type or its disk changes, which AWS does to a stopped instance, or for a system that " +
      "does not see it",
    () => {
      const [address] = addressed(json, "terraform_data").map(([it]) => it);
      expect((instance.lifecycle as Block).replace_triggered_by).toEqual([address]);
      expect(one).toHaveResourceWithProperties(DataResource, { input: { type: "t3.micro", diskGiB: 8 } });
      expect(
        stackWith({ instances: { type: "t3.small", diskGiB: 20, count: 3, detailedMonitoring: true } }),
      ).toHaveResourceWithProperties(DataResource, { input: { type: "t3.small", diskGiB: 20 } });
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
            `instances.type: \${${subnet}.availability_zone} does not offer t3.micro; choose another type, or ` +
            "other zones or subnets in network.",
        },
      ]);
    }
  });

  test("is replaced when its boot script changes, which runs on new machines only", () => {
    expect(one).toHaveResourceWithProperties(Instance, { user_data_replace_on_change: true });
  });

  test("boots once its routes and rules are there", () => {
    expect(one).toHaveResourceWithProperties(Instance, {
      depends_on: expect.arrayContaining([
        expect.stringMatching(/^aws_route\./),
        expect.stringMatching(/^aws_vpc_endpoint\./),
        expect.stringMatching(/egress_rule\..*to-s3/),
      ]) as string[],
    });
  });

  test("lets Session Manager in", () => {
    const role = refTo(json, "aws_iam_role", "name");
    expect(one).toHaveResourceWithProperties(Instance, {
      iam_instance_profile: refTo(json, "aws_iam_instance_profile", "name"),
    });
    expect(one).toHaveResourceWithProperties(IamInstanceProfile, { role });
    expect(one).toHaveResourceWithProperties(IamRolePolicyAttachment, {
      role,
      policy_arn: "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    });
    expect(JSON.parse(String(theOnly(json, "aws_iam_role").assume_role_policy))).toMatchObject({
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
  const ssh = { cidrs: ["203.0.113.7/32"], keyName: "operator" };
  expect(stackWith({ instances: { placement: "public" }, ssh })).toHaveDataSourceWithProperties(DataAwsKeyPair, {
    key_name: "operator",
  });
  expect(stackWith()).not.toHaveDataSource(DataAwsKeyPair);
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
    const stack = stackWith({ instances: { count: 1 } });
    expect(stack).toHaveDataSourceWithProperties(DataAwsSsmParameter, {
      name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    });
    expect(stack).toHaveResourceWithProperties(Instance, {
      ami: refTo(parsed(stack), "data.aws_ssm_parameter", "insecure_value"),
    });
  });

  test("is for the architecture of the instance type", () => {
    expect(stackWith({ instances: { type: "t4g.small" } })).toHaveDataSourceWithProperties(DataAwsSsmParameter, {
      name: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
    });
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
