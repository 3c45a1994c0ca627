const { basename } = require("node:path");
const Sequencer = require("@jest/test-sequencer").default;

/**
 * Files that take more than a minute, in the order in which they begin, so that none of them is left to run alone at the end; those that
 * mostly wait and those that mostly compute take turns. jest knows of such only what an earlier run left in its cache.
 */
const SLOWEST = [
  "rehearsal.terraform",
  "validate.terraform", // of npm test
  "first-deploy.all",
  "cdktf-cli.all",
  "surroundings.all",
  "choices.all",
  "changing-a-site.all",
  "mutants.all",
  "cloud-site.all",
  "review-changes.all",
  "state-s3.all",
  "crash.all",
  "opentofu.all",
  "policies.all",
  "topologies.all",
  "crash-twice.all",
  "prove.all",
  "adopt.all",
  "edits.all",
  "rehearse-command.all",
  "bootstrap.all",
  "bootstrap-rights.all",
  "node-versions.all",
  "cloud-plan.all",
  "workflows.all",
];

module.exports = class SlowestFirst extends Sequencer {
  static SLOWEST = SLOWEST;

  sort(tests) {
    const rank = ({ path }) => {
      const index = SLOWEST.indexOf(basename(path, ".test.ts"));
      return index < 0 ? SLOWEST.length : index;
    };
    // What is not named keeps jest's own order.
    return [...super.sort(tests)].sort((one, other) => rank(one) - rank(other));
  }
};
