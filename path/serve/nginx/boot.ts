import type { BootScript } from "../../analysis/boot-scripts/boot-script";
import { type Instance, isConfiguration, namesServedFiles } from "./instance";
import { type ShellCommand, shellCommands, unquotedBody, type Word } from "./shell-commands";

/*
 * What the commands of a boot script do to NGINX and its files. A command that is not understood and could change them
 * hides the result.
 */

/** Commands that change no file that NGINX reads. */
const HARMLESS = new Set(
  (
    "mkdir chown chgrp chmod ls stat test [ [[ grep egrep head tail wc restorecon chcon semanage setsebool setfacl " +
    "usermod useradd groupadd which command id sleep exit set true : export local readonly"
  ).split(" "),
);
const KEYWORDS = new Set("then else elif do while until { } ! time sudo exec nohup".split(" "));
const TESTS = new Set("test [ [[ command which grep id systemctl nginx".split(" "));

interface Documents {
  /** The here-documents that are written to files, in their order. */
  readonly left: { readonly path?: string; readonly text: string }[];
}

/** Runs the script on the instance, in thought. */
export function boot(script: BootScript, instance: Instance): void {
  const documents: Documents = { left: [...script.files] };
  const reading = { depth: 0, isInFunction: false };
  for (const line of joined(script.commands)) {
    if (/^(?:function\s+)?[\w-]+\s*\(\)/.test(line)) reading.isInFunction = true;
    const commands = shellCommands(line);
    if (commands === undefined) {
      if (namesServedFiles(line) || /\bnginx\b/.test(line)) instance.hide("has a command that cannot be read");
      continue;
    }
    let previous: ShellCommand | undefined;
    for (const command of commands) {
      if (/^(?:if|case)$/.test(nameOf(command))) reading.depth++;
      const isTested = command.after === "&&" && previous !== undefined && TESTS.has(nameOf(withoutKeywords(previous)));
      const isAlternative = command.after === "||" || isTested;
      run(command, previous, {
        instance,
        line,
        documents,
        isSure: reading.depth === 0 && !reading.isInFunction,
        isAlternative,
      });
      if (/^(?:fi|esac)$/.test(nameOf(command))) reading.depth--;
      previous = command;
    }
    if (line === "}") reading.isInFunction = false;
  }
  const unread = documents.left.find(({ path, text }) => path === undefined && namesServedFiles(text));
  if (unread !== undefined) instance.hide("writes files in a way that serve does not read");
}

/** Lines of a quoted text that goes on are one command. */
function joined(lines: readonly string[]): string[] {
  const found: string[] = [];
  let open: string[] = [];
  for (const line of lines) {
    open.push(line);
    if (shellCommands(open.join("\n")) === undefined && open.length < 100) continue;
    found.push(open.join("\n"));
    open = [];
  }
  return [...found, ...open];
}

interface Surroundings {
  readonly instance: Instance;
  readonly line: string;
  readonly documents: Documents;
  /** Not in a branch or a function, which may not run. */
  readonly isSure: boolean;
  /** After `||`, or after a test. */
  readonly isAlternative: boolean;
}

function nameOf({ words }: ShellCommand): string {
  return words[0]?.text ?? "";
}

function withoutKeywords(command: ShellCommand): ShellCommand {
  const { words } = command;
  let at = 0;
  while (at < words.length) {
    const text = words[at]?.text ?? "";
    if (text === "sudo" && words[at + 1]?.text === "-u") at += 3;
    else if (
      KEYWORDS.has(text) ||
      /^\w+=/.test(text) ||
      (at > 0 && words[at - 1]?.text === "sudo" && text.startsWith("-"))
    )
      at++;
    else break;
  }
  return { ...command, words: words.slice(at) };
}

