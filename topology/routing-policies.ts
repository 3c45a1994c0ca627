import type { Fields } from "./fields";

const ROUTING = ["weighted", "failover", "latency", "geolocation", "geoproximity", "cidr"];

/** The block of a record that says which of several with its name and type is answered. */
export function routingOf(fields: Fields): string | undefined {
  return ROUTING.find((policy) => fields.blocks(`${policy}_routing_policy`).items.length > 0);
}
