/* What an instance does with its user data at first boot, as far as the text shows it. */

/** The parts of user data that matter here. */
export interface BootScript {
  /**
   * `runs`: cloud-init recognizes the first line. `never`: it is a script whose first line is not an interpreter, so it
   * does not run. `unclear`: meant for something other than cloud-init, such as Windows or Bottlerocket.
   */
  readonly kind: "runs" | "never" | "unclear";
  /**
   * Commands in their order, one line each, without comments and without the bodies of here-documents that no shell
   * reads.
   */
  readonly commands: readonly string[];
  /** What is written to files: the bodies of here-documents, and `write_files` of a cloud-config. */
  readonly files: readonly WrittenFile[];
  /** All of it, bodies of here-documents included, without comments; of a `sed s/old/new/` the new text only. */
  readonly text: string;
  /** Whether the first command that fails ends the script. */
  readonly stopsAtError: boolean;
}

interface WrittenFile {
  /** The file it is written to; absent if the text does not show it. */
  readonly path?: string;
  readonly text: string;
}

const CLOUD_INIT = /^\s*(#cloud-config|#include|#upstart-job|#part-handler|#cloud-boothook|## template:\s*jinja)/i;
const MULTIPART = /^(content-type:\s*multipart|mime-version:|from nobody)/i;
/** Commands with which people begin a shell script. */
export const WELL_KNOWN = (
  "apt apt-get yum dnf amazon-linux-extras snap pip pip3 npm systemctl service docker aws git curl wget python " +
  "python3 echo export mkdir cd cat touch chmod"
).split(" ");
const SHELL_COMMAND = new RegExp(`^[ \\t]*(#!|(sudo\\s+)?(${WELL_KNOWN.join("|")}|set\\s+-)\\s)`, "m");

/** EC2 accepts 16 KiB; longer texts or lines are not user data and must not take time. */
const MAX_LENGTH = 20_000;
const MAX_LINE = 400;

type Parts = Pick<BootScript, "commands" | "files" | "stopsAtError">;
const NOTHING: Parts = { commands: [], files: [], stopsAtError: false };
const cache = new Map<string, BootScript>();

/** Reads user data in clear text; texts are read once, as the instances of a group share theirs. */
export function bootScript(userData: string): BootScript {
  const found = cache.get(userData);
  if (found !== undefined) return found;
  // Enough for the texts of one file, and no leak in a long-lived process.
  if (cache.size > 1_000) cache.clear();
  const text = userData.slice(0, MAX_LENGTH).replace(/\r\n/g, "\n");
  const read = { ...readBootScript(text), text: servingText(text) };
  cache.set(userData, read);
  return read;
}

/** Whether cloud-init runs it: `never` only if this is certain. */
export function runs(userData: string): BootScript["kind"] {
  return bootScript(userData).kind;
}

function servingText(text: string): string {
  const lines = text
    .replace(/\\\n[^\S\n]*/g, " ")
    .split("\n")
    .filter((it) => !/^\s*#/.test(it))
    .map((it) => it.slice(0, MAX_LINE).trim());
  return lines
    .map((it) => it.replace(/\bs([/|#,])([^\n]{0,80}?)\1([^\n]{0,80}?)\1\w*/g, "$3"))
    .filter((it) => it !== "")
    .join("\n");
}

function readBootScript(text: string): Omit<BootScript, "text"> {
  if (text.startsWith("#!")) return { kind: "runs", ...shellScript(text) };
  if (/^\s*#cloud-config/i.test(text)) return { kind: "runs", ...cloudConfig(text) };
  if (MULTIPART.test(text)) return { kind: "runs", ...multipart(text) };
  if (CLOUD_INIT.test(text)) return { kind: "runs", ...shellScript(text) };
  // cloud-init passes on what it does not recognize, and the kernel does not run a file that begins with blanks.
  if (/^\s+#!/.test(text)) return { kind: "never", ...NOTHING };
  if (isInHcl(text)) return { kind: "never", ...NOTHING };
  if (/^\s*[<{["]|^\s*[\w.-]+\s*[:=]/.test(text)) return { kind: "unclear", ...NOTHING };
  return { kind: SHELL_COMMAND.test(text) ? "never" : "unclear", ...NOTHING };
}

/** Whether HCL around a script was copied into the file with it. */
function isInHcl(text: string): boolean {
  const [first = "", ...lines] = text.trimStart().split("\n");
  return (
    /^(user_data\w*\s*=|<<[-~]?["']?\w+["']?\s*$)/.test(first.slice(0, MAX_LINE)) &&
    lines.some((line) => line.trimStart().startsWith("#!"))
  );
}

interface HereDocument {
  readonly command: string;
  readonly text: string;
}

function shellScript(text: string): Parts {
  const { commands, documents } = withoutHereDocuments(text);
  const isSh = /^#!\s*\S*\b(bash|sh|dash|ash|zsh|ksh|env\s+\S*sh)\b/.test(text) || !text.startsWith("#!");
  if (!isSh) return { ...NOTHING, files: [{ text }] };
  const ran: string[] = [];
  const files: WrittenFile[] = [];
  for (const document of documents) {
    const path = /(?:>>?|\btee\b(?:\s+-\w+)*)\s*["']?([^\s"'<>|&;]+)/.exec(
      document.command.replace(/\d?>\s*\/dev\/\S+/g, ""),
    )?.[1];
    const isRead =
      /(^|[\s;&|(])([^\s;&|(]*\/)?(ba|da|z|k)?sh\b/.test(document.command.replace(/<<.*/, "")) ||
      (path === undefined && /\b(su|ssh)\b/.test(document.command));
    const isStarted = path !== undefined && commands.some((it) => startsFile(it, path));
    if (isRead || isStarted) ran.push(...shellScript(document.text).commands);
    else files.push({ ...(path !== undefined && { path }), text: document.text });
  }
  const all = [...commands, ...ran];
  return {
    commands: all,
    files,
    stopsAtError:
      /^#!.*\s-\w*e/.test(text) ||
      commands.some((it) => /^set\s+(-\w+\s+)*-\w*e/.test(it) || /^set\s+-o\s+errexit/.test(it)),
  };
}

function startsFile(command: string, path: string): boolean {
  const at = command.indexOf(path);
  if (at < 0 || /<<|^\s*chmod\b|^\s*cat\b/.test(command)) return false;
  return at === 0 || /(^|[\s;&|])((ba|da|z|k)?sh|source|\.|sudo|nohup)\s+(-\S+\s+)*["']?$/.test(command.slice(0, at));
}

/** Lines as commands, continued ones joined, comments left out. */
function withoutHereDocuments(text: string): { commands: string[]; documents: HereDocument[] } {
  const commands: string[] = [];
  const documents: HereDocument[] = [];
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; at++) {
    let line = (lines[at] ?? "").trim();
    while (line.endsWith("\\") && at + 1 < lines.length)
      line = `${line.slice(0, -1).trimEnd()} ${(lines[++at] ?? "").trim()}`;
    if (line === "" || line.startsWith("#")) continue;
    line = line.slice(0, MAX_LINE);
    commands.push(line);
    const start = /<<(-?)\s*\\?["']?([A-Za-z_]\w*)["']?/.exec(line);
    if (start === null) continue;
    const body: string[] = [];
    while (at + 1 < lines.length) {
      const next = lines[++at] ?? "";
      if ((start[1] === "-" ? next.replace(/^\t+/, "") : next) === start[2]) break;
      body.push(next);
    }
    documents.push({ command: line, text: body.join("\n") });
  }
  return { commands, documents };
}

/** The keys that run something, read by their indentation. */
function cloudConfig(text: string): Parts {
  const blocks = topLevelBlocks(text);
  const packages = listItems(blocks.get("packages"));
  const commands = [...listItems(blocks.get("bootcmd")), ...listItems(blocks.get("runcmd"))].flatMap(
    (it) => withoutHereDocuments(it).commands,
  );
  const install = packages.length === 0 ? [] : [`cloud-init-packages install ${packages.join(" ")}`];
  const files = blocks.get("write_files");
  return {
    commands: [...install, ...commands],
    files: files === undefined ? [] : [{ text: files }],
    stopsAtError: false,
  };
}

function topLevelBlocks(text: string): Map<string, string> {
  const lines = text.split("\n").filter((it) => it.trim() !== "" && !/^\s*#/.test(it));
  const indent = Math.min(...lines.map((it) => it.length - it.trimStart().length));
  const blocks = new Map<string, string>();
  let key = "";
  for (const line of lines) {
    const rest = line.slice(indent);
    const start = /^([\w-]+):\s*(\S.*)?$/.exec(rest);
    if (start === null) blocks.set(key, `${blocks.get(key) ?? ""}\n${rest}`);
    else blocks.set((key = start[1] ?? ""), start[2] ?? "");
  }
  return blocks;
}

/** Each item as one text: `- yum -y install x`, `- [yum, install]` and `- |` with the lines below it. */
function listItems(block: string | undefined): string[] {
  if (block === undefined) return [];
  const plain = (it: string): string =>
    it
      .replace(/^\[|\]$/g, "")
      .replace(/["'],\s*["']|,\s*/g, " ")
      .replace(/^["']|["']$/g, "")
      .trim();
  if (block.startsWith("[")) return [plain(block)];
  const items: string[] = [];
  for (const line of block.split("\n")) {
    const start = /^\s*-\s+(\S.*)?$/.exec(line);
    if (start === null && items.length > 0) items.push(`${items.pop() ?? ""}\n${line.trim()}`);
    else if (start !== null) items.push(start[1] ?? "");
  }
  return items.map((it) => (it.startsWith("[") ? plain(it) : it.replace(/^[|>]-?\n/, "").replace(/^["']|["']$/g, "")));
}

function multipart(text: string): Parts {
  const boundary = /boundary="?([^"\s;]+)"?/i.exec(text)?.[1];
  if (boundary === undefined) return NOTHING;
  // A part consists of headers, an empty line, and its content.
  const parts = text
    .split(`--${boundary}`)
    .slice(1)
    .map((part) => part.split("\n\n").slice(1).join("\n\n").trimStart());
  const read = parts.filter((it) => it.startsWith("#")).map(readBootScript);
  return {
    commands: read.flatMap((it) => it.commands),
    files: read.flatMap((it) => it.files),
    stopsAtError: read.some((it) => it.stopsAtError),
  };
}
