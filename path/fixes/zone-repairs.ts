import type { DnsRecord, Zone } from "../../topology/model";
import { symbol } from "../../topology/symbols";
import type { Edit } from "../report";
import { setting } from "./fix";

/** Makes a record public: moves it to the public zone of its name, or makes its private zone public. */
export function intoPublicZone(record: DnsRecord, zone: Zone, publicZone: Zone | undefined): Edit[] {
  if (publicZone !== undefined) return [setting(record.address, "zone_id", symbol(publicZone.address, "zone_id"))];
  return zone.isData
    ? [setting(zone.address, "private_zone", false), setting(zone.address, "vpc_id", undefined)]
    : [setting(zone.address, "vpc", undefined)];
}
