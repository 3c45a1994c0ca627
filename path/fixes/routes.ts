import type { Route, Subnet } from "../../topology/model";
import { known } from "../../topology/value";
import type { Family } from "../analysis/network/ways-out";
import type { Edit } from "../report";
import { setting } from "./fix";

/* How to change a route. */

/** The destination of a route for all addresses. */
export const ANYWHERE: Readonly<Record<Family, string>> = { IPv4: "0.0.0.0/0", IPv6: "::/0" };
/** The argument of `aws_route` for it. */
export const DESTINATION: Readonly<Record<Family, string>> = {
  IPv4: "destination_cidr_block",
  IPv6: "destination_ipv6_cidr_block",
};

/** How a finding names an argument of a route: `route[0].gateway_id` of a table, or `gateway_id`. */
export function routeArgument({ attribute }: Route, name: string): string {
  return `${attribute.slice(0, attribute.lastIndexOf(".") + 1)}${name}`;
}

/** Sets an argument of a route. */
export function routeSetting(route: Route, name: string, value: unknown): Edit {
  return setting(route.address, routeArgument(route, name).replace(/\[(\d+)\]/g, ".$1"), value);
}

/** Sets the destination of a route, in the argument that already has it. */
export function destinationSetting(route: Route, destination: string): Edit {
  return routeSetting(route, route.attribute.split(".").at(-1) ?? route.attribute, destination);
}

/** A new internet gateway for a subnet's VPC, and the edits that route to it. */
export function newInternetGateway(subnet: Subnet, then: (id: string) => readonly Edit[]): readonly Edit[] {
  return [
    { add: "aws_internet_gateway", name: "internet", body: { vpc_id: known(subnet.vpcId) }, like: subnet.address },
    ...then("${aws_internet_gateway.internet.id}"),
  ];
}
