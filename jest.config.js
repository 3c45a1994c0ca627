// Pinned with its plans for later versions of Node; nothing that a test's reader need see.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

module.exports = {
  // A limit for what hangs; no test may depend on how fast the machine is.
  testTimeout: 120_000,
  testEnvironment: "node",
  globalSetup: "<rootDir>/__tests__/support/find-provider.ts",
  // Tests that run terraform mostly wait, so both cores stay busy; the default would leave one out.
  maxWorkers: 2, // test:rest, which waits even more, has 3
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  moduleFileExtensions: ["ts", "js", "json"],
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/.rehearsal"],
  transform: { "\\.ts$": "<rootDir>/__tests__/support/sucrase-transform.js" },
};
