import type { Change, Doing } from "../../topology/changes";
import type { Action, Balancer, Listener, ListenerRule, SecurityGroup, Topology } from "../../topology/model";
import { known } from "../../topology/value";
import { analyse } from "../analysis/analysis";
import { HOPS, type Hop, type TraceReport } from "../report";
import type { Picture, PictureEdge, PictureNode } from "./review-report";
import type { World } from "./world";

/* The resources of the path and their connections, before and after in one picture. */

type Box = Pick<PictureNode, "hop" | "label" | "isAttached">;

interface Side {
  readonly nodes: ReadonlyMap<string, Box>;
  /** As JSON of both ends. */
  readonly edges: ReadonlySet<string>;
  /** Edges to targets that stay, whose registration changes. */
  readonly again: ReadonlySet<string>;
}

const CLIENT = "client";

export function pictureOf({ before, after, byAddress }: World, trace: TraceReport): Picture {
  const changedGroups = new Set(
    [before, after].flatMap((it) => it?.securityGroups ?? []).flatMap(changedGroupIn(byAddress)),
  );
  const [old, now] = [before, after].map((it) => sideOf(it, byAddress, changedGroups)) as [Side, Side];
  const hops = trace.paths.flatMap((path) => path.hops.filter(({ verdict }) => verdict === "broken"));
  const broken = new Set(hops.flatMap((it) => [...it.resources, ...it.findings.map(({ address }) => address)]));
  const nodes = [...new Map([...old.nodes, ...now.nodes])].map(([address, { hop, label, isAttached }]): PictureNode => {
    const doing = byAddress.get(address)?.doing ?? "none";
    return {
      address,
      hop,
      label,
      // A security group whose rules change.
      doing: doing === "none" && changedGroups.has(address) ? "update" : doing,
      isBroken: broken.has(address),
      ...(isAttached === true && { isAttached }),
    };
  });
  const edges = [...new Set([...old.edges, ...now.edges])].map((key): PictureEdge => {
    const [from, to] = JSON.parse(key) as [string, string];
    const isAgain = old.again.has(key) || now.again.has(key);
    return { from, to, is: !now.edges.has(key) ? "gone" : !old.edges.has(key) ? "new" : isAgain ? "again" : "kept" };
  });
  return { nodes: HOPS.flatMap((hop) => nodes.filter((it) => it.hop === hop)), edges };
}

/** The address of a security group that changes, or whose rules change. */
function changedGroupIn(byAddress: World["byAddress"]): (group: SecurityGroup) => readonly string[] {
  return ({ address, ingress, egress }) =>
    [address, ...[...ingress, ...egress].map((it) => it.address)].some((it) => isChanged(byAddress.get(it)))
      ? [address]
      : [];
}

function isChanged(change: Change | undefined): boolean {
  if (change === undefined || change.isData) return false;
  if (change.doing === "update") return change.differing.some((it) => it !== "tags");
  return change.doing === "create" || change.doing === "replace" || change.doing === "destroy";
}

function sideOf(
  topology: Topology | undefined,
  byAddress: World["byAddress"],
  changedGroups: ReadonlySet<string>,
): Side {
  if (topology === undefined) return { nodes: new Map(), edges: new Set(), again: new Set() };
  const drawing = new Drawing(topology, byAddress, changedGroups);
  drawing.addPath();
  return drawing;
}

/** One side of the picture. */
class Drawing implements Side {
  readonly nodes = new Map<string, Box>();
  readonly edges = new Set<string>();
  readonly again = new Set<string>();

  constructor(
    private readonly topology: Topology,
    private readonly byAddress: World["byAddress"],
    private readonly changedGroups: ReadonlySet<string>,
  ) {}

  addPath(): void {
    const { entries, chains } = analyse(this.topology);
    for (const { records, over, balancer } of entries) {
      if (balancer === undefined) continue;
      if (records.length === 0) this.lead(CLIENT, balancer.address);
      for (const record of records) this.lead(CLIENT, record.address);
      for (const record of [...records, ...over]) {
        this.note(record.address, "dns", known(record.fqdn) ?? "");
        for (const next of chains.nextOf(record)) this.lead(record.address, next.address);
      }
    }
    for (const balancer of new Set(entries.flatMap((it) => it.balancer ?? []))) this.addBalancer(balancer);
  }

