import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand, writeResult } from "../../../cli/command";
import { synthesize } from "../../../cli/project/synthesize";
import { SetupError, UsageError, WorkFailed } from "../../../machine/errors";
import { writeFile } from "../../../machine/files/write-file";
import { refusalIn, systemRefusal } from "../../../machine/system-refusals";
import { knownError } from "../../../machine/terraform/errors/terraform-errors";
import { fullDevice } from "../../support/full-device";
import { PROJECT } from "../../support/project";

/* What the operating system refuses is one sentence and exit code 1, and no internal error. */

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-full-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As Node makes it. */
const errorOf = (code: string, syscall: string, path?: string) =>
  Object.assign(new Error(`${code}: in its own words, ${syscall}`), { code, syscall, path });

describe("an error of the operating system", () => {
  test.each([
    [
      "ENOSPC",
      "write",
      "/d/f",
      "/d/f cannot be written: no space left on device (ENOSPC). Free some space on the disk of /d, then run " +
        "the command again.",
    ],
    [
      "EDQUOT",
      "write",
      "/d/f",
      "/d/f cannot be written: disk quota exceeded (EDQUOT). Free some space on the disk of /d, or raise the " +
        "quota, then run the command again.",
    ],
    [
      "EFBIG",
      "write",
      "/d/f",
      "/d/f cannot be written: file too large (EFBIG). Raise the limit of a file's size (ulimit -f), then run " +
        "the command again.",
    ],
    [
      "EROFS",
      "mkdir",
      "/d/f",
      "/d/f cannot be created: read-only file system (EROFS). Make /d writable, or use a checkout and a TMPDIR " +
        "that are, then run the command again.",
    ],
    [
      "EACCES",
      "open",
      "/d/f",
      "/d/f cannot be opened: permission denied (EACCES). Grant this user the permission, then run the " +
        "command again.",
    ],
    [
      "EPERM",
      "unlink",
      "/d/f",
      "/d/f cannot be removed: operation not permitted (EPERM). Grant this user the permission, then run " +
        "the command again.",
    ],
    [
      "EMFILE",
      "open",
      "/d/f",
      "/d/f cannot be opened: too many open files (EMFILE). Raise the limit of open files (ulimit -n), then " +
        "run the command again.",
    ],
    [
      "ENFILE",
      "scandir",
      "/d/f",
      "/d/f cannot be read: too many open files in the system (ENFILE). Close other programs, then run the " +
        "command again.",
    ],
    [
      "ENOTDIR",
      "mkdir",
      "/d/f",
      "/d/f cannot be created: not a directory (ENOTDIR). Move the file that is in the place of a folder, then " +
        "run the command again.",
    ],
    [
      "EIO",
      "read",
      "/d/f",
      "/d/f cannot be read: input/output error (EIO). Check the disk, then run the command again.",
    ],
    [
      "ENOTSUP",
      "",
      undefined,
      "A file cannot be opened: operation not supported (ENOTSUP). Use a checkout and a TMPDIR on file systems " +
        "that support locks, then run the command again.",
    ],
    [
      "ENOLCK",
      "",
      undefined,
      "A file cannot be opened: no locks available (ENOLCK). Use a checkout and a TMPDIR on file systems that " +
        "support locks, then run the command again.",
    ],
  ])("%s of %s is a sentence that says what, why and what to do", (code, syscall, path, sentence) => {
    expect(systemRefusal(errorOf(code, syscall, path))).toBe(sentence);
  });

  test("of another kind, or about something else than a file, is an error of ours", () => {
    for (const error of [
      errorOf("ENOENT", "open", "/d/f"),
      errorOf("EPERM", "kill"),
      errorOf("EACCES", "connect"),
      new TypeError("EACCES"),
      "ENOSPC",
      undefined,
    ])
      expect(systemRefusal(error)).toBeUndefined();
  });

  test("in any command ends it with 1", async () => {
    let said = "";
    jest.spyOn(process.stderr, "write").mockImplementation((text) => ((said += String(text)), true));
    await runCommand(() => Promise.reject(errorOf("ENOSPC", "write", "/d/f")));
    const { exitCode } = process;
    jest.restoreAllMocks();
    process.exitCode = undefined;
    expect([exitCode, said]).toEqual([
      1,
      "/d/f cannot be written: no space left on device (ENOSPC). Free some space on the disk of /d, then run " +
        "the command again.\n",
    ]);
  });

  test("names TMPDIR where that is no folder", () => {
    const script =
      `const { runCommand } = require("./cli/command"); void runCommand(() => ` +
      `require("node:fs/promises").mkdtemp(process.env.TMPDIR + "/x"));`;
    const { status, stderr } = spawnSync(process.execPath, ["-r", "./cli/typescript.js", "-e", script], {
      cwd: PROJECT,
      env: { ...process.env, TMPDIR: join(folder, "missing") },
      encoding: "utf8",
    });
    expect([status, stderr]).toEqual([1, `TMPDIR must name a folder that exists (got ${join(folder, "missing")})\n`]);
  });
});

