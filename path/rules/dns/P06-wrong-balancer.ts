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
  title: "the record points to another load balancer, to a hard-coded load balancer name, or does not resolve",
  certainty: ["certain", "likely"],
  severity: {
    usual: "error",
    otherIf: "what it points to, or a more specific record, may be defined outside the file",
  },
  why:
    "Clients connect to whatever the record points to. AWS gives a load balancer a new DNS name when it is " +
    "replaced, so a record with the old name hard-coded no longer resolves. Neither does a record that points to a " +
    "name without a record, or back to itself.",
  symptom: "another site answers, or no site: NXDOMAIN, SERVFAIL, 404 or 503",
  symptoms: ["nxdomain", "503", "wrong-answer"],
  source: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-elb-load-balancer.html",
  needs: [],
  review: { effect: "outage", headline: "observed", reportedBy: "changes that destroy its name" },
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

/** A hard-coded load balancer name in a file that creates load balancers. */
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
      observed: `${known(record.fqdn) ?? path.host} points to ${name}, a load balancer that this file does not create`,
      required: "a reference to the load balancer's dns_name, which is updated when the load balancer is replaced",
      symptom: "another site answers, or no site if that load balancer no longer exists",
      fix: fix("Reference the load balancer's dns_name.", BY_NO_PROP, leadingTo(record, balancer ?? made)),
    });
  }
}

/**
 * A load balancer without a record is traced by its own name. The record that was meant for it is one of these.
 */
function mayBeFixed({ topology, balancer, records, over }: TracedPath): readonly DnsRecord[] {
  if (records.length > 0) return [...records, ...over];
  const { to, fixed } = analyse(topology).records;
  return balancer !== undefined && to(balancer).length === 0 ? fixed : [];
}

/** The record points to a load balancer that is not set up for the name, although another one is. */
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
      // A wildcard may be for other names with records in other files.
      severity: certain !== undefined ? "error" : "warning",
      address: record.address,
      attribute: attributeOf(record),
      observed: `${host} points to ${balancer.address}, which has no certificate and no listener rule for that name`,
      required: `${left.address}, which is set up for ${host} and has no record`,
      symptom: "the wrong site or the wrong certificate, or 404 or 503",
      fix: fix(`Point the record to ${left.address}.`, BY_NO_PROP, leadingTo(record, left)),
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
  const share = records.length > 1 ? shareOf(lost, records.length, "records with this name") : {};
  for (const end of ends) if (end.isCertain) report.finding({ ...nothingAt(end, topology), ...share });
}

/** Records that may point to a record that is created elsewhere. */
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
      ? ", which is not a fully qualified domain name"
      : `, and ${zone.address} has no ${type} with that name`;
  return {
    address: record.address,
    attribute,
    observed: `${known(record.fqdn) ?? record.address} points to ${name}${why}`,
    required: isNoName
      ? `a fully qualified domain name${whole === undefined ? "" : `, such as ${whole}`}`
      : `a ${type} with the name ${name}, or another target`,
    symptom: isAlias
      ? "InvalidChangeBatch at apply: Tried to create an alias that targets a name that was not found"
      : "NXDOMAIN",
    fix:
      whole !== undefined
        ? fix(`Change the value to ${whole}.`, BY_NO_PROP, [setting(record.address, attribute, [whole])])
        : fix(`Add a ${type} with the name ${name}, or point this record to the load balancer.`, BY_NO_PROP, []),
  };
}

/** Reported at the same record of the loop, wherever a client enters it. */
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
    required: "records that resolve to a load balancer",
    symptom: record.alias === undefined ? "SERVFAIL: resolvers give up" : "InvalidChangeBatch at apply",
    fix: fix("Point one of the records to the load balancer.", BY_NO_PROP, []),
  };
}
