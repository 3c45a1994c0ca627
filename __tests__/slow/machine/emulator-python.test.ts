import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findEmulatorPython } from "../../../machine/setup/emulator-python";
import { PROJECT } from "../../support/project";

/** pip fetches about 25 packages. */
const INSTALL_TIMEOUT_MS = 300_000;

// Needs a Python of at least 3.10 on PATH, and its package index.
test(
  "makes a Python that runs the emulator from the project's requirements",
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "emulator-python-all-"));
    try {
      // A Python that has nothing installed: a moto that happens to be on this machine would make this test trivial.
      const bare = join(folder, "bare");
      execFileSync("python3", ["-m", "venv", "--without-pip", bare]);
      const env = { ...process.env, PATH: join(bare, process.platform === "win32" ? "Scripts" : "bin") };
      const cacheDir = join(folder, "a folder with a space");
      const requirementsFile = join(PROJECT, "rehearsal/requirements.txt");
      const python = await findEmulatorPython({ cacheDir, env, requirementsFile });
      expect(python.startsWith(cacheDir)).toBe(true);
      expect(await findEmulatorPython({ cacheDir, env, requirementsFile })).toBe(python);

      const load = "import moto.ec2, moto.elbv2, moto.acm, moto.route53, moto.sts, moto.s3, moto.iam, moto.ssm";
      const more = "import moto.autoscaling, moto.logs, moto.moto_server.werkzeug_app; print('loaded')";
      expect(execFileSync(python, ["-c", `${load}\n${more}`], { encoding: "utf8" }).trim()).toBe("loaded");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
  INSTALL_TIMEOUT_MS,
);
