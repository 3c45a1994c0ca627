/* Corrections of what `cdktf synth --hcl` renders in a form that terraform rejects or reads differently. */

const HEREDOC = /(<<(\w+)\n[^]*?\n\2$)/m;
const REFERENCES = /^( *(?:depends_on|ignore_changes|replace_triggered_by) = )\[\n((?:"[^"\n]*",?\n)+)\]/gm;
const CONDITIONS = /^ *(precondition|postcondition) = \[\n((?:\{\n(?:(?![{}]).*\n)*\},\n)+)\]/gm;
/** cdktf writes only the names of such settings, not their values. */
const VERSIONS = /^ *\d+ = "required_version"$/m;

/**
 * HCL that is equivalent to the stack's JSON.
 * @param userData the instances' boot script, as in the JSON
 * @param versions the required terraform versions, as in the JSON
 */
export function plainHcl(rendered: string, userData: string, versions: string): string {
  // A script can contain a line EOF, which would end cdktf's heredoc.
  const scripted = rendered.replaceAll(`<<EOF\n${userData}\nEOF`, () => heredoc(userData));
  const required = `required_version = ${JSON.stringify(versions)}`;
  // Each heredoc is two parts: its text and the name of its end.
  return scripted
    .split(HEREDOC)
    .map((part, index) =>
      index % 3 === 0 ? corrected(part).replace(VERSIONS, () => required) : index % 3 === 1 ? part : "",
    )
    .join("");
}

/**
 * A heredoc's last newline is part of the text. An additional one would change the user data and replace the instances.
 */
function heredoc(text: string): string {
  let end = "USER_DATA";
  while (text.split("\n").includes(end)) end += "_";
  return text.endsWith("\n") ? `<<${end}\n${text}${end}` : JSON.stringify(text);
}

function corrected(hcl: string): string {
  return hcl
    .replace(REFERENCES, (_, start: string, items: string) => `${start}[\n${items.replaceAll('"', "")}]`)
    .replace(CONDITIONS, (_, name: string, blocks: string) =>
      blocks.replace(/^\{$/gm, `${name} {`).replace(/^\},$/gm, "}").trimEnd(),
    );
}
