/** Throws an error on systems where the tests cannot run, because they replace programs by shell scripts. */
export function needShell(): void {
  if (process.platform === "win32")
    throw new Error(
      "these tests replace programs by shell scripts, which Windows does not run; run them under Linux, macOS or WSL",
    );
}
