import type { DnsRecord } from "../../../topology/model";
import { isUnknown, type Unknown } from "../../../topology/value";
import { caaRecordsFor } from "../../analysis/certificates/caa-records";
import { isRequested } from "../../analysis/certificates/certificates";
import { ofEachCertificate } from "../../analysis/certificates/each-certificate";
import type { Use } from "../../analysis/certificates/picked-certificates";
import type { TracedPath } from "../../analysis/requests/traced-path";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { FindingDetails, Rule } from "../rule";

export const P17: Rule = {
  id: "P17",
  hop: "tls",
  title: "a CAA record does not allow Amazon to issue the certificate",
  certainty: ["certain"],
  why:
    "A CAA record lists the certificate authorities that may issue certificates for a name and all names below it. " +
    "Only the nearest CAA record set at or above the name applies, and `issuewild` overrides `issue` for wildcards. " +
    "If CAA records exist and none lists one of Amazon's authorities, ACM cannot issue the certificate.",
  symptom: "the certificate fails with CAA_ERROR",
  symptoms: ["pending", "apply"],
  source: "https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html",
  needs: [],
  review: { effect: "fails if created" },
  check: {
    path: (path, report) => {
      for (const found of refusals(path)) {
        if (isUnknown(found)) report.open("tls", found);
        else report.finding(found);
      }
    },
  },
};

const AUTHORITIES = ["amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"];

const refusals = ofEachCertificate(({ certificate }: Use, { topology }: TracedPath): (FindingDetails | Unknown)[] => {
  if (!isRequested(certificate, "DNS", "EMAIL")) return [];
  return certificate.names.items.flatMap((name) =>
    caaRecordsFor(name, topology).flatMap((record) => {
      const tag = refusedBy(record, name.startsWith("*."));
      if (tag === undefined || isUnknown(tag)) return tag ?? [];
      return refusal(record, name, tag);
    }),
  );
});

function refusal({ address, values }: DnsRecord, name: string, tag: string): FindingDetails {
  return {
    address,
    attribute: "records",
    observed: `${values.items.join(", ")}: only these authorities may issue for ${name}`,
    required: `a value 0 ${tag} "amazon.com"`,
    symptom: P17.symptom,
    fix: fix("Allow Amazon to issue certificates too.", BY_NO_PROP, [
      setting(address, "records", [...values.items, `0 ${tag} "amazon.com"`]),
    ]),
  };
}

/** The tag that does not list Amazon. */
function refusedBy({ values }: DnsRecord, isWildcard: boolean): string | Unknown | undefined {
  const properties = values.items.map((value) => {
    // Such as `0 issue "letsencrypt.org; accounturi=…"`.
    const [, tag = "", ...rest] = value.trim().split(/\s+/);
    return {
      tag: tag.toLowerCase(),
      authority: (rest.join(" ").replaceAll('"', "").split(";")[0] ?? "").trim().toLowerCase(),
    };
  });
  const tag = isWildcard && properties.some((it) => it.tag === "issuewild") ? "issuewild" : "issue";
  const asked = properties.filter((it) => it.tag === tag);
  if (asked.some(({ authority }) => AUTHORITIES.includes(authority))) return undefined;
  return values.open ?? (asked.length > 0 ? tag : undefined);
}
