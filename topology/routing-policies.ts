import type { Fields } from "./fields";

const ROUTING = ["weighted", "failover", "latency", "geolocation", "geoproximity", "cidr"];

/** The block of a record that selects among records with the same name and type. */
export function routingOf(fields: Fields): string | undefined {
  return ROUTING.find((policy) => fields.blocks(`${policy}_routing_policy`).items.length > 0);
}
