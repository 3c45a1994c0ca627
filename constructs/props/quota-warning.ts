import { isExistingNetwork, type Settings } from "./settings";

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const ADDRESSES_BY_DEFAULT = 5;

/** What an account with AWS's default quotas refuses; others may do it, so it is a warning only. */
export function quotaWarning({ network, region }: Settings): string | undefined {
  if (isExistingNetwork(network) || network.egress !== "nat") return undefined;
  const zones = typeof network.zones === "number" ? network.zones : network.zones.length;
  if (zones <= ADDRESSES_BY_DEFAULT) return undefined;
  return (
    `network.egress "nat" in ${zones} zones needs ${zones} Elastic IP addresses, and an account has ` +
    `${ADDRESSES_BY_DEFAULT} in a region by default. Before the first deploy, ` +
    "look at the quota: aws service-quotas get-service-quota --service-code ec2 --quota-code L-0263D0A3 " +
    `--region ${region}`
  );
}
