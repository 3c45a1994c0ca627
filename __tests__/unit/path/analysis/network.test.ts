import { balancerGroups } from "../../../../path/analysis/network/balancer-groups";
import { entriesOf } from "../../../../path/analysis/requests/entries";
import { routeOf } from "../../../../path/analysis/requests/route";
import { readTopology } from "../../../../topology/topology";
import { baseStack } from "../../../mutants/bases";
import { the } from "../../../mutants/pick";

describe("a load balancer that names no group has the VPC's default group,", () => {
  const isMissing = (ingress: object, ipAddressType: string): boolean => {
    const stack = baseStack("site");
    Object.assign(the(stack, "aws_lb").body, { security_groups: undefined, ip_address_type: ipAddressType });
    Object.assign(the(stack, "aws_default_security_group").body, {
      ingress: [{ from_port: 0, to_port: 65535, protocol: "tcp", ...ingress }],
    });
    const topology = readTopology(stack);
    const [entry] = entriesOf(topology);
    if (entry === undefined) throw new Error("the site has no way in");
    const path = routeOf(entry, topology);
    if (path.balancer === undefined) throw new Error("the site has no load balancer");
    return balancerGroups(path, path.balancer).isMissing;
  };

  test.each([
    ["open by IPv4", { cidr_blocks: ["0.0.0.0/0"] }, "ipv4", false],
    ["open by IPv6, to clients of IPv4", { ipv6_cidr_blocks: ["::/0"] }, "ipv4", true],
    [
      "open by IPv6, to clients that have nothing else",
      { ipv6_cidr_blocks: ["::/0"] },
      "dualstack-without-public-ipv4",
      false,
    ],
    ["open by IPv4, to clients of IPv6 only", { cidr_blocks: ["0.0.0.0/0"] }, "dualstack-without-public-ipv4", true],
  ])("%s", (_, ingress, ipAddressType, expected) => {
    expect(isMissing(ingress, ipAddressType)).toBe(expected);
  });
});
