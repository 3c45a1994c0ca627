import { runProgram } from "./program";

/** A working Python, and information about its moto. */
export interface Python {
  readonly executable: string;
  readonly version: string;
  /** The version of its moto, if it has one. */
  readonly moto?: string;
  /** Why moto, its server, or an import of the emulated services cannot be loaded. */
  readonly lacks?: string;
}

/** Also valid in Python 2, so that an old Python can be reported. */
const PROBE = `
import json, sys
answer = {"executable": sys.executable, "version": "%d.%d.%d" % sys.version_info[:3]}
try:
    from moto import __version__
    answer["moto"] = __version__
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    import flask_cors, py_partiql_parser, yaml
except Exception as error:
    answer["lacks"] = str(error)
print(json.dumps(answer))
`;
/** The first load, from an uncached disk, is slow. */
const PROBE_TIMEOUT_MS = 60_000;
/**
 * Determines the version of a Python and of its moto.
 * @returns `undefined` if there is no such program, or it is not a working Python
 */
export async function probePython(
  [command, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<Python | undefined> {
  const { outcome, stdout } = await runProgram(command, [...args, "-c", PROBE], env, PROBE_TIMEOUT_MS);
  if (outcome !== "ok") return undefined;
  try {
    return JSON.parse(stdout) as Python;
  } catch {
    // Windows has a placeholder for a missing Python, which prints a text about its store.
    return undefined;
  }
}

/** A name for sentences: "Python 3.12.1 (/usr/bin/python3)". */
export function nameOf({ version, executable }: Python): string {
  return `Python ${version} (${executable})`;
}
