import { WELL_KNOWN } from "./boot-script";
import { anyOf } from "./patterns";

/*
 * A boot script's command as a report shows it: the tool, the names of packages and images, and the hosts. Anything
 * else may be a secret, such as an option's value, a variable, a signed path or credentials before a host name, and
 * many people can read a report.
 */

/** Tools, with their subcommands. */
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
/** Options without a value. */
const FLAGS = new Set(
  (
    "--yes --assumeyes --quiet --global --upgrade --detach --rm --no-cache --no-install-recommends " +
    "--setopt=install_weak_deps=False"
  ).split(" "),
);
const SHORT_FLAGS = /^-[yqdit]+$/;
/** A package, with or without a scope and a version; an image, with or without its registry and tag. */
const NAME = /^@?[a-z0-9][a-z0-9+._/-]{0,80}(?:(?:==|[@:])[a-z0-9][a-z0-9+._-]{0,40})?$/i;
/** The scheme and the host, and a numeric port. Text before an `@` is not a host. */
const ADDRESS = /^["']?(https?|s3):\/\/(?:[^\s/?#]*@)?([a-z0-9][a-z0-9.-]*(?::\d{1,5})?)(?=$|[/?#"'])/i;
const MAX_LENGTH = 90;

/** Omitted text is shown as `…`. */
export function shownCommand(command: string): string {
  const shown = `${toolOf(command)} ${argumentsOf(command)}`.trim();
  return shown.length > MAX_LENGTH ? `${shown.slice(0, MAX_LENGTH)}…` : shown;
}

/** Only the tool, such as `docker compose up`; anything between its words is omitted. */
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
  // After an unknown option, any word may be its value.
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

/** `https://host/…`; nothing if the word is not a URL, or its host is not certain. */
function addressIn(word: string): string | undefined {
  const [all = "", scheme, host] = ADDRESS.exec(word) ?? [];
  const rest = word.slice(all.length).replace(/["']$/, "");
  if (host === undefined || rest.includes("@")) return undefined;
  return `${scheme}://${host}/${rest === "" || rest === "/" ? "" : "…"}`;
}

/** Common first commands of a script. */
const FIRST = new Set([...WELL_KNOWN, "sudo", "set", "user_data"]);

/** The first command of a text, if it is a well-known one; any other word may be a secret. */
export function firstCommand(text: string): string | undefined {
  const [first = ""] = /[\w./-]+/.exec(text) ?? [];
  return FIRST.has(first) ? first : undefined;
}
