import { blockOf } from "../../../topology/addresses";
import type { DnsRecord, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { type ClashKind, clashesIn, type RecordClash } from "../../analysis/names/record-clashes";
import { isMade } from "../../analysis/writers/coming";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { Fix } from "../../report";
import type { FileReporter, FindingDetails, Rule } from "../rule";

export const P69: Rule = {
  id: "P69",
  hop: "dns",
  title: "two records have one name and type",
  certainty: ["apply"],
  why:
    "Route 53 has one record of a name and type; it has several only with one routing policy and different set " +
    "identifiers, and none beside a CNAME. It refuses to create the second one; with `allow_overwrite` terraform " +
    "writes over the first instead. The usual cause is a name and its wildcard, which share one validation record.",
  symptom: "InvalidChangeBatch at apply: Tried to create resource record set … but it already exists",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html",
  needs: [],
  review: { effect: "fails", hasBlocks: true },
  check: { file: oneRecordOfAName },
};

function oneRecordOfAName(topology: Topology, report: FileReporter): void {
  if (topology.source === "state") return;
  for (const clash of clashesIn(topology)) {
    const refused = refusedOf(clash, topology);
    if (refused !== undefined) report.finding(refusal(clash, refused));
  }
}

function refusal({ record, other, why, type, name }: RecordClash, refused: DnsRecord): FindingDetails {
  const kept = refused === record ? other : record;
  const what = name.isValidation ? name.text : `${name.text} ${type}`;
  return {
    hop: name.isValidation || record.validates.length > 0 ? "tls" : "dns",
    address: refused.address,
    attribute: why === "same" ? "name" : why === "cname" ? "type" : "set_identifier",
    observed: `${what} is written by ${kept.address} too${NOTES[why]}`,
    required: REQUIRED[why],
    symptom:
      why === "same"
        ? "InvalidChangeBatch: Tried to create resource record set " +
          `[name='${name.isValidation ? "_…" : name.text}', type='${type}'] but it already exists`
        : "InvalidChangeBatch at apply",
    fix: repairOf(refused, kept, why, name.isValidation),
  };
}

const NOTES: Readonly<Record<ClashKind, string>> = {
  same: "",
  simple: ", and only one of the two has a routing policy",
  policy: ", with another routing policy",
  identifier: ", with the same `set_identifier`",
  cname: ", and one of the two is a CNAME",
};

const REQUIRED: Readonly<Record<ClashKind, string>> = {
  same: "one record for a name and type",
  simple: "one routing policy for all records of a name and type",
  policy: "one routing policy for all records of a name and type",
  identifier: "a `set_identifier` of its own for each record",
  cname: "no other record beside a CNAME",
};

/**
 * The one that Route 53 refuses: it is made by this apply, and does not overwrite; of two such the wildcard's, or the
 * later one.
 */
function refusedOf({ record, other }: RecordClash, topology: Topology): DnsRecord | undefined {
  const isRefused = ({ address }: DnsRecord): boolean =>
    isMade(topology, address) && known(topology.writers.records.get(address)?.mayOverwrite) !== true;
  const isWildcard = ({ validates }: DnsRecord): boolean =>
    validates.some(({ domain }) => known(domain)?.startsWith("*.") === true);
  const [first, second] = isWildcard(other) && !isWildcard(record) ? [other, record] : [record, other];
  return isRefused(first) ? first : isRefused(second) ? second : undefined;
}

function repairOf(refused: DnsRecord, kept: DnsRecord, why: ClashKind, isValidation: boolean): Fix {
  if (isValidation || (refused.validates.length > 0 && kept.validates.length > 0)) {
    return fix(
      "Set `allow_overwrite = true`, as both names have the same validation record; or make one record for both.",
      "one validation record for each distinct name is what the stack makes; remove the override",
      [setting(blockOf(refused.address), "allow_overwrite", true)],
    );
  }
  if (why === "identifier")
    return fix("Give each record a `set_identifier` of its own.", BY_NO_PROP, [
      setting(refused.address, "set_identifier", lastLabel(refused.address)),
    ]);
  return fix(`Keep one of the two, ${kept.address} or ${refused.address}.`, BY_NO_PROP, [{ remove: refused.address }]);
}

function lastLabel(address: string): string {
  return blockOf(address).split(".").at(-1) ?? "second";
}
