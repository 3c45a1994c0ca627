/* Untrusted text that is shown to people, and its effect on terminals and logs. */

/** Text that runs if it is pasted into a shell, or that a terminal or a workflow runner interprets. */
export const HOSTILE = [
  "$(touch x)",
  "$(touch${IFS}x)",
  "`touch x`",
  "x;touch x",
  "x&&touch${IFS}x",
  "x|sh",
  "x>x",
  "x\ntouch x",
  "x\rtouch x",
  "-x",
  "'x'",
  '"x"',
  "x'$(touch x)'",
  "~x",
  "a b",
  "a*b?",
  "!x",
  "%x%",
  "",
  "\u001b[2J\u001b]52;c;eA==\u0007",
  "\u009b31m",
  "x\u202Ey",
  "x\u2066y",
  "x\u200by",
  "x\u2028::add-mask::y",
  "::add-mask::x",
  "x\n::add-mask::x",
  "x\r\n  ::set-output name=a::b",
  "x ::stop-commands::y",
  "##[add-mask]x",
  "a ##[set-output name=a]b",
  "\t::error title=a::b",
  "\u00a0::warning::x",
] as const;

/** Characters that move the cursor, color the text or change its direction; newlines and tabs belong to the report. */
const SHAPELESS = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * The commands that the runner of a workflow would find in a log:
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function commandsIn(log: string): string[] {
  return log.split(/\r\n|\r|\n/).flatMap((line) => {
    const [, name] =
      /^[\s\u0085]*::([a-z][^ ]*?)(?: .*?)?::/i.exec(line) ?? /##\[([a-z][^\] ]*)[^\]]*\]/i.exec(line) ?? [];
    return name === undefined || name === "" ? [] : [name];
  });
}

/** The parts of a text that a terminal or a log would interpret. */
export function obeyed(text: string): string[] {
  return [...commandsIn(text), ...(SHAPELESS.exec(text) ?? [])];
}
