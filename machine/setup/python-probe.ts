import { runProgram } from "./program";

/** A Python that answers, and what it says of its moto. */
export interface Python {
  readonly executable: string;
  readonly version: string;
  /** Version of its moto, if it has one. */
  readonly moto?: string;
  /** Why moto, its server, or what the emulated services import cannot be loaded. */
  readonly lacks?: string;
}

/** Understood by Python 2 too, so that an old one can be named. */
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
/** The first load, from a cold disk, is slow. */
const PROBE_TIMEOUT_MS = 60_000;
/**
 * Asks a Python what it is and what it has.
 * @returns nothing when there is no such program, or it is no Python that works
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
    // What Windows has in place of a Python that is not installed talks of its store.
    return undefined;
  }
}

/** For a sentence: "Python 3.12.1 (/usr/bin/python3)". */
export function nameOf({ version, executable }: Python): string {
  return `Python ${version} (${executable})`;
}
