import { createHash } from "node:crypto";

/** What identifies a stack in the account; names are derived from it. */
export interface Owner {
  readonly stackId: string;
  readonly domainName: string;
  readonly region: string;
}

/** ELB rejects longer names, for load balancers and target groups alike. */
const MAX_ELB_NAME = 32;
/** The provider appends 26 characters to a prefix. */
const MAX_ELB_PREFIX = 6;
/** IAM appends 26 characters to a prefix and rejects names longer than 64. */
const MAX_IAM_PREFIX = 38;
const HASH_LENGTH = 8;

/**
 * `tg-<stack id>-<hash>`: readable, at most 32 characters, and different for each owner and each value in `alsoOf`.
 */
export function targetGroupName(owner: Owner, alsoOf: readonly (string | number)[] = []): string {
  const hash = hashOf([owner.stackId, owner.domainName, owner.region, ...alsoOf]);
  return ["tg", slug(owner.stackId, MAX_ELB_NAME - "tg--".length - HASH_LENGTH), hash].filter(Boolean).join("-");
}

/**
 * The beginning of the stack's id; the provider adds a suffix that makes the name unique. A load balancer whose
 * creation was interrupted therefore does not block its successor.
 */
export function loadBalancerNamePrefix({ stackId }: Owner): string {
  return `${slug(stackId, MAX_ELB_PREFIX - 1) || "alb"}-`;
}

/** A suffix that makes the names of two stacks in one VPC different. */
export function ownerSuffix(owner: Owner): string {
  return `-${hashOf([owner.stackId, owner.domainName, owner.region])}`;
}

/** The prefix for the role and the instance profile; IAM adds a suffix that makes the name unique. */
export function iamNamePrefix(owner: Owner): string {
  return `${["alb-web", slug(owner.stackId, MAX_IAM_PREFIX - "alb-web--".length)].filter(Boolean).join("-")}-`;
}

/** Escapes text for terraform, in which `${` and `%{` begin an expression. */
export function literal(text: string): string {
  return text.replace(/[$%](?=\{)/g, "$&$&");
}

function hashOf(values: readonly (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(values)).digest("hex").slice(0, HASH_LENGTH);
}

function slug(text: string, maxLength: number): string {
  return text
    .replace(/[^A-Za-z0-9]+/g, "-")
    .slice(0, maxLength)
    .replace(/^-+|-+$/g, "");
}
