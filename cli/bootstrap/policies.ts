import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RoleKind } from "./bootstrap-names";
import { type GitHub, subjectPrefix } from "./repository";

/**
 * The permissions of a role. In policies/, `<bucket>` and `<account>` are placeholders for the name of the state bucket
 * and the account id; they are replaced when the role is created.
 */
export interface Policy {
  readonly Version: "2012-10-17";
  readonly Statement: readonly PolicyStatement[];
}

export interface PolicyStatement {
  /** The purpose of the statement. */
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

/** The policy of the role, without placeholders. */
export function policyOf(
  kind: RoleKind,
  { account, bucket }: { readonly account: string; readonly bucket: string },
): Policy {
  const text = JSON.stringify(committedPolicy(kind));
  return JSON.parse(text.replaceAll("<account>", account).replaceAll("<bucket>", bucket)) as Policy;
}

/**
 * The workflows that can assume the role: those of all pull requests of a repository, or those that run on the deployed
 * branch.
 */
export function subjectOf(kind: RoleKind, github: GitHub): string {
  return `${subjectPrefix(github)}:${kind === "plan" ? "pull_request" : `ref:refs/heads/${github.branch}`}`;
}

/** Exactly one subject can assume the role: a pattern for the ids would match another repository with the name. */
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
