import { WELL_KNOWN } from "./boot-script";
import { anyOf } from "./patterns";

/*
 * A boot script's command as a report may show it: the tool, the names of packages and images, and the hosts. Whatever
 * else stands in it may be a secret, such as an option's value, a variable, a path that is signed or what stands before
 * a host's name; and a report goes where many can read it.
 */

/** Tools, with what of theirs says what they do. */
const WHAT_IT_DOES = anyOf([
  /aws\s+(?:\S+\s+)*?s3\s+(?:cp|sync)|git\s+clone|curl|wget/,
  /(?:docker|podman|nerdctl)\s+(?:pull|build|run|start|compose\b.*?\s(?:up|pull))/,
  /docker-compose\b.*?\s(?:up|pull)|\S+/,
]);
const TOOL = new RegExp(`^(?:${WHAT_IT_DOES.source})(?=\\s|$)`);
const VERBS = new Set(
  (
    "install localinstall groupinstall reinstall add i ci global create-project require pull build run start up cp " +
    "sync clone s3"
  ).split(" "),
);
/** They take no value, so that the next word is none. */
const FLAGS = new Set(
  (
    "--yes --assumeyes --quiet --global --upgrade --detach --rm --no-cache --no-install-recommends " +
    "--setopt=install_weak_deps=False"
  ).split(" "),
);
const SHORT_FLAGS = /^-[yqdit]+$/;
/** A package, with or without a scope and a version; an image, with or without its registry and tag. */
const NAME = /^@?[a-z0-9][a-z0-9+._/-]{0,80}(?:(?:==|[@:])[a-z0-9][a-z0-9+._-]{0,40})?$/i;
/** The scheme and the host; a port, if it is nothing but that. What comes before an `@` is no host. */
const ADDRESS = /^["']?(https?|s3):\/\/(?:[^\s/?#]*@)?([a-z0-9][a-z0-9.-]*(?::\d{1,5})?)(?=$|[/?#"'])/i;
const MAX_LENGTH = 90;

/** What is left out stands as `…`. */
export function shownCommand(command: string): string {
  const shown = `${toolOf(command)} ${argumentsOf(command)}`.trim();
  return shown.length > MAX_LENGTH ? `${shown.slice(0, MAX_LENGTH)}…` : shown;
}

/** The tool alone, such as `docker compose up`: what stands between its words is left out. */
export function toolOf(command: string): string {
  const [head = ""] = TOOL.exec(command) ?? [];
  const [name = "", ...words] = head.split(/\s+/);
  return [name, ...words.filter((it) => VERBS.has(it) || it === "compose")].join(" ");
}

function argumentsOf(command: string): string {
  const words = command
    .replace(TOOL, "")
    .split(/\s+/)
    .filter((it) => it !== "");
  const takesNames = !/^(curl|wget|git|aws)\b/.test(command);
  const shown: string[] = [];
  // After an option that is not known, any word may be its value.
  let isAnyValue = false;
  for (const word of words) {
    const address = addressIn(word);
    const isVerb = takesNames && VERBS.has(word);
    if (isVerb) isAnyValue = false;
    if (address !== undefined) shown.push(address);
    else if (isVerb || (takesNames && !isAnyValue && (FLAGS.has(word) || SHORT_FLAGS.test(word) || NAME.test(word))))
      shown.push(word);
    else {
      isAnyValue = true;
      if (shown.at(-1)?.endsWith("…") !== true) shown.push("…");
    }
  }
  return shown.join(" ");
}

/** `https://host/…`; nothing if the word is no address, or it is not certain what in it is the host. */
function addressIn(word: string): string | undefined {
  const [all = "", scheme, host] = ADDRESS.exec(word) ?? [];
  const rest = word.slice(all.length).replace(/["']$/, "");
  if (host === undefined || rest.includes("@")) return undefined;
  return `${scheme}://${host}/${rest === "" || rest === "/" ? "" : "…"}`;
}

/** What people begin a script with. */
const FIRST = new Set([...WELL_KNOWN, "sudo", "set", "user_data"]);

/** The command that a text begins with, if it is one that is well known; any other word may be anything. */
export function firstCommand(text: string): string | undefined {
  const [first = ""] = /[\w./-]+/.exec(text) ?? [];
  return FIRST.has(first) ? first : undefined;
}
