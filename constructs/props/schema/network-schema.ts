import type { AnyOf } from "../shape";
import { idText, list, object, oneOf, text, value } from "../values";
import type { ExistingNetworkProps, NewNetworkProps } from "../web-stack-props";
import { BUCKET_ADVICE, isBucketName } from "./bucket-names-schema";
import { isCidr, isPrivateRange } from "./ranges-schema";

export const network = object<AnyOf<NewNetworkProps | ExistingNetworkProps>>(
  {},
  {
    cidr: text(
      (it) => isCidr(it, 16, 23) && isPrivateRange(it),
      'must be a private IPv4 range from /16 to /23 without host bits, such as "10.0.0.0/16"',
    ),
    zones: value<number | string[]>(
      (it) => (Number.isInteger(it) && (it as number) >= 2 && (it as number) <= 6) || isZoneList(it),
      'must be a whole number from 2 to 6, or a list of 2 to 6 different zone names such as ["us-east-1a", ' +
        '"us-east-1b"]; a load balancer needs at least two zones',
    ),
    egress: oneOf(["none", "nat"]),
    flowLogsBucket: idText(isBucketName, BUCKET_ADVICE),
    vpcId: idText((it) => /^vpc-[0-9a-f]{8,17}$/.test(it), 'must be a VPC id, such as "vpc-0123456789abcdef0"'),
    publicSubnetIds: subnetIds("two or more different subnet ids, each in another zone"),
    privateSubnetIds: subnetIds("one or more different subnet ids", 1),
  },
);

function isZoneList(it: unknown): boolean {
  return (
    Array.isArray(it) &&
    it.length >= 2 &&
    it.length <= 6 &&
    new Set(it).size === it.length &&
    it.every((zone) => typeof zone === "string" && /^[a-z]{2}-[a-z]+-\d[a-h]$/.test(zone))
  );
}

function subnetIds(what: string, min = 2) {
  const advice = `must be ${what}, such as "subnet-0123456789abcdef0"`;
  return list(
    idText((it) => /^subnet-[0-9a-f]{8,17}$/.test(it), 'must be a subnet id, such as "subnet-0123456789abcdef0"'),
    min,
    20,
    advice,
  );
}