function run(written: ShellCommand, previous: ShellCommand | undefined, around: Surroundings): void {
  const { instance } = around;
  const command = withoutKeywords(written);
  const name = nameOf(command).replace(/^\/usr\/s?bin\//, "");
  const args = command.words.slice(1);
  if (/^(?:if|case|for|fi|esac|done|break|continue)$/.test(name) && command.output === undefined) return;
  const nested = nestedScript(name, args);
  if (nested !== undefined) {
    for (const it of shellCommands(nested) ?? []) run(it, undefined, around);
    return;
  }
  const touches = command.words.some(({ text }) => namesServedFiles(text) || /^nginx/.test(text));
  const writes = outputOf(command, name, args);
  if (!around.isSure && (touches || (writes !== undefined && namesServedFiles(writes.path.text)))) {
    instance.hide("changes NGINX under a condition");
    return;
  }
  if (runsServer(name, args, instance)) return;
  if (writes !== undefined) write(writes, command, previous, around);
  else changeFiles(name, args, touches, around);
}

/** The text of `bash -c '…'`. */
function nestedScript(name: string, args: readonly Word[]): string | undefined {
  const at = args.findIndex(({ text }) => text === "-c" || text === "-ec" || text === "-lc");
  return /^(?:ba|da)?sh$|^su$/.test(name) && at >= 0 ? args[at + 1]?.text : undefined;
}

const PACKAGE_TOOLS = /^(?:dnf|yum|microdnf|amazon-linux-extras|apt|apt-get|cloud-init-packages)$/;
const NGINX_PACKAGE = /^nginx(?:1|1\.\d+|-full|-light|-core|-extras)?(?:[=-]\d[\w.:~+-]*)?$/;

/** Whether the command installs, starts or stops NGINX, or only asks it. */
function runsServer(name: string, args: readonly Word[], instance: Instance): boolean {
  const words = args.map(({ text }) => text).filter((it) => !/^-[^sgc]|^--/.test(it) || it === "--now");
  if (PACKAGE_TOOLS.test(name)) {
    if (!words.includes("install") || !words.some((it) => NGINX_PACKAGE.test(it)))
      return words[0] === "enable" || !words.some((it) => it.startsWith("nginx"));
    instance.install(name === "cloud-init-packages" ? undefined : name.startsWith("apt") ? "deb" : "rpm");
    return true;
  }
  if (name === "reboot" && instance.isEnabled) instance.start();
  if (name === "chkconfig" && words[0] === "nginx") {
    control(words[1] === "off" ? "" : "enable", instance);
    return true;
  }
  const isService = name === "service" || name === "/etc/init.d/nginx" || name === "rc-service";
  if (name !== "systemctl" && !isService && name !== "nginx") return false;
  if (name !== "nginx" && name !== "/etc/init.d/nginx" && !words.some((it) => /^nginx(?:\.service)?$/.test(it)))
    return true;
  if (name === "nginx") control(controlOfProgram(words), instance);
  else control(words.find((it) => /^[a-z-]+$/.test(it) && it !== "nginx") ?? "", instance, words.includes("--now"));
  return true;
}

function controlOfProgram(words: readonly string[]): string {
  if (words.length === 0) return "start";
  const [option = "", value = ""] = words;
  if (option === "-s") return value;
  if (option === "-g" && /^\s*daemon (?:on|off);?\s*$/.test(value)) return "start";
  return /^-[gc]/.test(option) ? "unclear" : "";
}

function control(verb: string, instance: Instance, isNow = false): void {
  if (verb === "unclear") instance.hide("starts NGINX with a configuration of its own");
  if (verb === "enable") instance.isEnabled = true;
  if (verb === "start" || (verb === "enable" && isNow)) instance.start();
  if (/restart$|^force-reload$/.test(verb) || (verb.includes("reload") && instance.running !== undefined))
    instance.readConfiguration();
  if (/^(?:stop|quit|mask|kill)$/.test(verb) || (verb === "disable" && isNow)) instance.running = undefined;
}

interface Output {
  readonly path: Word;
  readonly isAppended: boolean;
}

/** The file that the command writes: by `>`, or as the argument of `tee`. */
function outputOf(command: ShellCommand, name: string, args: readonly Word[]): Output | undefined {
  if (name === "tee") {
    const path = args.find(({ text }) => !text.startsWith("-"));
    return path && { path, isAppended: args.some(({ text }) => text === "-a" || text === "--append") };
  }
  const { output } = command;
  return output === undefined || output.path.text.startsWith("/dev/") ? undefined : output;
}

function write(
  { path: word, isAppended }: Output,
  command: ShellCommand,
  previous: ShellCommand | undefined,
  around: Surroundings,
): void {
  const { instance, line, documents } = around;
  const path = instance.pathOf(word);
  const document = line.includes("<<") ? documents.left.findIndex((it) => it.path === word.text) : -1;
  const [taken] = document < 0 ? [] : documents.left.splice(document, 1);
  if (path === undefined) {
    instance.hide("writes files whose names the shell decides");
    return;
  }
  const source =
    nameOf(withoutKeywords(command)) === "tee" && previous !== undefined && command.after === "|"
      ? withoutKeywords(previous)
      : command;
  const content = taken === undefined ? printedBy(source) : bodyOf(taken.text, line);
  if (around.isAlternative && isConfiguration(path)) instance.hide("changes NGINX under a condition");
  if (content !== undefined) instance.write(path, content, isAppended);
  else if (isConfiguration(path)) instance.hide(`writes ${path} with a command that serve does not run`);
  else if (namesServedFiles(path)) {
    const text = `alb-web: the content of ${path} comes from a command that serve does not run\n`;
    instance.write(path, { text, isEvaluated: false }, isAppended);
    instance.notes.add(`the content of ${path} comes from a command that serve does not run`);
  }
}

function bodyOf(text: string, line: string): Word {
  const [, dash, quote] = /<<(-?)\s*(["'\\])?/.exec(line) ?? [];
  const body = `${dash === "-" ? text.replace(/^\t+/gm, "") : text}\n`;
  return quote === undefined ? unquotedBody(body) : { text: body, isEvaluated: false };
}

/** What `echo` and `printf` print; nothing for other commands. */
function printedBy(command: ShellCommand): Word | undefined {
  const { words } = withoutKeywords(command);
  const [name, ...args] = words;
  const isEvaluated = args.some((it) => it.isEvaluated);
  if (name?.text === "echo") {
    const options = args.findIndex(({ text }) => !/^-[neE]+$/.test(text));
    const flags = args
      .slice(0, Math.max(options, 0))
      .map(({ text }) => text)
      .join("");
    const text = args
      .slice(Math.max(options, 0))
      .map((it) => it.text)
      .join(" ");
    return { text: (flags.includes("e") ? escapes(text) : text) + (flags.includes("n") ? "" : "\n"), isEvaluated };
  }
  const [format, ...values] = args;
  if (name?.text !== "printf" || format === undefined) return undefined;
  if (values.length === 0 && !format.text.includes("%")) return { text: escapes(format.text), isEvaluated };
  const [value] = values;
  return values.length === 1 && value !== undefined && /^%s(?:\\n)?$/.test(format.text)
    ? { text: escapes(format.text).replace("%s", () => value.text), isEvaluated }
    : undefined;
}

function escapes(text: string): string {
  const characters: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\" };
  return text.replace(/\\([ntr\\])/g, (_, char: string) => characters[char] ?? char);
}

function changeFiles(name: string, args: readonly Word[], touches: boolean, around: Surroundings): void {
  const { instance } = around;
  const paths = args.filter(({ text }) => !text.startsWith("-")).map((it) => instance.pathOf(it));
  if (name === "cd") instance.folder = paths[0];
  if (name === "cd" || HARMLESS.has(name) || name === "echo" || name === "cat") return;
  const [from, to] = paths;
  const isChange = /^(?:rm|unlink|ln|cp|mv)$/.test(name);
  const isNear =
    touches ||
    args.some(({ text }) => /\bnginx\b/.test(text)) ||
    paths.some((it) => it !== undefined && namesServedFiles(it));
  if (!isChange || around.isAlternative || paths.includes(undefined)) {
    if (isNear)
      instance.hide(`changes files of NGINX with ${name === "" ? "a command" : name}, which serve does not follow`);
  } else if (name === "rm" || name === "unlink") for (const path of paths) instance.remove(path ?? "");
  else if (from !== undefined && to !== undefined && paths.length === 2) {
    if (!instance.copy(from, to, name === "ln" && args.some(({ text }) => /^-\w*s/.test(text))) && isNear)
      instance.hide(`puts ${from} into ${to}, which is not in the user data`);
    if (name === "mv") instance.remove(from);
  } else if (isNear) instance.hide(`changes files of NGINX with ${name}, which serve does not follow`);
}
