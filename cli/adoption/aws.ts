import { ACMClient } from "@aws-sdk/client-acm";
import { EC2Client } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient } from "@aws-sdk/client-iam";
import { Route53Client } from "@aws-sdk/client-route-53";
import { WorkFailed } from "../../machine/errors";
import type { Owner } from "./model";

/** AWS clients with the user's own credentials, in the stack's region. They only read. */
export interface Aws {
  readonly region: string;
  readonly ec2: EC2Client;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly acm: ACMClient;
  readonly iam: IAMClient;
  readonly route53: Route53Client;
}

export interface Tag {
  readonly Key?: string;
  readonly Value?: string;
}

export const OWNER_TAGS = { stack: "alb-web:stack", domain: "alb-web:domain" } as const;

/** Clients for a region. */
export function awsIn(region: string): Aws {
  const config = { region };
  return {
    region,
    ec2: new EC2Client(config),
    elb: new ElasticLoadBalancingV2Client(config),
    acm: new ACMClient(config),
    // IAM and Route 53 are global.
    iam: new IAMClient(config),
    route53: new Route53Client(config),
  };
}

/** Whether the tags are those of the owner. */
export function isOwned(tags: readonly Tag[] | undefined, owner: Owner): boolean {
  return valueOf(tags, OWNER_TAGS.stack) === owner.stack && valueOf(tags, OWNER_TAGS.domain) === owner.domain;
}

/** A tag's value; null if there is none. */
export function valueOf(tags: readonly Tag[] | undefined, key: string): string | null {
  return tags?.find(({ Key }) => Key === key)?.Value ?? null;
}

/** All items of all pages. */
export async function all<Page, Item>(
  pages: AsyncIterable<Page>,
  items: (page: Page) => readonly Item[] | undefined,
): Promise<Item[]> {
  const found: Item[] = [];
  for await (const page of pages) found.push(...(items(page) ?? []));
  return found;
}

/**
 * The response of AWS.
 * @throws {WorkFailed} with AWS's error, if the call fails
 */
export async function asked<T>(answer: Promise<T>): Promise<T> {
  return answer.catch((error: Error) => {
    throw new WorkFailed(
      `The resources on AWS cannot be read: ${error.name}: ${error.message}\nadopt uses the AWS credentials of this ` +
        "machine, even if the stack's runs use others.",
    );
  });
}
