import type { Topology } from "../../../topology/model";
import { NOT_KNOWN } from "../../../topology/unread";
import type { Stranger } from "../../../topology/unread-model";
import { type Attr, known, Unknown } from "../../../topology/value";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { HOPS, type Hop } from "../../report";
import type { OpenCheck, OpenPathCheck, OpenReporter, OpenTargetCheck } from "./open-check";

/* What is set on a path and not recognized: it may do anything there, so the hop is not proven. */

const ofPath: OpenPathCheck = (path, report) => {
  const { topology, records, balancer, steps } = path;
  if (topology.unread.size === 0) return;
  // The listener's own certificate is part of the listener.
  const uses = steps.flatMap(({ listener }) =>
    listener.certificates.filter(({ address }) => address !== listener.address),
  );
  const certificates = steps.flatMap(({ listener }) =>
    listener.certificates.flatMap(({ arn }) => topology.byId.certificate(arn) ?? []),
  );
  leave(topology, "dns", [...records, ...records.flatMap(({ zoneId }) => topology.byId.zone(zoneId) ?? [])], report);
  leave(topology, "tls", [...uses, ...certificates], report);
  leave(
    topology,
    "listener",
    [
      ...(balancer === undefined ? [] : [balancer]),
      ...steps.flatMap(({ listener, outcomes }) => [listener, ...outcomes]),
    ],
    report,
  );
  leave(topology, "listener", partsOfGroups(topology, balancer?.securityGroupIds.items), report);
};

const ofTargets: OpenTargetCheck = ({ topology, targetGroups, targets }, report) => {
  if (topology.unread.size === 0) return;
  leave(topology, "target-group", targetGroups, report);
  leave(
    topology,
    "target-group",
    targets.map(({ registration }) => registration),
    report,
  );
  leave(
    topology,
    "target",
    partsOfGroups(topology, [...new Set(targets.flatMap(({ server }) => server?.securityGroupIds.items ?? []))]),
    report,
  );
};

function leave(
  { unread }: Topology,
  hop: Hop,
  parts: readonly { readonly address: string }[],
  report: OpenReporter,
): void {
  for (const { address } of parts) for (const it of unread.get(address) ?? []) report.open(hop, it);
}

/** Security groups and their rules. */
function partsOfGroups({ byId }: Topology, ids: readonly string[] = []): { readonly address: string }[] {
  return ids.flatMap((id) => {
    const group = byId.securityGroup(id);
    return group === undefined ? [] : [group, ...group.ingress, ...group.egress];
  });
}

/**
 * Resources of types that are not recognized, if they refer to a part of the path, or if it is unknown what they refer
 * to.
 */
const strangers: OpenPathCheck = (path, report) => {
  if (path.balancer === undefined) return;
  for (const stranger of path.topology.strangers) {
    const hop = hopOfStranger(stranger, path);
    if (hop !== undefined)
      report.open(hop, new Unknown(stranger.address, stranger.type, `resources of this type are ${NOT_KNOWN}`));
  }
};

function hopOfStranger({ type, names }: Stranger, path: TracedPath): Hop | undefined {
  const items = new Set(names.items);
  const named = identitiesOf(path).find(([, ids]) => ids.some((id) => items.has(known(id) ?? "")));
  if (named !== undefined) return named[0];
  // What it refers to may be on this path.
  return names.open === undefined
    ? undefined
    : /route53/.test(type)
      ? "dns"
      : /security_group/.test(type)
        ? "target"
        : /autoscaling/.test(type)
          ? "target-group"
          : "listener";
}

/** The identities of the parts of each hop. */
function identitiesOf({
  records,
  balancer,
  steps,
  targetGroups,
  targets,
}: TracedPath): readonly (readonly [Hop, readonly Attr<string>[]])[] {
  const names = records.flatMap(({ zoneId, fqdn }) => [zoneId, fqdn]);
  return [
    ["dns", names],
    ["tls", steps.flatMap(({ listener }) => listener.certificates.map(({ arn }) => arn))],
    [
      "listener",
      [balancer?.arn, ...(balancer?.securityGroupIds.items ?? []), ...steps.flatMap(({ listener }) => listener.arn)],
    ],
    ["target-group", targetGroups.map(({ arn }) => arn)],
    [
      "target",
      targets.flatMap(({ server, registration }) => [
        server?.id,
        registration.targetId,
        registration.autoScalingGroup,
        ...(server?.securityGroupIds.items ?? []),
      ]),
    ],
  ];
}

/** Such a part may do anything to any hop. */
const parts: OpenPathCheck = ({ topology }, report) => {
  for (const it of topology.parts) for (const hop of HOPS) report.open(hop, it);
};

const where = "the rules on unrecognized arguments";

export const UNREAD: readonly OpenCheck[] = [
  { where, path: ofPath },
  { where, path: strangers },
  { where, path: parts },
  { where, targets: ofTargets },
];
