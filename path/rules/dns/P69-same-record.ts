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
  title: "two records have the same name and type",
  certainty: ["apply"],
  why:
    "Route 53 allows one record for each name and type. More are possible only with the same routing policy and " +
    "different set identifiers, and never together with a CNAME. Route 53 refuses to create the second record; with " +
    "`allow_overwrite`, Terraform overwrites the first one instead. The usual cause is a name and its wildcard, " +
    "which share one validation record.",
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
  const what = name.isValidation ? name.text : `the ${type} record ${name.text}`;
  return {
    hop: name.isValidation || record.validates.length > 0 ? "tls" : "dns",
    address: refused.address,
    attribute: why === "same" ? "name" : why === "cname" ? "type" : "set_identifier",
    observed: `${kept.address} also manages ${what}${NOTES[why]}`,
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
  policy: ", with a different routing policy",
  identifier: ", with the same `set_identifier`",
  cname: ", and one of the two is a CNAME",
};

const REQUIRED: Readonly<Record<ClashKind, string>> = {
  same: "one record for each name and type",
  simple: "the same routing policy for all records with this name and type",
  policy: "the same routing policy for all records with this name and type",
  identifier: "a different `set_identifier` for each record",
  cname: "no other record with the name of a CNAME",
};

/**
 * The record that Route 53 refuses: one that this apply creates and that does not overwrite. If both are such records,
 * the one for the wildcard, or else the later one.
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
      "Set `allow_overwrite = true`, because both names share one validation record; or create one record for both.",
      "the stack creates one validation record for each distinct name; remove the override",
      [setting(blockOf(refused.address), "allow_overwrite", true)],
    );
  }
  if (why === "identifier")
    return fix("Set a different `set_identifier` on each record.", BY_NO_PROP, [
      setting(refused.address, "set_identifier", lastLabel(refused.address)),
    ]);
  return fix(`Keep one of the two, ${kept.address} or ${refused.address}.`, BY_NO_PROP, [{ remove: refused.address }]);
}

function lastLabel(address: string): string {
  return blockOf(address).split(".").at(-1) ?? "second";
}
