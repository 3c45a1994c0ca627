/** Says so where the tests cannot run: their stand-ins for programs are shell scripts. */
export function needShell(): void {
  if (process.platform === "win32")
    throw new Error(
      "these tests stand shell scripts in for programs, which Windows does not run; run them under Linux, macOS or WSL",
    );
}
