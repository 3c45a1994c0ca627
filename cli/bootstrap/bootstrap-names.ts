/** The key of the bucket's own state. */
export const STATE_KEY = "bootstrap/terraform.tfstate";

/** The tag on everything that bootstrap creates; its value is the name of the bucket. */
export const OWNER_TAG = "alb-web:bootstrap";
/** Tags of the roles: their repository and branch, so that a run without `--github` can keep them as they are. */
export const REPOSITORY_TAG = "alb-web:repository";
export const BRANCH_TAG = "alb-web:branch";

/** The role that plans, the one that stores records of plans, and the one that deploys. */
export const ROLES = { plan: "alb-web-plan", keep: "alb-web-keep", deploy: "alb-web-deploy" } as const;
export type RoleKind = keyof typeof ROLES;
export const ROLE_KINDS: readonly RoleKind[] = ["plan", "keep", "deploy"];

/** The issuer of the tokens of GitHub's workflows. An account can have one provider for it. */
export const GITHUB_TOKENS = "token.actions.githubusercontent.com";

export function roleArn(account: string, kind: RoleKind): string {
  return `arn:aws:iam::${account}:role/${ROLES[kind]}`;
}

export function githubTokensArn(account: string): string {
  return `arn:aws:iam::${account}:oidc-provider/${GITHUB_TOKENS}`;
}
