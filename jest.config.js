module.exports = {
  // Tests that run terraform mostly wait, so both cores stay busy; the default would leave one out.
  maxWorkers: 2,
  testEnvironment: "node",
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  moduleFileExtensions: ["ts", "js", "json"],
  modulePathIgnorePatterns: ["<rootDir>/cdktf.out", "<rootDir>/.rehearsal"],
  transform: { "\\.ts$": "<rootDir>/__tests__/support/sucrase-transform.js" },
};
