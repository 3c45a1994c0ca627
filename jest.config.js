// Pinned with its plans for later versions of Node; nothing that a test's reader need see.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
// terraform and its provider, which each command starts, live too briefly to collect garbage before they have a lot of
// it: a quarter less work for each.
process.env.GOGC ??= "off";
process.env.GOMEMLIMIT ??= "1GiB";

module.exports = {
  testEnvironment: "node",
  globalSetup: "<rootDir>/__tests__/support/find-provider.ts",
  // Tests that run terraform mostly wait, so more than there are cores, of which two are expected; test:rest, which
  // waits even more, has 4.
  maxWorkers: 3,
  // A busy machine is no fault; jest's 5 s are less than a test of milliseconds can take there.
  testTimeout: 120_000,
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  testSequencer: "<rootDir>/__tests__/support/slowest-first.js",
  moduleFileExtensions: ["ts", "js", "json"],
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/.rehearsal"],
  transform: { "\\.ts$": "<rootDir>/__tests__/support/sucrase-transform.js" },
};
