import { isPlaceholder, resourcesOf, type StackJson } from "./stack-files";

/** terraform reads files that end in `_override.tf.json` after the others and lets them win. */
export const OVERRIDE_FILE = "rehearsal_override.tf.json";

const STATE_BUCKET = "alb-web-rehearsal-state";

/**
 * Where a rehearsed stack keeps its state: the bucket it names itself, or, while it names none, one of the rehearsal's.
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
 * All that differs between what is rehearsed and what would be deployed: the state lies in S3 on the local AWS,
 * locked as a team's would be, and the load balancer can be deleted again. Endpoint and keys come from the environment.
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
