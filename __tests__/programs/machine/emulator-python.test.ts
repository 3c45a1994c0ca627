import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SetupError } from "../../../machine/errors";
import { ACCEPTED_MOTO, findEmulatorPython } from "../../../machine/setup/emulator-python";
import { type FakePython, fakePython, makingEnvironment } from "../../support/fake-python";
import { PROJECT } from "../../support/project";
import { needShell } from "../../support/shell";

test("the requirements name one exact version each, and a moto that is accepted", () => {
  const requirements = readFileSync(join(PROJECT, "rehearsal/requirements.txt"), "utf8");
  const lines = requirements.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  expect(lines.filter((line) => !/^[\w-]+==[\d.a-z]+(;.*)?$/.test(line))).toEqual([]);
  expect(lines).toContain(`moto==${ACCEPTED_MOTO[0]}`);
});

describe("finding a Python for the emulator", () => {
  beforeAll(needShell);

  let folder: string;
  let bin: string;
  let cacheDir: string;
  let home: string;
  let log: string;
  let requirementsFile: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "emulator-python-"));
    bin = join(folder, "bin");
    cacheDir = join(folder, "cache");
    home = join(cacheDir, "python");
    log = join(folder, "log");
    requirementsFile = join(folder, "requirements.txt");
    mkdirSync(bin);
    writeFileSync(log, "");
    writeFileSync(requirementsFile, "moto==5.2.1\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const put = (name: string, python: FakePython) => fakePython(join(bin, name), log, python);
  const making = (python: FakePython) => makingEnvironment(join(folder, "prepared"), log, python);
  const find = (onProgress?: (text: string) => void) =>
    findEmulatorPython({ cacheDir, env: { PATH: bin }, requirementsFile, onProgress });
  const failure = async () => {
    const error = await find().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(SetupError);
    return (error as SetupError).message;
  };
  const wasRun = () => readFileSync(log, "utf8").trim().split("\n");

  describe("on PATH", () => {
    test.each(["5.2.1", "5.2.5", "5.2.10"])("takes one that has moto %s", async (moto) => {
      put("python3", {});
      const python = put("python", { moto });
      expect(await find()).toBe(python);
      expect(existsSync(cacheDir)).toBe(false);
    });

    test.each([
      ["an older moto", { moto: "5.2.0" }],
      ["a later moto than is known", { moto: "5.3.0" }],
      ["no server for its moto", { moto: "5.2.1", lacks: "No module named 'flask'" }],
      ["moto on a Python that is too old", { moto: "5.2.1", version: "3.9.18" }],
    ])("does not take one that has %s", async (_, python) => {
      const venv = making({ moto: "5.2.1" });
      put("python3", { ...python, venv });
      put("python3.11", { version: "3.11.7", venv });
      expect(await find()).toBe(join(home, "bin", "python"));
    });

    test("names what was tried where there is none", async () => {
      expect(await failure()).toBe(
        "the local AWS requires Python, and there is none on PATH " +
          "(tried python3, python, python3.14, python3.13, python3.12, python3.11, python3.10); " +
          "install Python 3.10 or later and try again",
      );
    });

    test("passes over a program that is no Python", async () => {
      writeFileSync(join(bin, "python3"), "#!/bin/sh\necho 'get it from the store'\n", { mode: 0o755 });
      expect(await failure()).toContain("there is none on PATH");
    });

    test("names the newest where all are too old", async () => {
      put("python", { version: "2.7.18" });
      const newest = put("python3", { version: "3.9.18" });
      expect(await failure()).toBe(
        `the local AWS requires Python 3.10 or later, and the newest on PATH is Python 3.9.18 (${newest}); ` +
          "install Python 3.10 or later and try again",
      );
    });
  });

  describe("of its own", () => {
    const good = { moto: "5.2.1" };

    test("is made once", async () => {
      put("python3", { venv: making(good) });
      const reported: string[] = [];
      expect(await find((text) => reported.push(text))).toBe(join(home, "bin", "python"));
      expect(reported).toEqual([`creating a Python environment in ${home}`, "installing the local AWS (moto)"]);
      expect(await find()).toBe(join(home, "bin", "python"));
      expect(wasRun()).toEqual(["venv", "pip"]);
    });

    test("is made once by two at the same time", async () => {
      put("python3", { venv: making(good) });
      const reported: string[] = [];
      const both = await Promise.all([find((text) => reported.push(text)), find((text) => reported.push(text))]);
      expect(both).toEqual([join(home, "bin", "python"), join(home, "bin", "python")]);
      expect(wasRun()).toEqual(["venv", "pip"]);
      // The one who came first may not have noted yet who it is.
      expect(reported).toContainEqual(expect.stringMatching(/^waiting for (process \d+|another process) to create /));
    });

    test("is recreated when its creation was interrupted", async () => {
      put("python3", { venv: making(good) });
      mkdirSync(join(home, "bin"), { recursive: true });
      fakePython(join(home, "bin", "python"), log, good);
      writeFileSync(join(home, "half-made"), "");
      await find();
      expect(wasRun()).toEqual(["venv", "pip"]);
      expect(existsSync(join(home, "half-made"))).toBe(false);
    });

    test.each([
      ["the requirements changed", () => writeFileSync(requirementsFile, "moto==5.2.2\n")],
      ["its Python is gone", () => rmSync(join(home, "bin", "python"))],
    ])("is recreated when %s", async (_, change) => {
      put("python3", { venv: making(good) });
      await find();
      change();
      await find();
      expect(wasRun()).toEqual(["venv", "pip", "venv", "pip"]);
    });

    test("is made although one who died holds the lock", async () => {
      put("python3", { venv: making(good) });
      const gone = execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }).trim();
      mkdirSync(cacheDir);
      writeFileSync(`${home}.lock`, gone);
      expect(await find()).toBe(join(home, "bin", "python"));
    });

    test("is refused when what pip installed does not load", async () => {
      const python = put("python3", { venv: making({ moto: "5.2.1", lacks: "No module named 'yaml'" }) });
      expect(await failure()).toBe(
        `the packages in ${requirementsFile} were installed with Python 3.12.1 (${python}), ` +
          "but the local AWS does not load: No module named 'yaml'; add the missing packages to that file",
      );
      expect(existsSync(home)).toBe(false);
    });

    const debian =
      "The virtual environment was not created successfully because ensurepip is not available. " +
      "On Debian/Ubuntu systems, you need to install the python3-venv package using the following command.\n\n" +
      "    apt install python3.12-venv\n\nYou may need to use sudo with that command.";
    const noModule = ", its venv module is not installed; on Debian and Ubuntu run 'apt install";
    test.each([
      [debian, `${noModule} python3.12-venv', then try again`],
      ["/usr/bin/python3: No module named venv", `${noModule} python3-venv', then try again`],
      ["Error: disk full", ": Error: disk full; repair that Python or install another one"],
    ])("says why it cannot be made (%#)", async (output, why) => {
      const python = put("python3", { venv: `/bin/mkdir -p "$3/bin"; echo "${output}"; exit 1` });
      expect(await failure()).toBe(`Python 3.12.1 (${python}) cannot create a virtual environment${why}`);
      expect(existsSync(home)).toBe(false);
    });

    const noSuch = "ERROR: No matching distribution found for moto==5.2.1";
    const offline =
      "WARNING: Retrying after connection broken by NewConnectionError\n" +
      `ERROR: Could not find a version that satisfies the requirement moto==5.2.1 (from versions: none)\n${noSuch}`;
    test.each([
      ["the network", offline, "the package index cannot be reached"],
      ["a package", noSuch, noSuch],
    ])("names what pip lacks: %s", async (_, output, why) => {
      put("python3", { venv: making({ pip: `echo "${output}" >&2; exit 1` }) });
      expect(await failure()).toBe(
        `pip cannot install the packages in ${requirementsFile}: ${why}; ` +
          "go online (or configure pip's package index) and try again",
      );
      expect(existsSync(home)).toBe(false);
    });

    test.each([
      [{ moto: "4.2.14" }, "it must be 5.2.1 or later, below 5.3"],
      [{ moto: "5.2.1", lacks: "No module named 'flask'" }, "No module named 'flask'"],
    ])("reports why the existing moto cannot be used, when no other can be installed (%#)", async (has, why) => {
      const python = put("python3", { ...has, venv: making({ pip: `echo "${offline}" >&2; exit 1` }) });
      expect(await failure()).toContain(
        `the package index cannot be reached (and the moto ${has.moto} of ${python} cannot be used: ${why}); go online`,
      );
    });
  });
});
