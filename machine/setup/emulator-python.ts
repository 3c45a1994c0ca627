import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { SetupError } from "../errors";
import { withLock } from "../files/lock";
import { writeFile } from "../files/write-file";
import { refusalIn } from "../system-refusals";
import { command, word } from "../text/pasteable";
import { isAtLeast, lastLine, runProgram } from "./program";
import { nameOf, type Python, probePython } from "./python-probe";

export interface FindEmulatorPythonOptions {
  /** The cache folder, which contains the project's own Python environment in `python`. */
  readonly cacheDir: string;
  /** The environment whose PATH is searched and with which programs are run. */
  readonly env: NodeJS.ProcessEnv;
  /** The pip requirements of the emulator. */
  readonly requirementsFile: string;
  /**
   * Called with short progress messages.
   * @default - no progress messages
   */
  readonly onProgress?: (text: string) => void;
  /**
   * Aborts the installation.
   * @default - it is not aborted
   */
  readonly signal?: AbortSignal;
}

/** The supported versions of moto: at least the first, below the second. Tested with 5.2.1 and 5.2.5. */
export const ACCEPTED_MOTO = ["5.2.1", "5.3"] as const;

/** Required by moto 5.2. */
const MINIMUM_PYTHON = "3.10";

const IS_WINDOWS = process.platform === "win32";
/** `python3` is the system's Python, which can be old; a newer one can have its version in its name. */
const CANDIDATES: readonly (readonly [string, ...string[]])[] = [
  ["python3"],
  ["python"],
  ...(IS_WINDOWS ? [["py", "-3"] as const] : ["14", "13", "12", "11", "10"].map((n) => [`python3.${n}`] as const)),
];

/** pip's output if it reached no server, or no package index. */
const OFFLINE =
  /NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|Max retries|ProxyError|\(from versions: none\)/;

/** Written last. An environment without it is incomplete; one with another checksum has other requirements. */
const MARKER = "alb-web-requirements.sha256";

/**
 * Finds a Python that can run the emulator: the project's own environment, otherwise one on PATH that has a moto of
 * {@link ACCEPTED_MOTO} with its server. Otherwise it creates the project's own environment from `requirementsFile`.
 * Safe to run in several processes at once.
 * @returns the absolute path of the Python
 * @throws SetupError if there is no Python of at least 3.10, it cannot create environments, or pip fails
 */
export async function findEmulatorPython(options: FindEmulatorPythonOptions): Promise<string> {
  const { env, requirementsFile, onProgress = () => {}, signal } = options;
  const home = join(resolve(options.cacheDir), "python");
  const sum = createHash("sha256")
    .update(await readFile(requirementsFile))
    .digest("hex");
  const own = await ownPython(home, sum, env);
  if (own !== undefined) return own;

  const found: Python[] = [];
  for (const candidate of CANDIDATES) {
    const python = await probePython(candidate, env);
    if (python !== undefined && hasWorkingMoto(python)) return python.executable;
    if (python !== undefined) found.push(python);
  }
  const base = found.find(isNewEnough) ?? refuse(found);
  const onWait = (holder: string) => onProgress(`waiting for ${holder} to create ${home}`);
  return withLock(
    `${home}.lock`,
    onWait,
    async () => {
      const madeByAnother = await ownPython(home, sum, env);
      return madeByAnother ?? makeEnvironment(home, base, sum, { env, requirementsFile, onProgress, signal });
    },
    signal,
  );
}

async function ownPython(home: string, sum: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const made = await readFile(join(home, MARKER), "utf8").catch(() => undefined);
  if (made !== sum) return undefined;
  const executable = executableIn(home);
  // The Python with which it was created may no longer exist.
  const python = await probePython([executable], env);
  return python !== undefined && hasWorkingMoto(python) ? executable : undefined;
}

function isNewEnough({ version }: Python): boolean {
  return isAtLeast(version, MINIMUM_PYTHON);
}

function hasWorkingMoto(python: Python): boolean {
  const { moto, lacks } = python;
  const [from, below] = ACCEPTED_MOTO;
  if (!isNewEnough(python) || moto === undefined || lacks !== undefined) return false;
  return isAtLeast(moto, from) && !isAtLeast(moto, below);
}

