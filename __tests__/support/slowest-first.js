const { relative, resolve } = require("node:path");

const Sequencer = require("@jest/test-sequencer").default;

/**
 * Files that take more than a minute, in the order in which they begin, so that none of them is left to run alone at
 * the end; those that mostly wait and those that mostly compute take turns. jest itself knows only the durations in its
 * cache.
 */
const SLOWEST = [
  "terraform/rehearsal/rehearsal",
  "terraform/constructs/validate", // of npm test
  "slow/cli/first-deploy",
  "slow/cli/cdktf-cli",
  "slow/rehearsal/surroundings",
  "slow/constructs/choices",
  "slow/constructs/changing-a-site",
  "slow/path/mutants",
  "slow/cli/cloud-site",
  "slow/path/review/review-changes",
  "slow/cli/state-s3",
  "slow/cli/crash",
  "slow/house/opentofu",
  "slow/cli/policies",
  "slow/topology/topologies",
  "slow/cli/crash-twice",
  "slow/cli/prove",
  "slow/cli/adopt",
  "slow/cli/edits",
  "slow/rehearsal/rehearse-command",
  "slow/cli/bootstrap",
  "slow/cli/bootstrap-rights",
  "slow/house/node-versions",
  "slow/cli/cloud-plan",
  "slow/cli/workflows",
];

const TESTS = resolve(__dirname, "..");

module.exports = class SlowestFirst extends Sequencer {
  static SLOWEST = SLOWEST;

  sort(tests) {
    const rank = ({ path }) => {
      const index = SLOWEST.indexOf(
        relative(TESTS, path)
          .replaceAll("\\", "/")
          .replace(/\.test\.ts$/, ""),
      );
      return index < 0 ? SLOWEST.length : index;
    };
    // Other files keep jest's order.
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
};
