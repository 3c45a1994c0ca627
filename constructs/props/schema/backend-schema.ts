import { type CloudBackendProps, PLACEHOLDER_BUCKET, type S3BackendProps } from "../backend-props";
import type { AnyOf } from "../shape";
import { isObject, issuesOf, object, type PropError, text, value } from "../values";
import { awsRegion } from "./aws-region-schema";
import { isBucketName } from "./bucket-names-schema";

export const backend = value<unknown>(
  (it) => it === "local" || isObject(it),
  'must be "local", { s3: { bucket } } or { cloud: { organization, workspace } }',
);
const remoteBackend = object<AnyOf<S3BackendProps | CloudBackendProps>>(
  {},
  {
    s3: object<S3BackendProps["s3"]>(
      {
        bucket: text(
          (it) => it === PLACEHOLDER_BUCKET || isBucketName(it),
          "must be a bucket name: 3 to 63 lowercase letters, digits, - and .",
        ),
      },
      {
        key: text(
          (it) => /^[\w!\-.*'()][\w!\-.*'()/]{0,500}$/.test(it) && !it.endsWith("/"),
          'must be an object key, such as "web/terraform.tfstate"',
        ),
        region: awsRegion(),
      },
    ),
    cloud: object<CloudBackendProps["cloud"]>(
      {
        organization: text(
          (it) => /^[A-Za-z0-9_-]{1,64}$/.test(it),
          "must be an organization name of 1 to 64 letters, digits, - and _",
        ),
        workspace: text(
          (it) => /^[A-Za-z0-9_-]{1,90}$/.test(it),
          "must be a workspace name of 1 to 90 letters, digits, - and _",
        ),
      },
      {
        hostname: text((it) => /^[a-z0-9.-]+(:\d{1,5})?$/.test(it), 'must be a host name, such as "app.terraform.io"'),
      },
    ),
  },
);

/** The errors of a backend that is not local. One schema covers both kinds, so that the error names the key. */
export function backendIssues(input: unknown): PropError[] {
  const given = isObject(input) ? input.backend : undefined;
  return isObject(given) ? issuesOf(remoteBackend, given, "backend.") : [];
}
