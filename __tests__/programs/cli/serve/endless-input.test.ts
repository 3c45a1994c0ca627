import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { PROJECT } from "../../../support/project";

it("refuses a device, which could have no end", () => {
  const { status, stderr } = spawnSync(process.execPath, [join(PROJECT, "cli/alb-web.js"), "serve", "/dev/zero"], {
    encoding: "utf8",
    timeout: 20_000,
  });
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/^\/dev\/zero: expected .* got a device; pass a file\.\n$/),
  ]);
});