  private addBalancer(balancer: Balancer): void {
    this.note(balancer.address, "listener", known(balancer.name) ?? "");
    this.attachGroups(balancer.address, balancer.securityGroupIds.items, "listener");
    for (const listener of balancer.listeners) {
      const { address, protocol, port } = listener;
      this.note(address, "listener", `${known(protocol) ?? ""} :${known(port) ?? "?"}`.trim());
      this.lead(balancer.address, address);
      this.attachCertificates(listener);
      this.addActions(listener.defaultActions, address, listener, balancer);
      for (const rule of listener.rules) this.addRule(rule, listener, balancer);
    }
  }

  /** A listener rule has a box of its own if it changes. */
  private addRule(rule: ListenerRule, listener: Listener, balancer: Balancer): void {
    const hasBox = this.isChanged(rule.address) && this.isStaying(listener.address);
    if (hasBox) {
      this.note(rule.address, "listener", shownConditions(rule));
      this.lead(listener.address, rule.address);
    }
    this.addActions(rule.actions, hasBox ? rule.address : listener.address, listener, balancer);
  }

  private addActions(actions: readonly Action[], from: string, listener: Listener, { listeners }: Balancer): void {
    for (const action of actions) {
      if (action.type === "redirect") {
        const port = known(action.port) === "#{port}" ? known(listener.port) : Number(known(action.port));
        const next = listeners.find((it) => known(it.port) === port && it !== listener);
        if (next !== undefined) this.lead(from, next.address);
      }
      if (action.type !== "forward") continue;
      for (const { arn } of action.targetGroups) this.addTargetGroup(known(arn), from);
    }
  }

  private addTargetGroup(arn: string | undefined, from: string): void {
    const group = this.topology.byId.targetGroup(arn);
    if (group === undefined) return;
    const isNew = !this.nodes.has(group.address);
    this.note(group.address, "target-group", `${known(group.protocol) ?? ""} :${known(group.port) ?? "?"}`.trim());
    this.lead(from, group.address);
    if (!isNew) return;
    for (const registration of group.registrations) {
      const server = this.topology.byId.server(registration.autoScalingGroup ?? registration.targetId);
      const address = server?.address ?? registration.address;
      this.note(address, "target", "");
      this.lead(group.address, address);
      if (this.isChanged(registration.address) && ["none", "update"].includes(this.doingOf(address)))
        this.again.add(edgeOf(group.address, address));
      if (server !== undefined) this.attachGroups(address, server.securityGroupIds.items, "target");
    }
  }

  /** A certificate that changes, or its attachment to the listener. */
  private attachCertificates({ address, certificates }: Listener): void {
    for (const use of certificates) {
      const certificate = this.topology.byId.certificate(use.arn);
      const changed = [certificate?.address, use.address].find(
        (it) => it !== undefined && it !== address && this.isChanged(it),
      );
      if (changed !== undefined)
        this.attach(changed, address, { hop: "tls", label: certificate?.names.items[0] ?? "" });
    }
  }

  /** Security groups that change, or whose rules change. */
  private attachGroups(to: string, ids: readonly string[], hop: Hop): void {
    for (const group of ids.map((id) => this.topology.byId.securityGroup(id)))
      if (group !== undefined && this.changedGroups.has(group.address))
        this.attach(group.address, to, { hop, label: known(group.name) ?? "" });
  }

  /** Draws what belongs to a box; what is attached to a new or destroyed box is no news. */
  private attach(address: string, to: string, box: Box): void {
    if (!this.isStaying(to)) return;
    if (!this.nodes.has(address)) this.nodes.set(address, { ...box, isAttached: true });
    // Security groups go below, so that the frames of the hops stay in their order.
    if (box.hop === "tls") this.lead(address, to);
    else this.lead(to, address);
  }

  private isStaying(address: string): boolean {
    return !["create", "destroy"].includes(this.doingOf(address));
  }

  private doingOf(address: string): Doing {
    return this.byAddress.get(address)?.doing ?? "none";
  }

  private isChanged(address: string): boolean {
    return isChanged(this.byAddress.get(address));
  }

  private note(address: string, hop: Hop, label: string): void {
    this.nodes.set(address, { hop, label });
  }

  private lead(from: string, to: string): void {
    this.edges.add(edgeOf(from, to));
  }
}

function edgeOf(from: string, to: string): string {
  return JSON.stringify([from, to]);
}

/** "/api/*", or the priority if no path or host is known. */
function shownConditions({ conditions, priority }: ListenerRule): string {
  const values = conditions
    .filter(({ kind }) => kind === "host-header" || kind === "path-pattern")
    .flatMap((it) => it.values.items);
  return values.length > 0 ? values.join(", ") : known(priority) === undefined ? "" : `priority ${known(priority)}`;
}
