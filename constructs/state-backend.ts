import { CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, type TerraformStack } from "cdktf";
import {
  type CloudBackendProps,
  PLACEHOLDER_BUCKET,
  type S3BackendProps,
  type StateLocation,
} from "./props/backend-props";

/**
 * The versions of terraform and OpenTofu that can deploy a stack: those with S3's native lock (`use_lockfile`). Older
 * ones stop with an error about the version.
 */
export const TERRAFORM_VERSIONS = ">= 1.10.0";

/**
 * Sets where terraform stores the stack's state. The path is never absolute, so that the JSON is the same on every
 * machine.
 */
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
 * A warning about where the state is stored, which cdktf shows with every synth, diff and deploy.
 * @param backend the stack's prop
 */
export function stateWarning(
  stackId: string,
  backend: "local" | S3BackendProps | CloudBackendProps | undefined,
): string | undefined {
  if (backend === undefined) {
    return (
      `backend is not set: the state is stored on this machine only, in terraform.${stackId}.tfstate. Set ` +
      `backend: { s3: { bucket: "…", region: "…" } } and run npx alb-web bootstrap, or set backend: "local" to ` +
      "store it here."
    );
  }
  if (backend === "local" || !("s3" in backend) || backend.s3.bucket !== PLACEHOLDER_BUCKET) return undefined;
  return (
    `backend.s3.bucket is the placeholder ${PLACEHOLDER_BUCKET}. Before the first deploy, set your own bucket ` +
    "name and run npx alb-web bootstrap."
  );
}
