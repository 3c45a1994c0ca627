import { isExistingNetwork, type Settings } from "./settings";

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const ADDRESSES_BY_DEFAULT = 5;

/** A warning for what exceeds AWS's default quotas; an account's own quotas may be higher. */
export function quotaWarning({ network, region }: Settings): string | undefined {
  if (isExistingNetwork(network) || network.egress !== "nat") return undefined;
  const zones = typeof network.zones === "number" ? network.zones : network.zones.length;
  if (zones <= ADDRESSES_BY_DEFAULT) return undefined;
  return (
    `network.egress "nat" in ${zones} zones needs ${zones} Elastic IP addresses; the default quota is ` +
    `${ADDRESSES_BY_DEFAULT} per region. Before the first deploy, ` +
    "check the quota: aws service-quotas get-service-quota --service-code ec2 --quota-code L-0263D0A3 " +
    `--region ${region}`
  );
}
