import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP, replacing } from "../../fixes/shared-wording";
import type { Reporter, Rule } from "../rule";

export const P09: Rule = {
  id: "P09",
  hop: "dns",
  title: "a public record points to an internal load balancer",
  certainty: ["certain"],
  why:
    "The nodes of an internal load balancer have only private addresses, and its DNS name resolves to these for " +
    "every client. Private addresses are not routed on the internet, so clients outside the VPC cannot connect.",
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
        `${record.address} publishes ${known(record.fqdn) ?? host} on the internet, but the load balancer is ` +
        "internal",
      required: "an internet-facing load balancer, or a record in a private zone",
      symptom: "the name resolves to private addresses; ERR_CONNECTION_TIMED_OUT",
      fix: fix(
        "If only clients in the VPC use the name, move the record to a private hosted zone. Otherwise make the load " +
          `balancer internet-facing. ${replacing(balancer.address)}`,
        BY_NO_PROP,
        [setting(balancer.address, "internal", false)],
      ),
    });
  }
}
