import { writeFileSync } from "node:fs";

export interface FakePython {
  readonly version?: string;
  readonly moto?: string;
  readonly lacks?: string;
  /** Shell lines for `-m venv` and `-m pip`; "$log" is a file that lists what was run. */
  readonly venv?: string;
  readonly pip?: string;
}

/** Writes a shell script that responds like a Python, and returns its path. */
export function fakePython(file: string, log: string, python: FakePython): string {
  const { version = "3.12.1", moto, lacks, venv = "exit 1", pip = 'echo pip >> "$log"' } = python;
  const answer = JSON.stringify({ executable: file, version, moto, lacks }).replaceAll("'", "'\\''");
  const lines = ["#!/bin/sh", `log='${log}'`, 'case "$1 $2" in', `"-m venv") ${venv} ;;`, `"-m pip") ${pip} ;;`];
  writeFileSync(file, [...lines, `-c*) echo '${answer}' ;;`, "esac", ""].join("\n"), { mode: 0o755 });
  return file;
}

/** Shell lines for `-m venv` that put this Python into the new environment. */
export function makingEnvironment(prepared: string, log: string, python: FakePython): string {
  fakePython(prepared, log, python);
  return `echo venv >> "$log"; /bin/mkdir -p "$3/bin"; /bin/cp '${prepared}' "$3/bin/python"`;
}
