import type { Topology } from "../../topology/model";
import { portOf } from "../facts/url-ports";
import { answersOf, requestFor } from "./answers";
import type { ServedDoor, ServedUrl, Site } from "./site";

/* Where a client connects that opens a URL of the site and follows its redirects. */

/** A name and port that a client connects to, and what listens there. */
export interface Followed {
  readonly url: URL;
  readonly door: ServedDoor;
}

/** Longer chains are loops, or broken in any browser. */
const MOST_REDIRECTS = 5;

/** The URL itself and those that its redirects lead to, as far as the site answers there. */
export function followed(
  { url, door }: ServedUrl,
  { doors, urls, topology }: Site,
  clientIp: string,
): readonly Followed[] {
  const all: Followed[] = [{ url, door }];
  for (let at: Followed | undefined = all[0]; at !== undefined && all.length <= MOST_REDIRECTS; at = all.at(-1)) {
    const location = redirectOf(at, topology, clientIp);
    if (location === undefined || all.some((it) => it.url.href === location.href)) break;
    const { hostname } = location;
    const balancer =
      hostname === at.url.hostname ? at.door.balancer : urls.find((it) => it.url.hostname === hostname)?.door.balancer;
    const next = doors.find((it) => it.balancer === balancer && it.port === portOf(location));
    if (next === undefined) break;
    all.push({ url: location, door: next });
  }
  return all;
}

function redirectOf(
  { url, door: { listener, balancer } }: Followed,
  topology: Topology,
  clientIp: string,
): URL | undefined {
  if (listener === undefined) return undefined;
  const answer = answersOf(listener, balancer, topology)(requestFor(url, clientIp));
  return answer.kind === "redirect" && URL.canParse(answer.location) ? new URL(answer.location) : undefined;
}
