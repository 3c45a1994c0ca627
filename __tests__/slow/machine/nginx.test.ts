import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTarget } from "../../../cli/serve/targets";
import { settingsOf } from "../../../constructs/props/settings";
import { userDataFor } from "../../../constructs/user-data";
import { installNginx } from "../../../machine/setup/nginx";
import { targetProgram } from "../../../path/serve/nginx-configuration";
import { PROJECT } from "../../support/project";

/* The pinned package, from the package index. */

test("the pinned NGINX is installed, and serves this project's own page", async () => {
  const cacheDir = mkdtempSync(join(tmpdir(), "nginx-"));
  const folders = (process.env.PATH ?? "").split(":");
  try {
    const nginx = await installNginx({
      cacheDir,
      // Without the NGINX of this machine.
      env: { ...process.env, PATH: folders.filter((it) => !/sbin|homebrew|local\/bin/.test(it)).join(":") },
      requirementsFile: join(PROJECT, "rehearsal/nginx-requirements.txt"),
      python: process.env.PYTHON ?? "python3",
    });
    expect(nginx).toMatchObject({ executable: join(cacheDir, "nginx/nginx"), version: "1.31.3" });
    const userData = userDataFor(settingsOf("web", { domainName: "www.example.com" }));
    const target = await startTarget(targetProgram(userData), { id: "a", ports: [80], nginx });
    try {
      expect(target).toMatchObject({ kind: "nginx" });
      const response = await fetch(`http://127.0.0.1:${target.listens.get(80)}/health`);
      expect([response.status, await response.text()]).toEqual([200, "ok\n"]);
    } finally {
      await target.close();
    }
  } finally {
    rmSync(cacheDir, { recursive: true, force: true });
  }
});
