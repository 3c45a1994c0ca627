import { isPlaceholder, resourcesOf, type StackJson } from "./stack-files";

/** terraform reads files that end in `_override.tf.json` after the others, and they take precedence. */
export const OVERRIDE_FILE = "rehearsal_override.tf.json";

const STATE_BUCKET = "alb-web-rehearsal-state";

/**
 * Where a rehearsed stack stores its state: in its own bucket, or in a bucket of the rehearsal if it has none.
 */
export function stateLocation(stackId: string, stack: StackJson): { bucket: string; key: string; region: string } {
  const {
    bucket = STATE_BUCKET,
    key = `${stackId}/terraform.tfstate`,
    region = "us-east-1",
  } = stack.terraform?.backend?.s3 ?? {};
  return { bucket: isPlaceholder(bucket) ? STATE_BUCKET : bucket, key, region };
}

/**
 * The only differences between a rehearsal and a deploy: the state is in S3 on the local AWS, with S3's lock, and the
 * load balancer has no deletion protection. Endpoint and keys come from the environment.
 */
export function overrideFor(stackId: string, stack: StackJson): object {
  const protectedBalancers = resourcesOf(stack, "aws_lb").filter(
    (balancer) => balancer.arguments.enable_deletion_protection !== false,
  );
  const withoutProtection = protectedBalancers.map(({ address }) => [
    address.split(".")[1],
    { enable_deletion_protection: false },
  ]);
  return {
    "//": "Written by npm run rehearse into a copy of the stack; see rehearsal/override.ts",
    terraform: {
      backend: { s3: { ...stateLocation(stackId, stack), encrypt: true, use_lockfile: true, use_path_style: true } },
    },
    ...(withoutProtection.length > 0 ? { resource: { aws_lb: Object.fromEntries(withoutProtection) } } : {}),
  };
}
