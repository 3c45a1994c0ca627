import { largePlan } from "./many-sites";
import { measure, type Sized } from "./meter";

/*
 * npm run bench:trace: the cost of tracing a large plan, as a whole process, without that of an empty node and compared
 * with JSON.parse of the same file.
 */

const sized = (size: number): Sized => {
  const { plan, sites } = largePlan(size);
  return { plan, look: (stdout) => expectPaths(stdout, sites) };
};
process.exitCode = measure("trace", sized, { seconds: 1.3, megabytes: 500, growth: 1.4 }) ? 0 : 1;

/** Ensures that the command really traced the plan. */
function expectPaths(stdout: string, sites: number): void {
  const { verdict, paths } = JSON.parse(stdout) as { verdict: string; paths: readonly { url: string }[] };
  const names = new Set(paths.map(({ url }) => new URL(url).hostname));
  if (verdict !== "ok" || names.size !== sites)
    throw new Error(`expected ${sites} names that are ok, got ${names.size} and ${verdict}`);
}