function refuse(found: readonly Python[]): never {
  const advice = `install Python ${MINIMUM_PYTHON} or later and try again`;
  if (found.length === 0) {
    const names = CANDIDATES.map((candidate) => candidate.join(" ")).join(", ");
    throw new SetupError(`the local AWS requires Python, and there is none on PATH (tried ${names}); ${advice}`);
  }
  const newest = found.reduce((a, b) => (isAtLeast(a.version, b.version) ? a : b));
  throw new SetupError(
    `the local AWS requires Python ${MINIMUM_PYTHON} or later, and the newest on PATH is ${nameOf(newest)}; ${advice}`,
  );
}

async function makeEnvironment(
  home: string,
  base: Python,
  sum: string,
  {
    env,
    requirementsFile,
    onProgress,
    signal,
  }: Required<Omit<FindEmulatorPythonOptions, "cacheDir" | "signal">> & Pick<FindEmulatorPythonOptions, "signal">,
): Promise<string> {
  const executable = executableIn(home);
  await remove(home);
  try {
    onProgress(`creating a Python environment in ${home}`);
    const made = await runProgram(base.executable, ["-m", "venv", home], env, 0, signal);
    signal?.throwIfAborted();
    if (made.outcome !== "ok") throw refusedBySystem(made.text) ?? venvError(base, made.text);

    onProgress("installing the local AWS (moto)");
    const pip = ["-m", "pip", "install", "--no-input", "--disable-pip-version-check", "-r", requirementsFile];
    const installed = await runProgram(executable, pip, env, 0, signal);
    signal?.throwIfAborted();
    if (installed.outcome !== "ok")
      throw refusedBySystem(installed.text) ?? pipError(base, requirementsFile, installed.text);

    const { lacks } = (await probePython([executable], env)) ?? { lacks: "it does not respond" };
    if (lacks !== undefined) throw loadError(base, requirementsFile, lacks);
    await writeFile(join(home, MARKER), sum);
    return executable;
  } catch (error) {
    await remove(home);
    throw error;
  }
}

function remove(home: string): Promise<void> {
  // The pip of a killed process may still write into it.
  return rm(home, { recursive: true, force: true, maxRetries: 10 });
}

function refusedBySystem(text: string): SetupError | undefined {
  const refusal = refusalIn(text);
  return refusal === undefined ? undefined : new SetupError(refusal);
}

function venvError(base: Python, text: string): SetupError {
  const cannot = `${nameOf(base)} cannot create a virtual environment`;
  if (!/ensurepip is not available|No module named '?(venv|ensurepip)/.test(text)) {
    return new SetupError(`${cannot}: ${lastLine(text)}; repair that Python or install another one`);
  }
  const named = word.debianPackage(/apt(?:-get)? install (\S+)/.exec(text)?.[1]);
  const debianPackage = named.isOne ? named : word.debianPackage("python3-venv");
  return new SetupError(
    `${cannot}, its venv module is not installed; ` +
      `on Debian and Ubuntu run '${command`apt install ${debianPackage}`}', then try again`,
  );
}

function pipError(base: Python, requirementsFile: string, text: string): SetupError {
  const why = OFFLINE.test(text) ? "the package index cannot be reached" : lastLine(text);
  return new SetupError(
    `pip cannot install the packages in ${requirementsFile}: ${why}${aboutItsMoto(base)}; ` +
      "go online (or configure pip's package index) and try again",
  );
}

function loadError(base: Python, requirementsFile: string, lacks: string): SetupError {
  return new SetupError(
    `the packages in ${requirementsFile} were installed with ${nameOf(base)}, ` +
      `but the local AWS does not load: ${lacks}; add the missing packages to that file`,
  );
}

function aboutItsMoto({ executable, moto, lacks }: Python): string {
  if (moto === undefined) return "";
  const [from, below] = ACCEPTED_MOTO;
  const why = lacks ?? `it must be ${from} or later, below ${below}`;
  return ` (and the moto ${moto} of ${executable} cannot be used: ${why})`;
}

function executableIn(home: string): string {
  return IS_WINDOWS ? join(home, "Scripts", "python.exe") : join(home, "bin", "python");
}
