/**
 * The bucket name in `main.ts` of a new clone, to be replaced by your own. It is not a valid bucket name, because it is
 * upper case, so nobody can own it.
 */
export const PLACEHOLDER_BUCKET = "CHANGE-ME";

/** State in S3, locked by S3 itself (Terraform 1.10 and later). */
export interface S3BackendProps {
  readonly s3: {
    /**
     * The name of the state bucket; `npx alb-web bootstrap` creates it before the first deploy. `CHANGE-ME` is a
     * placeholder: the stack synthesizes with a warning and can be rehearsed, but not deployed.
     */
    readonly bucket: string;
    /**
     * The object key of the state; each stack needs its own.
     * @default "<stack id>/terraform.tfstate"
     */
    readonly key?: string;
    /**
     * The region of the bucket.
     * @default - the stack's region
     */
    readonly region?: string;
  };
}

/** State and runs in Terraform Cloud (HCP Terraform) or a server with the same API. */
export interface CloudBackendProps {
  readonly cloud: {
    /** The name of the organization, 1 to 64 letters, digits, `-` and `_`. */
    readonly organization: string;
    /** The name of the workspace, 1 to 90 letters, digits, `-` and `_`; each stack needs its own. */
    readonly workspace: string;
    /**
     * The host name of the server, with or without a port.
     * @default "app.terraform.io"
     */
    readonly hostname?: string;
  };
}

/** Where the state is stored. */
export type StateLocation =
  | { readonly local: { readonly path: string } }
  | { readonly s3: Required<S3BackendProps["s3"]> }
  | { readonly cloud: Required<CloudBackendProps["cloud"]> };
