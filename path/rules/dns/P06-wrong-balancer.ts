import type { Balancer, DnsRecord, Topology } from "../../../topology/model";
import { symbol } from "../../../topology/symbols";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { isMadeFor } from "../../analysis/names/balancer-names";
import type { Chain } from "../../analysis/names/record-chains";
import { isLost, type LooseEnd, looseEndsOf } from "../../analysis/names/record-ends";
import { isBalancerName, mayServe, targetNames } from "../../analysis/names/record-names";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP, shareOf } from "../../fixes/shared-wording";
import type { Edit } from "../../report";
import type { FileReporter, FindingDetails, Reporter, Rule } from "../rule";

export const P06: Rule = {
  id: "P06",
  hop: "dns",
  title: "the record leads to another load balancer, to one by a fixed name, or to nothing",
  certainty: ["certain", "likely"],
  why:
    "Clients go wherever the record sends them, whatever else is set up for the name. AWS gives a load balancer a " +
    "new name whenever it is replaced, so a record with the old name written out leads to nothing, as does one that " +
    "leads to a name without a record, or back to itself.",
  symptom: "another site answers, or none: NXDOMAIN, SERVFAIL, 404 or 503",
  symptoms: ["nxdomain", "503", "wrong-answer"],
  source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-elb-load-balancer.html",
  needs: [],
  review: { effect: "outage", toldBy: "changes that destroy its name" },
  check: {
    path: (path, report) => {
      byFixedName(path, report);
      toAnotherBalancer(path, report);
      toNothing(path, report);
      inACircle(path, report);
    },
    file: perhapsToNothing,
  },
};

/** A load balancer's name that is written out, where the file makes load balancers. */
function byFixedName(path: TracedPath, report: Reporter): void {
  const { topology, balancer } = path;
  const records = analyse(topology).records;
  const made = topology.balancers.find(({ isData }) => !isData);
  if (made === undefined) return;
  for (const record of mayBeFixed(path)) {
    const name = targetNames(record).find(isBalancerName);
    if (name === undefined || records.balancerOf(record) !== undefined) continue;
    report.finding({
      severity: "warning",
      address: record.address,
      attribute: attributeOf(record),
      observed: `${known(record.fqdn) ?? path.host} leads to ${name}, a load balancer that this file does not make`,
      required: "dns_name of the load balancer, which follows it when it is replaced",
      symptom: "another site answers, or none when that load balancer is gone",
      fix: fix("Take the name from the load balancer.", BY_NO_PROP, leadingTo(record, balancer ?? made)),
    });
  }
}

/**
 * A load balancer that no record leads to is traced by its own name; the record that was meant for it is one of these.
 */
function mayBeFixed({ topology, balancer, records, over }: TracedPath): readonly DnsRecord[] {
  if (records.length > 0) return [...records, ...over];
  const { to, fixed } = analyse(topology).records;
  return balancer !== undefined && to(balancer).length === 0 ? fixed : [];
}

/** A load balancer that has nothing for the name, beside one that is made for it. */
function toAnotherBalancer({ topology, balancer, records, host }: TracedPath, report: Reporter): void {
  const { orphans, leadsTo } = analyse(topology).records;
  if (balancer === undefined || records.length === 0 || orphans.length === 0) return;
  if (isMadeFor(balancer, host, topology)) return;
  const waiting = analyse(topology).balancersAwaitingRecord;
  const certain = waiting.get(host);
  const left = certain ?? waiting.get(host.replace(/^[^.]+/, "*"));
  if (left === undefined) return;
  for (const record of records.filter((it) => leadsTo(it, balancer))) {
    report.finding({
      // A wildcard may be for other names, whose records are elsewhere.
      severity: certain !== undefined ? "error" : "warning",
      address: record.address,
      attribute: attributeOf(record),
      observed: `${host} leads to ${balancer.address}, which has nothing for that name`,
      required: `${left.address}, which is set up for ${host} and to which no record leads`,
      symptom: "the wrong site, its certificate, or 404 and 503",
      fix: fix(`Let the record lead to ${left.address}.`, BY_NO_PROP, leadingTo(record, left)),
    });
  }
}

