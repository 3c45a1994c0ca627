import { CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, type TerraformStack } from "cdktf";
import {
  type CloudBackendProps,
  PLACEHOLDER_BUCKET,
  type S3BackendProps,
  type StateLocation,
} from "./props/backend-props";

/**
 * Versions of terraform and OpenTofu that deploy a stack: those with S3's native lock (`use_lockfile`). Others refuse
 * it in one sentence.
 */
export const TERRAFORM_VERSIONS = ">= 1.10.0";

/** Where terraform keeps the stack's state; never an absolute path, so that the JSON is the same on every machine. */
export function keepState(stack: TerraformStack, location: StateLocation): void {
  if ("local" in location) {
    new LocalBackend(stack, location.local);
  } else if ("cloud" in location) {
    const { organization, workspace, hostname } = location.cloud;
    new CloudBackend(stack, { organization, hostname, workspaces: new NamedCloudWorkspace(workspace) });
  } else {
    const backend = new S3Backend(stack, { ...location.s3, encrypt: true });
    // cdktf's own props lack S3's native lock.
    backend.addOverride("use_lockfile", true);
  }
}

/**
 * What to change about where the state lies before somebody depends on it; cdktf shows it with every synth, diff and
 * deploy.
 * @param backend as the stack's props have it
 */
export function stateWarning(
  stackId: string,
  backend: "local" | S3BackendProps | CloudBackendProps | undefined,
): string | undefined {
  if (backend === undefined) {
    return (
      `backend is not set: the state is kept on this machine only, in terraform.${stackId}.tfstate. Write ` +
      `backend: { s3: { bucket: "…", region: "…" } } and run npx alb-web bootstrap, or write backend: "local" to ` +
      "keep it here."
    );
  }
  if (backend === "local" || !("s3" in backend) || backend.s3.bucket !== PLACEHOLDER_BUCKET) return undefined;
  return (
    `backend.s3.bucket is the placeholder ${PLACEHOLDER_BUCKET}. Before the first deploy, write a bucket name of ` +
    "your own and run npx alb-web bootstrap."
  );
}