describe("a full disk", () => {
  test("is reported with the file that Node omits", async () => {
    const file = join(folder, "file");
    symlinkSync(fullDevice(), file);
    const error = await writeFile(file, "text").catch((it: unknown) => it);
    expect(systemRefusal(error)).toBe(
      `${file} cannot be written: no space left on device (ENOSPC). Free some space on the disk of ${folder}, ` +
        "then run the command again.",
    );
    expect(systemRefusal(await writeResult("text", file).catch((it: unknown) => it))).toContain(
      `${file} cannot be written: no space left`,
    );
  });

  test("under --out of a trace is a sentence and 1, as the shell sees it", () => {
    const state = join(folder, "empty.json");
    writeFileSync(
      state,
      JSON.stringify({ format_version: "1.0", terraform_version: "1.11.4", values: { root_module: {} } }),
    );
    const { status, stderr } = spawnSync(process.execPath, ["cli/alb-web.js", "trace", state, "--out", fullDevice()], {
      cwd: PROJECT,
      encoding: "utf8",
    });
    expect([status, stderr.trimEnd().split("\n").at(-1)]).toEqual([
      1,
      `${fullDevice()} cannot be written: no space left on device (ENOSPC). Free some space on the disk of ` +
        "/dev, then run the command again.",
    ]);
  });

  test("that takes no line for a person changes no exit code", () => {
    const script =
      `const { runCommand, say } = require("./cli/command"); const { UsageError } = ` +
      `require("./machine/errors"); say("a line"); setTimeout(() => ` +
      `runCommand(() => Promise.reject(new UsageError("wrong"))), 50);`;
    const { status } = spawnSync(
      "sh",
      ["-c", `exec "$1" -r ./cli/typescript.js -e "$2" 2> ${fullDevice()}`, "sh", process.execPath, script],
      { cwd: PROJECT },
    );
    expect(status).toBe(2);
  });
});

