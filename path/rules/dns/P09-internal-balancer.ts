import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { Reporter, Rule } from "../rule";

export const P09: Rule = {
  id: "P09",
  hop: "dns",
  title: "a public record leads to an internal load balancer",
  certainty: ["certain"],
  why:
    "The nodes of an internal load balancer have private addresses only, and its name resolves to these for " +
    "everybody who asks. Private addresses are not routed on the internet, so clients outside the VPC never connect.",
  symptom: "the name resolves to private addresses such as 10.0.1.23; ERR_CONNECTION_TIMED_OUT",
  symptoms: ["nxdomain", "timeout"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
  needs: [],
  review: { effect: "outage" },
  check: { path: noInternalBalancer },
};

function noInternalBalancer({ topology, records, host }: TracedPath, report: Reporter): void {
  const { balancerOf, isSeen } = analyse(topology).records;
  for (const record of records) {
    const balancer = balancerOf(record);
    const isInPublicZone = topology.byId.zone(record.zoneId)?.isPrivate === false;
    if (balancer === undefined || balancer.isInternal !== true || !isInPublicZone || !isSeen(record)) continue;
    report.finding({
      address: balancer.address,
      attribute: "internal",
      observed:
        `${record.address} gives the internet the name ${known(record.fqdn) ?? host}, and the load balancer is ` +
        "internal",
      required: "a load balancer that faces the internet, or a record in a private zone",
      symptom: "the name resolves to private addresses; ERR_CONNECTION_TIMED_OUT",
      fix: fix("Let the load balancer face the internet (or put the record into a private zone).", BY_NO_PROP, [
        setting(balancer.address, "internal", false),
      ]),
    });
  }
}
