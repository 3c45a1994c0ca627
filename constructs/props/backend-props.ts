/**
 * What `main.ts` names as cloned. No bucket's name has upper case, so it is nobody's; whoever deploys writes their own.
 */
export const PLACEHOLDER_BUCKET = "CHANGE-ME";

/** State in S3, locked by S3 itself (terraform 1.10 and later). */
export interface S3BackendProps {
  readonly s3: {
    /**
     * The bucket. `npx alb-web bootstrap` creates it before the first deploy. `CHANGE-ME` stands for a name that is
     * still to be chosen: the stack synthesizes with a warning and can be rehearsed, not deployed.
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