function attributeOf(record: DnsRecord): string {
  return record.alias === undefined ? "records" : "alias.name";
}

function leadingTo(record: DnsRecord, balancer: Balancer): Edit[] {
  const name = symbol(balancer.address, "dns_name");
  if (record.alias === undefined) return [setting(record.address, "records", [name])];
  return [
    setting(record.address, "alias.name", name),
    setting(record.address, "alias.zone_id", symbol(balancer.address, "zone_id")),
  ];
}

function toNothing({ topology, records }: TracedPath, report: Reporter): void {
  const ends = new Set<LooseEnd>(records.flatMap((record) => looseEndsOf(record, topology)));
  const lost = records.filter((record) => isLost(record, topology)).length;
  const share = records.length > 1 ? shareOf(lost, records.length, "records of the name") : {};
  for (const end of ends) if (end.isCertain) report.finding({ ...nothingAt(end, topology), ...share });
}

/** What may lead to a record that is made elsewhere. */
function perhapsToNothing(topology: Topology, report: FileReporter): void {
  if (topology.balancers.length === 0) return;
  for (const record of topology.records.filter(mayServe)) {
    for (const end of looseEndsOf(record, topology))
      if (!end.isCertain && end.record === record)
        report.finding({ ...nothingAt(end, topology), severity: "warning" }, []);
  }
}

function nothingAt({ record, name, zone, isGone }: LooseEnd, topology: Topology): FindingDetails {
  const isAlias = record.alias !== undefined;
  const attribute = attributeOf(record);
  const type = isAlias ? `${known(record.type) ?? ""} record` : "record";
  const isNoName = zone === undefined && !isGone;
  const meant = isNoName ? known(topology.byId.zone(record.zoneId)?.name) : undefined;
  const whole = meant === undefined ? undefined : `${name}.${meant}`;
  const why = isGone
    ? ", whose record this plan destroys"
    : zone === undefined
      ? ", which is no whole name"
      : `, and ${zone.address} has no ${type} of that name`;
  return {
    address: record.address,
    attribute,
    observed: `${known(record.fqdn) ?? record.address} leads to ${name}${why}`,
    required: isNoName
      ? `the whole name${whole === undefined ? "" : `, such as ${whole}`}`
      : `a ${type} of ${name}, or another name`,
    symptom: isAlias
      ? "InvalidChangeBatch when it is applied: Tried to create an alias that targets a name that was not found"
      : "NXDOMAIN",
    fix:
      whole !== undefined
        ? fix(`Write ${whole}.`, BY_NO_PROP, [setting(record.address, attribute, [whole])])
        : fix(`Add a ${type} of ${name}, or let this one lead to the load balancer.`, BY_NO_PROP, []),
  };
}

/** Reported at one of its records, wherever a client comes into the circle. */
function inACircle({ topology, records, over }: TracedPath, report: Reporter): void {
  const chains = analyse(topology).chains;
  const all = [...records, ...over].filter((record) => chains.of(record).isCircle);
  const [first] = all.sort((a, b) => (a.address < b.address ? -1 : 1));
  if (first !== undefined) report.finding(circle(first, chains.of(first)));
}

function circle(record: DnsRecord, { links }: Chain): FindingDetails {
  const names = [record, ...links.filter((it) => it !== record), record].map(
    ({ fqdn, address }) => known(fqdn) ?? address,
  );
  return {
    address: record.address,
    attribute: attributeOf(record),
    observed: names.length > 5 ? [...names.slice(0, 3), "…", names.at(-1)].join(" -> ") : names.join(" -> "),
    required: "records that end at a load balancer",
    symptom: record.alias === undefined ? "SERVFAIL: resolvers give up" : "InvalidChangeBatch when it is applied",
    fix: fix("Let one of the records lead to the load balancer.", BY_NO_PROP, []),
  };
}
