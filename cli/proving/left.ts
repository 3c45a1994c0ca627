import { literalTexts, regionOf, resourcesOf } from "../../rehearsal/stack-files";
import { awsIn, OWNER_TAGS } from "../adoption/aws";
import type { Found } from "../adoption/model";
import { ownedInAcm, ownedInElb, ownedInIam } from "../adoption/owned-elsewhere";
import { ownedInEc2 } from "../adoption/owned-in-ec2";
import { recordsOfSite, zonesOf } from "./account";
import type { ProvingFolder } from "./folder";

/** A resource of a site that still exists on AWS. */
export interface Left {
  /** Its type in terraform. */
  readonly type: string;
  /** The resource, and the command that shows it. */
  readonly line: string;
}

/** The resources of a site on AWS, by the tags of its stack and the records of its name, independent of the state. */
export async function leftOf({ id, json }: Pick<ProvingFolder, "id" | "json">, domain: string): Promise<Left[]> {
  const region = regionOf(json);
  const [aws, owner] = [awsIn(region), { stack: id, domain }];
  const prefixes = ["aws_iam_role", "aws_iam_instance_profile"].flatMap((type) =>
    resourcesOf(json, type).flatMap(({ arguments: it }) => literalTexts(it.name_prefix)),
  );
  const [records, ...found] = await Promise.all([
    zonesOf(region, domain),
    ownedInEc2(aws, owner),
    ownedInElb(aws, owner),
    ownedInAcm(aws, owner),
    ownedInIam(aws, owner, [...new Set(prefixes)]),
  ]);
  return [
    ...found.flat().map(({ type, id: its, look }: Found) => ({ type, line: `${type} ${its}: ${look}` })),
    ...recordsOfSite(domain, records).map((record) => ({
      type: "aws_route53_record",
      line: `aws_route53_record ${record}`,
    })),
  ];
}

/** The domain in a stack's tags. */
export function domainOf({ json }: Pick<ProvingFolder, "json">): string {
  const provider = json.provider?.aws as
    | readonly { readonly default_tags?: readonly { readonly tags?: Readonly<Record<string, string>> }[] }[]
    | undefined;
  return provider?.[0]?.default_tags?.[0]?.tags?.[OWNER_TAGS.domain] ?? "";
}

/** `2 aws_subnet, 1 aws_vpc` */
export function typesIn(types: readonly string[]): string {
  return [...new Set(types)]
    .sort()
    .map((type) => `${types.filter((it) => it === type).length} ${type}`)
    .join(", ");
}
