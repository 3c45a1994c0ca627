import type { Part } from "./model";
import type { Resource } from "./source";

/** What every part has of its resource; the region is looked up when it is asked for. */
export function partOf(resource: Resource): Part {
  return { address: resource.address, region: resource.region, isData: resource.isData, actions: resource.actions };
}
