import { isWithin } from "../../../topology/domain-names";
import type { Balancer } from "../../../topology/model";
import { symbol } from "../../../topology/symbols";
import { analyse } from "../../analysis/analysis";
import { type OutsideName, outsideNamesOn } from "../../analysis/names/outside-names";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import type { Fix } from "../../report";
import type { Reporter, Rule } from "../rule";

export const P04: Rule = {
  id: "P04",
  hop: "dns",
  title: "the record's name is outside its hosted zone",
  certainty: ["certain"],
  severity: { usual: "error", otherIf: "it may be a name within the zone" },
  why:
    "A hosted zone contains only its own name and names below it. The AWS provider appends the zone's name to a " +
    "record name that does not end with it: `www.example.com` in the zone `example.org` becomes " +
    "`www.example.com.example.org`, which no client requests. Route 53 refuses a name that ends with the zone's " +
    "name without a dot before it.",
  symptom: "NXDOMAIN for the name as written, or InvalidChangeBatch at apply",
  symptoms: ["nxdomain", "apply"],
  source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-shared.html",
  needs: [],
  review: { effect: "outage" },
  check: { path: writtenOutside },
};

function writtenOutside(path: TracedPath, report: Reporter): void {
  for (const it of outsideNamesOn(path)) {
    const { record, name, zone, isGlued, isCertain } = it;
    report.finding({
      address: record.address,
      attribute: "name",
      ...(!isCertain && { severity: "warning" as const }),
      observed: isGlued
        ? `${name} ends with ${zone}, but without a dot before it`
        : `${name} is not in the zone ${zone}, so the record becomes ${name}.${zone}`,
      required: `a name in the zone ${zone}, or the zone of ${name}`,
      symptom: isGlued
        ? `InvalidChangeBatch at apply: the name is not permitted in the zone ${zone}`
        : `NXDOMAIN for ${name}`,
      fix: inside(it, path),
    });
  }
}

function inside({ record, balancer, name, zone }: OutsideName, path: TracedPath): Fix {
  const props = "domainName and hostedZone.name set both; a name outside the zone is refused";
  const right = analyse(path.topology).records.zoneFor(name);
  if (right !== undefined)
    return fix(`Move the record to the zone of ${name}.`, props, [
      setting(record.address, "zone_id", symbol(right.address, "zone_id")),
    ]);
  const named =
    servedIn(zone, balancer, path) ??
    (name.endsWith(zone) ? `${name.slice(0, -zone.length)}.${zone}` : `${name.split(".")[0] ?? "www"}.${zone}`);
  return fix(`Rename the record to a name in the zone, such as ${named}.`, props, [
    setting(record.address, "name", named),
  ]);
}

/** A name in the zone that one of the load balancer's certificates covers. */
function servedIn(zone: string, { listeners }: Balancer, { topology }: TracedPath): string | undefined {
  return listeners
    .flatMap(({ certificates }) => certificates)
    .flatMap(({ arn }) => topology.byId.certificate(arn)?.names.items ?? [])
    .find((it) => !it.startsWith("*.") && isWithin(it, zone));
}
