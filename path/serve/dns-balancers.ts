import type { Balancer, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import { nameAnswersIn } from "../analysis/names/name-answers";
import { hostOf } from "../analysis/names/record-names";
import { rangesOf } from "../analysis/network/ipv4";
import { once } from "../analysis/once";
import type { Cause } from "./decisions";

/* The names of load balancers, and what they resolve to. */

/** Where a client is: only inside the VPC it sees private zones and reaches internal load balancers. */
export type ClientPlace = "internet" | "vpc";

/**
 * The DNS name of a load balancer. Before AWS has assigned one, a name of the same form takes its place, with a number
 * that shows that it was made up: `web-0000000001.us-east-1.elb.amazonaws.com`.
 */
export function dnsNameOf(balancer: Balancer, topology: Topology): string {
  return namesIn(topology).of.get(balancer) ?? "";
}

/** The load balancer in the file with this DNS name, or with this expression for it. */
export function balancerNamed(name: string, topology: Topology): Balancer | undefined {
  return nameAnswersIn(topology).balancerNamed(hostOf(name)) ?? namesIn(topology).by.get(hostOf(name));
}

const namesIn = once((topology: Topology) => {
  const of = new Map(topology.balancers.map((balancer, index) => [balancer, nameOf(balancer, index + 1)]));
  return { of, by: new Map([...of].map(([balancer, name]) => [hostOf(name), balancer])) };
});

function nameOf(balancer: Balancer, number: number): string {
  const assigned = known(balancer.dnsName);
  if (assigned !== undefined && assigned !== "" && !assigned.includes("${")) return assigned;
  const base = [known(balancer.name), balancer.address.split(".").at(-1), "web"]
    .map((it) => (it === undefined || it.includes("${") ? "" : it.toLowerCase().replace(/[^a-z0-9-]/g, "")))
    .find((it) => it !== "");
  const region = known(balancer.region);
  const host = `${(base ?? "").slice(0, 32)}-${String(number).padStart(10, "0")}`;
  return (
    `${balancer.isInternal === true ? "internal-" : ""}${host}.` +
    `${region === undefined || !/^[a-z0-9-]+$/.test(region) ? "us-east-1" : region}.elb.amazonaws.com`
  );
}

/** The addresses of a load balancer, none if it has none of this IP version; or the unknown value that decides it. */
export type BalancerAddresses =
  | { readonly kind: "addresses"; readonly addresses: readonly string[] }
  | { readonly kind: "unknown"; readonly cause: Cause };

/**
 * What a load balancer's name resolves to: this machine, if the client can reach the load balancer. The name of an
 * internal one resolves to private addresses for everybody, which only clients inside the VPC can reach.
 */
export function balancerAddresses(
  balancer: Balancer,
  type: "A" | "AAAA",
  from: ClientPlace,
  topology: Topology,
): BalancerAddresses {
  const isInternal = known(balancer.isInternal);
  if (isInternal === undefined && from === "internet")
    return open(balancer, `whether ${balancer.address} is internal is not known`);
  const ipType = known(balancer.ipAddressType);
  if (ipType === undefined && type === "AAAA")
    return open(balancer, `whether ${balancer.address} has IPv6 addresses is not known`);
  if (type === "AAAA" && !ipType?.startsWith("dualstack")) return { kind: "addresses", addresses: [] };
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#ip-address-type
  if (type === "A" && ipType === "dualstack-without-public-ipv4" && isInternal === false && from === "internet")
    return { kind: "addresses", addresses: [] };
  if (isInternal !== true || from === "vpc")
    return { kind: "addresses", addresses: [type === "A" ? "127.0.0.1" : "::1"] };
  const addresses = privateAddresses(balancer, type, topology);
  return addresses.length > 0
    ? { kind: "addresses", addresses }
    : open(balancer, `the CIDR blocks of the subnets of ${balancer.address}, which is internal, are not known`);
}

function open({ address }: Balancer, text: string): BalancerAddresses {
  return { kind: "unknown", cause: { hop: "dns", address, text } };
}

/**
 * In each subnet the first address that AWS does not reserve:
 * https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 */
function privateAddresses({ subnetIds }: Balancer, type: "A" | "AAAA", { byId }: Topology): string[] {
  const subnets = subnetIds.items.map((id) => byId.subnet(id));
  if (type === "AAAA")
    return subnets.flatMap((subnet) => {
      const [, prefix] = /^([0-9a-f:]+::)\/\d+$/i.exec(known(subnet?.ipv6Cidr) ?? "") ?? [];
      return prefix === undefined ? [] : [`${prefix}4`];
    });
  return subnets.flatMap((subnet) => rangesOf(known(subnet?.cidr) ?? "").map(({ first }) => dotted(first + 4)));
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join(".");
}
