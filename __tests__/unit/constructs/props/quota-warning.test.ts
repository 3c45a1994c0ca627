import type { WebStackProps } from "../../../../constructs/web-stack";
import { EXISTING_NETWORK, stackOf } from "../../../support/synth";

/* What an account with AWS's default quotas would refuse, said at synth. */

const warningsOf = (network: WebStackProps["network"]) =>
  stackOf({ domainName: "www.example.com", backend: "local", region: "us-east-1", network })
    .node.metadata.filter(({ type }) => type === "@cdktf/warn")
    .map(({ data }) => data as string);

test(
  "more NAT gateways than an account has addresses by default are warned of, with the command that shows the " +
    "quota",
  () => {
    const warning =
      'network.egress "nat" in 6 zones needs 6 Elastic IP addresses; the default quota is 5 per ' +
      "region. Before the first deploy, check the quota: aws service-quotas get-service-quota --service-code " +
      "ec2 --quota-code L-0263D0A3 --region us-east-1";
    expect(warningsOf({ zones: 6, egress: "nat" })).toEqual([warning]);
    expect(warningsOf({ zones: [..."abcdef"].map((letter) => `us-east-1${letter}`), egress: "nat" })).toEqual([
      warning,
    ]);
  },
);

test.each<[what: string, network: WebStackProps["network"]]>([
  ["as many as it has", { zones: 5, egress: "nat" }],
  ["none", { zones: 6 }],
  ["those of a VPC that exists", { ...EXISTING_NETWORK, egress: "nat" }],
])("%s are not", (_, network) => {
  expect(warningsOf(network)).toEqual([]);
});
