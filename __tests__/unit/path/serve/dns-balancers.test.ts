import { balancerAddresses, dnsNameOf } from "../../../../path/serve/dns-balancers";
import type { Balancer } from "../../../../topology/model";
import { readTopology } from "../../../../topology/topology";
import { type SiteOptions, site } from "../../../serve-cases/site";

/* The names of load balancers, and what they resolve to. */

const read = (options: SiteOptions) => {
  const topology = readTopology(site(options));
  return { topology, balancer: topology.balancers[0] as Balancer };
};

test("the addresses of an internal load balancer are the first that AWS does not reserve in each subnet", () => {
  const { topology, balancer } = read({
    change: {
      "aws_lb.web": { internal: true },
      "aws_vpc.main": { cidr_block: "172.20.0.0/16" },
      "aws_subnet.public_a": { cidr_block: "172.20.3.0/24" },
      "aws_subnet.public_b": { cidr_block: "172.20.4.128/25" },
    },
  });
  expect(balancerAddresses(balancer, "A", "internet", topology)).toEqual({
    kind: "addresses",
    addresses: ["172.20.3.4", "172.20.4.132"],
  });
});

test("the name that AWS assigned is used, and one of the same form until then", () => {
  const { topology, balancer } = read({});
  const nameWith = (dnsName: string) => {
    const one = { ...balancer, dnsName };
    return dnsNameOf(one, { ...topology, balancers: [one] });
  };
  expect(nameWith("web-123.eu-west-1.elb.amazonaws.com")).toBe("web-123.eu-west-1.elb.amazonaws.com");
  expect(nameWith("")).toBe("web-0000000001.us-east-1.elb.amazonaws.com");
  expect(nameWith("${aws_lb.web.dns_name}")).toBe("web-0000000001.us-east-1.elb.amazonaws.com");
});
