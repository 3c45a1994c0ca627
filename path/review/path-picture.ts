import type { Action, Balancer, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import { analyse } from "../analysis/analysis";
import { HOPS, type Hop, type TraceReport } from "../report";
import type { Picture, PictureEdge, PictureNode } from "./review-report";
import type { World } from "./world";

/* The path's resources and who leads to whom, before and after in one picture. */

interface Side {
  readonly nodes: ReadonlyMap<string, Pick<PictureNode, "hop" | "label">>;
  /** As JSON of both ends. */
  readonly edges: ReadonlySet<string>;
}

const CLIENT = "client";

export function pictureOf({ before, after, byAddress }: World, trace: TraceReport): Picture {
  const [old, now] = [sideOf(before), sideOf(after)];
  const hops = trace.paths.flatMap((path) => path.hops.filter(({ verdict }) => verdict === "broken"));
  const broken = new Set(hops.flatMap((it) => [...it.resources, ...it.findings.map(({ address }) => address)]));
  const nodes = [...new Map([...old.nodes, ...now.nodes])].map(
    ([address, { hop, label }]): PictureNode => ({
      address,
      hop,
      label,
      doing: byAddress.get(address)?.doing ?? "none",
      isBroken: broken.has(address),
    }),
  );
  const edges = [...new Set([...old.edges, ...now.edges])].map((key): PictureEdge => {
    const [from, to] = JSON.parse(key) as [string, string];
    return { from, to, is: !now.edges.has(key) ? "gone" : old.edges.has(key) ? "kept" : "new" };
  });
  return { nodes: HOPS.flatMap((hop) => nodes.filter((it) => it.hop === hop)), edges };
}

function sideOf(topology: Topology | undefined): Side {
  const nodes = new Map<string, Pick<PictureNode, "hop" | "label">>();
  const edges = new Set<string>();
  const note = (address: string, hop: Hop, label: string) => nodes.set(address, { hop, label });
  const lead = (from: string, to: string) => edges.add(JSON.stringify([from, to]));
  const entries = topology === undefined ? [] : analyse(topology).entries;
  const chains = topology && analyse(topology).chains;
  for (const { records, over, balancer } of entries) {
    if (balancer === undefined) continue;
    if (records.length === 0) lead(CLIENT, balancer.address);
    for (const record of records) lead(CLIENT, record.address);
    for (const record of [...records, ...over]) {
      note(record.address, "dns", known(record.fqdn) ?? "");
      for (const next of chains?.nextOf(record) ?? []) lead(record.address, next.address);
    }
  }
  for (const balancer of new Set(entries.flatMap((it) => it.balancer ?? [])))
    addBalancer(balancer, topology as Topology, note, lead);
  return { nodes, edges };
}

function addBalancer(
  balancer: Balancer,
  topology: Topology,
  note: (address: string, hop: Hop, label: string) => void,
  lead: (from: string, to: string) => void,
): void {
  note(balancer.address, "listener", known(balancer.name) ?? "");
  for (const listener of balancer.listeners) {
    note(listener.address, "listener", `${known(listener.protocol) ?? ""} :${known(listener.port) ?? "?"}`.trim());
    lead(balancer.address, listener.address);
    const actions: Action[] = [...listener.defaultActions, ...listener.rules.flatMap((it) => it.actions)];
    for (const action of actions) {
      if (action.type === "redirect") {
        const port = known(action.port) === "#{port}" ? known(listener.port) : Number(known(action.port));
        const next = balancer.listeners.find((it) => known(it.port) === port && it !== listener);
        if (next !== undefined) lead(listener.address, next.address);
      }
      if (action.type !== "forward") continue;
      for (const { arn } of action.targetGroups) addGroup(topology, known(arn), listener.address, note, lead);
    }
  }
}

function addGroup(
  topology: Topology,
  arn: string | undefined,
  from: string,
  note: (address: string, hop: Hop, label: string) => void,
  lead: (from: string, to: string) => void,
): void {
  const group = topology.byId.targetGroup(arn);
  if (group === undefined) return;
  note(group.address, "target-group", `${known(group.protocol) ?? ""} :${known(group.port) ?? "?"}`.trim());
  lead(from, group.address);
  for (const registration of group.registrations) {
    const server = topology.byId.server(registration.autoScalingGroup ?? registration.targetId);
    const address = server?.address ?? registration.address;
    note(address, "target", "");
    lead(group.address, address);
  }
}
