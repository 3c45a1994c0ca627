/* What `cdktf synth --hcl` renders as terraform does not take it, or takes it for something else. */

const HEREDOC = /(<<(\w+)\n[^]*?\n\2$)/m;
const REFERENCES = /^( *(?:depends_on|ignore_changes|replace_triggered_by) = )\[\n((?:"[^"\n]*",?\n)+)\]/gm;
const CONDITIONS = /^ *(precondition|postcondition) = \[\n((?:\{\n(?:(?![{}]).*\n)*\},\n)+)\]/gm;
/** cdktf writes the names of such settings, without their values. */
const VERSIONS = /^ *\d+ = "required_version"$/m;

/**
 * HCL that says what the stack's JSON says.
 * @param userData the instances' boot script, as it is in the JSON
 * @param versions the versions of terraform that are required, as they are in the JSON
 */
export function plainHcl(rendered: string, userData: string, versions: string): string {
  // A script may well have a line EOF of its own, which would end cdktf's heredoc.
  const scripted = rendered.replaceAll(`<<EOF\n${userData}\nEOF`, () => heredoc(userData));
  const required = `required_version = ${JSON.stringify(versions)}`;
  // Each heredoc comes as two parts, itself and its end's name.
  return scripted
    .split(HEREDOC)
    .map((part, index) =>
      index % 3 === 0 ? corrected(part).replace(VERSIONS, () => required) : index % 3 === 1 ? part : "",
    )
    .join("");
}

/** A heredoc's last line end is part of the text; one more would make other user data, and replace the instances. */
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
