import { CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, type TerraformStack } from "cdktf";

/**
 * What `main.ts` names as cloned. No bucket's name has upper case, so it is nobody's; whoever deploys writes their own.
 */
export const PLACEHOLDER_BUCKET = "CHANGE-ME";

/**
 * Versions of terraform and OpenTofu that deploy a stack: those with S3's native lock (`use_lockfile`). Others refuse
 * it in one sentence.
 */
export const TERRAFORM_VERSIONS = ">= 1.10.0";

/** State in S3, locked by S3 itself ({@link TERRAFORM_VERSIONS}). */
export interface S3BackendProps {
  readonly s3: {
    /**
     * The bucket. `npm run bootstrap` creates it before the first deploy. `CHANGE-ME` stands for a name that is still
     * to be chosen: the stack synthesizes with a warning and can be rehearsed, not deployed.
     */
    readonly bucket: string;
    /**
     * The object's key; every stack needs its own.
     * @default "<stack id>/terraform.tfstate"
     */
    readonly key?: string;
    /**
     * The bucket's region.
     * @default - the stack's region
     */
    readonly region?: string;
  };
}

/** State and runs in Terraform Cloud (HCP Terraform) or a server that speaks its API. */
export interface CloudBackendProps {
  readonly cloud: {
    readonly organization: string;
    /** The workspace; every stack needs its own. */
    readonly workspace: string;
    /**
     * Host name of the server.
     * @default "app.terraform.io"
     */
    readonly hostname?: string;
  };
}

/** Where the state lies. */
export type StateLocation =
  | { readonly local: { readonly path: string } }
  | { readonly s3: Required<S3BackendProps["s3"]> }
  | { readonly cloud: Required<CloudBackendProps["cloud"]> };

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
      `backend: { s3: { bucket: "…", region: "…" } } and run npm run bootstrap, or write backend: "local" to ` +
      "keep it here."
    );
  }
  if (backend === "local" || !("s3" in backend) || backend.s3.bucket !== PLACEHOLDER_BUCKET) return undefined;
  return (
    `backend.s3.bucket is the placeholder ${PLACEHOLDER_BUCKET}. Before the first deploy, write a bucket name of ` +
    "your own and run npm run bootstrap."
  );
}
