/** The key of the bucket's own state. */
export const STATE_KEY = "bootstrap/terraform.tfstate";

/** The tag that everything of a bootstrap carries; its value is the bucket's name. */
export const OWNER_TAG = "alb-web:bootstrap";
/** Tags of the roles: what they are for, so that a run without `--github` can leave it as it is. */
export const REPOSITORY_TAG = "alb-web:repository";
export const BRANCH_TAG = "alb-web:branch";

/** The role that plans, the one that keeps what a plan does, and the one that deploys. */
export const ROLES = { plan: "alb-web-plan", keep: "alb-web-keep", deploy: "alb-web-deploy" } as const;
export type RoleKind = keyof typeof ROLES;
export const ROLE_KINDS: readonly RoleKind[] = ["plan", "keep", "deploy"];

/** Who vouches for GitHub's workflows. An account can have it once. */
export const GITHUB_TOKENS = "token.actions.githubusercontent.com";

export function roleArn(account: string, kind: RoleKind): string {
  return `arn:aws:iam::${account}:role/${ROLES[kind]}`;
}

export function githubTokensArn(account: string): string {
  return `arn:aws:iam::${account}:oidc-provider/${GITHUB_TOKENS}`;
}
