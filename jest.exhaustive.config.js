// npm run test:exhaustive: every test, and every case of the tests that otherwise run a sample
// (__tests__/support/sample.ts).
const config = require("./jest.config.js");

process.env.ALB_WEB_TESTS = "exhaustive";

module.exports = { ...config, testMatch: [...config.testMatch, "<rootDir>/__tests__/slow/cli/crash.twenty.ts"] };
