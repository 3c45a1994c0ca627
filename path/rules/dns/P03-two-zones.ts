import { symbol } from "../../../topology/symbols";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import type { Edit } from "../../report";
import type { Reporter, Rule } from "../rule";

export const P03: Rule = {
  id: "P03",
  hop: "dns",
  title: "two public hosted zones have the same name",
  certainty: ["likely"],
  why:
    "Route 53 allows several public hosted zones with the same name, each with its own name servers. The domain is " +
    "delegated to one of them. Records in the others are never queried, and no error is reported.",
  symptom: "NXDOMAIN or outdated answers, although the record exists in Route 53",
  symptoms: ["nxdomain", "pending"],
  source:
    "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/troubleshooting-new-dns-settings-not-in-effect.html",
  needs: [],
  review: { effect: "outage" },
  check: { path: oneZone },
};

function oneZone(path: TracedPath, report: Reporter): void {
  const records = analyse(path.topology).records;
  for (const record of [...path.records, ...path.over]) {
    const zone = path.topology.byId.zone(record.zoneId);
    const same = records.publicZones(known(zone?.name) ?? "");
    // Two data sources with the same name read the same zone.
    if (zone === undefined || same.length < 2 || same.every(({ isData }) => isData)) continue;
    const [kept, ...others] = [...same].sort((a, b) => Number(b.isData) - Number(a.isData));
    if (kept === undefined) continue;
    const moved = [...path.records, ...path.over]
      .filter(({ zoneId }) => others.some(({ id }) => id === zoneId))
      .map((it): Edit => setting(it.address, "zone_id", symbol(kept.address, "zone_id")));
    report.finding({
      address: others[0]?.address ?? zone.address,
      attribute: "name",
      observed: `${same.map(({ address }) => address).join(" and ")} are both named ${known(zone.name)}`,
      required: "one public zone for each name, with the name servers that the registrar lists",
      symptom: "NXDOMAIN or outdated answers, depending on which zone the name is delegated to",
      fix: fix(
        `Keep only ${kept.address}, and move all records to it.`,
        "without hostedZone.create, the existing zone is used",
        [...moved, ...others.filter(({ isData }) => !isData).map((it): Edit => ({ remove: it.address }))],
      ),
    });
  }
}