describe("what another program says of a full disk", () => {
  const of = (place: string) => `${place} cannot be written: no space left on device (ENOSPC).`;

  test.each([
    ["terraform", "Error: Failed to install provider\n\nwrite /cache/x: no space left on device", of("/cache/x")],
    ["Node", "Error: ENOSPC: no space left on device, open '/out/manifest.json'\n    at x", of("/out/manifest.json")],
    ["Node, of a file that is open", "Error: ENOSPC: no space left on device, write", of("A file")],
    [
      "pip",
      "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device: '/home/x y/z'",
      of("/home/x y/z"),
    ],
    ["Python", "OSError: [Errno 28] No space left on device", of("A file")],
    ["a quota's program", "open /a/b: Disk quota exceeded", "/a/b cannot be written: disk quota exceeded (EDQUOT)."],
  ])("%s: is that sentence", (_who, said, sentence) => {
    expect(refusalIn(said)).toMatch(
      new RegExp(`^${sentence.replace(/[.()/]/g, "\\$&")} Free some space on .*, then run the command again\\.$`),
    );
  });

  test("of other things that the system refuses it is a sentence in Node's words only", () => {
    expect(refusalIn("[Error: EROFS: read-only file system, open '/out/cdk.tf.json'] {\n  code: 'EROFS'")).toMatch(
      /^\/out\/cdk\.tf\.json cannot be opened: read-only file system \(EROFS\)\./,
    );
    expect(refusalIn("open /out/x: read-only file system")).toBeUndefined();
    expect(refusalIn("Error: connect EACCES 1.2.3.4:443\nError: EACCES: permission denied, connect")).toBeUndefined();
  });

  test("nothing: is no sentence", () => {
    expect(refusalIn("Error: there was no space left on devices\nopen /a: permission denied")).toBeUndefined();
  });

  test("is read where terraform breaks and frames its lines", () => {
    expect(
      knownError("╷\n│ Error: Failed to install\n│ \n│ write /cache/x: no space left\n│ on device\n╵", folder),
    ).toContain(of("/cache/x"));
  });

  test("comes after the state that could not be stored", () => {
    expect(
      knownError(
        'Error: Failed to persist state: no space left on device\nThe state was written to "errored.tfstate"',
        folder,
      ),
    ).toMatch(/^terraform could not store the state/);
  });

  test("ends a command with 1 that knows nothing of it", async () => {
    const codes: unknown[] = [];
    jest.spyOn(process.stderr, "write").mockImplementation(() => true);
    for (const error of [
      new Error(
        "local AWS: '/python' ended before it was ready (exit code 1); its output:\nOSError: [Errno 28] No space " +
          "left on device",
      ),
      new WorkFailed("x"),
      new SetupError("x"),
      new UsageError("x"),
      new Error("x"),
    ]) {
      await runCommand(() => Promise.reject(error));
      codes.push(process.exitCode);
    }
    jest.restoreAllMocks();
    process.exitCode = undefined;
    expect(codes).toEqual([1, 1, 1, 2, 70]);
  });

  test("and main.ts with it, is not for main.ts to correct", async () => {
    writeFileSync(
      join(folder, "cdktf.json"),
      JSON.stringify({ app: `"${process.execPath}" -e "require('node:fs').writeFileSync('${fullDevice()}', 'x')"` }),
    );
    const error = await synthesize(folder, join(folder, "out")).catch((it: unknown) => it);
    expect(error).toBeInstanceOf(WorkFailed);
    expect((error as Error).message).toContain(of(`A file in ${join(folder, "out")}`));
  });
});

describe("terraform whose words find no place", () => {
  /** Runs a shell script in terraform's place, where no file may have more than some 100 kB. */
  function run(script: string): { status: number | null; stderr: string } {
    writeFileSync(join(folder, "terraform"), `#!/bin/sh\ntrap '' XFSZ\n${script}\n`, { mode: 0o755 });
    const program = `
      const { runCommand } = require("./cli/command"); const { Terraform } = require("./machine/terraform/terraform");
      void runCommand(() => new Terraform({ command: ${JSON.stringify(join(folder, "terraform"))}, folder: ${JSON.stringify(folder)}, env: process.env }).run(["show"]));`;
    return spawnSync(
      "sh",
      ["-c", 'ulimit -f 200; exec "$1" -r ./cli/typescript.js -e "$2"', "sh", process.execPath, program],
      { cwd: PROJECT, encoding: "utf8" },
    );
  }

  beforeEach(() => writeFileSync(join(folder, "long"), "x".repeat(1 << 20)));

  test.each([
    ["ends well", "exit 0"],
    ["fails", "exit 1"],
  ])("and that %s is that sentence, not half of what it says", (_how, end) => {
    const { status, stderr } = run(`cat long 2> /dev/null; ${end}`);
    expect(stderr).toMatch(
      /^\/\S+\/alb-web-output-[0-9a-f-]+ cannot be written: file too large \(EFBIG\)\. Raise .*, then run the command again\.\n$/,
    );
    expect(status).toBe(1);
  });

  test("but that says what failed is heard", () => {
    expect(run("echo 'errored.tfstate' >&2; cat long 2> /dev/null; exit 1").stderr).toMatch(
      /^terraform could not store the state/,
    );
  });
});
