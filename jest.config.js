// Turns off the pinned AWS SDK's warning about future Node versions, which is not relevant in tests.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
// terraform and its provider run too briefly for garbage collection to pay off: without it, each needs a quarter less
// CPU time.
process.env.GOGC ??= "off";
process.env.GOMEMLIMIT ??= "1GiB";

module.exports = {
  testEnvironment: "node",
  globalSetup: "<rootDir>/__tests__/support/find-provider.ts",
  // More than the expected two cores, because tests that run terraform mostly wait; test:rest, which waits even more,
  // has 4.
  maxWorkers: 3,
  // On a busy machine, even a test of milliseconds can exceed jest's default of 5 s.
  testTimeout: 120_000,
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  testSequencer: "<rootDir>/__tests__/support/slowest-first.js",
  moduleFileExtensions: ["ts", "js", "json"],
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/.rehearsal"],
  transform: { "\\.ts$": "<rootDir>/__tests__/support/sucrase-transform.js" },
};
