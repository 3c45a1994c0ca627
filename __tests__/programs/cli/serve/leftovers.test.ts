import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROJECT } from "../../../support/project";

it("removes what a killed command left in the temporary folder", () => {
  const room = mkdtempSync(join(tmpdir(), "alb-web-leftovers-"));
  const leftover = join(room, "alb-web-serve-1-abcdef");
  mkdirSync(leftover);
  writeFileSync(join(leftover, ".in-use"), "");
  writeFileSync(join(room, "state.json"), '{"format_version":"1.0","terraform_version":"1.11.4","values":{}}');
  const args = [join(PROJECT, "cli/alb-web.js"), "serve", join(room, "state.json")];
  const { status } = spawnSync(process.execPath, args, { env: { ...process.env, TMPDIR: room, TEMP: room } });
  expect([status, existsSync(leftover)]).toEqual([2, false]);
  rmSync(room, { recursive: true });
});
