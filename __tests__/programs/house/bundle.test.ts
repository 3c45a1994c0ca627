import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { BUNDLE, bundled, LICENSES } from "../../../bundle/build";
import { PROJECT } from "../../support/project";

/* bundle/alb-web.js, which the action runs, and the package. */

test("is what the sources give; npm run bundle writes it again", async () => {
  const { code, licenses } = await bundled();
  // Not toBe, which would print both of them.
  if (readFileSync(BUNDLE, "utf8") !== code) throw new Error("bundle/alb-web.js is stale: npm run bundle");
  expect(readFileSync(LICENSES, "utf8")).toBe(licenses);
});

test("has no path of the machine that made it", () => {
  const code = readFileSync(BUNDLE, "utf8");
  expect(code.includes(PROJECT)).toBe(false);
});

test.each([["trace"], ["review"], ["explain"], ["post-review"]])("runs %s", (command) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUNDLE, command, "--help"], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toContain(`Usage: alb-web ${command}`);
});
