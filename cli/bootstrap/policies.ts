import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RoleKind } from "./bootstrap-names";
import { type GitHub, subjectPrefix } from "./repository";

/**
 * What a role may do. In the files beside, `<bucket>` and `<account>` stand for the state bucket's name and the
 * account's number; they are filled in when the role is made.
 */
export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  /** What the statement is for. */
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The committed policy of a role, with its placeholders. */
export function committedPolicy(kind: RoleKind): Policy {
  return JSON.parse(readFileSync(join(__dirname, "policies", `${kind}.json`), "utf8")) as Policy;
}

/** The policy as the role gets it. */
export function policyOf(
  kind: RoleKind,
  { account, bucket }: { readonly account: string; readonly bucket: string },
): Policy {
  const text = JSON.stringify(committedPolicy(kind));
  return JSON.parse(text.replaceAll("<account>", account).replaceAll("<bucket>", bucket)) as Policy;
}

/**
 * Which workflows may take the role: all pull requests' of a repository, or those that run on the branch that is
 * deployed.
 */
export function subjectOf(kind: RoleKind, github: GitHub): string {
  return `${subjectPrefix(github)}:${kind === "plan" ? "pull_request" : `ref:refs/heads/${github.branch}`}`;
}

/** Exactly one subject may take the role: a pattern of ids would let another repository of the same name in. */
export function trustOf(kind: RoleKind, provider: string, tokens: string, github: GitHub): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: provider },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: { [`${tokens}:aud`]: "sts.amazonaws.com", [`${tokens}:sub`]: subjectOf(kind, github) },
        },
      },
    ],
  };
}
