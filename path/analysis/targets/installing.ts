import type { Server, Subnet, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { type Fetch, installs } from "../boot-scripts/fetches";
import { type Reach, reachOf } from "../network/fetch-ways";
import type { Way } from "../network/ways-out";
import { once } from "../once";
import type { TracedPath } from "../requests/traced-path";

/* What the targets of a path must download at first boot before they can serve. */

export interface Installing {
  readonly server: Server;
  /** Its subnets that are in the file. */
  readonly subnets: readonly Subnet[];
  /** Downloads it needs before it can serve; none if its boot script is unknown. */
  readonly fetches: readonly Fetch[];
  readonly attempts: readonly Attempt[];
  /** For each subnet with a failed download, the one with the broadest requirement. */
  readonly failed: readonly Failed[];
}

interface Attempt {
  readonly subnet: Subnet;
  readonly fetch: Fetch;
  readonly reach: Reach;
}

export interface Failed {
  readonly subnet: Subnet;
  readonly fetch: Fetch;
  readonly way: Way;
}

/** Each server once, however many target groups it is in. */
export const installing = once(({ topology, targets }: Pick<TracedPath, "topology" | "targets">) =>
  [...new Set(targets.flatMap(({ server }) => server ?? []))].map((server) => installingOf(topology, server)),
);

function installingOf(topology: Topology, server: Server): Installing {
  const subnets = server.subnetIds.items.flatMap((id) => topology.byId.subnet(id) ?? []);
  const fetches = installs(known(server.userData) ?? "").filter(({ isNeeded }) => isNeeded);
  const attempts = subnets.flatMap((subnet) =>
    fetches.map((fetch) => ({ subnet, fetch, reach: reachOf(topology, server, subnet, fetch.from) })),
  );
  const failed = subnets.flatMap((it) => failedIn(attempts.filter(({ subnet }) => subnet === it))[0] ?? []);
  return { server, subnets, fetches, attempts, failed };
}

/** Downloads from the internet come first: a route there serves all. */
function failedIn(attempts: readonly Attempt[]): Failed[] {
  return attempts
    .flatMap(({ subnet, fetch, reach }) => (reach.answer === "no" ? [{ subnet, fetch, way: reach.way }] : []))
    .sort((a, b) => Number(a.fetch.from === "s3") - Number(b.fetch.from === "s3"));
}
