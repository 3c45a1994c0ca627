import { CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, type TerraformStack } from "cdktf";

/** State in S3, locked by S3 itself (terraform 1.10 or later). */
export interface S3BackendProps {
  readonly s3: {
    /** The bucket; it must exist. */
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
    // cdktf's own props lack S3's native lock (terraform 1.10 or later).
    backend.addOverride("use_lockfile", true);
  }
}
