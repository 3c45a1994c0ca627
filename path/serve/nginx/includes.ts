import { type Directive, parseConfiguration } from "./parse";
import { NotRun } from "./tokens";

/* `include`: the files of a script in place of the directives that name them. */

const MIME_TYPES = "/etc/nginx/mime.types";
/** Files can include each other. */
const MAX_INCLUDES = 50;

/**
 * The main configuration with the files that it includes.
 * @param files the text of each file, by its path
 * @throws NotRun if a file is missing or cannot be read
 */
export function withIncludes(main: string, files: ReadonlyMap<string, string>): readonly Directive[] {
  let left = MAX_INCLUDES;
  const expand = (directives: readonly Directive[]): Directive[] =>
    directives.flatMap((it) => {
      if (it.block !== undefined) return [{ ...it, block: expand(it.block) }];
      const [pattern = ""] = it.words;
      if (it.name !== "include" || it.words.length !== 1) return [it];
      const path = pattern.startsWith("/") ? pattern : `/etc/nginx/${pattern}`;
      if (path === MIME_TYPES && !files.has(path)) return [{ ...it, words: [path] }];
      return matching(path, files).flatMap((text) => {
        if (left-- <= 0) throw new NotRun("includes too many files");
        return expand(parseConfiguration(text));
      });
    });
  return expand(parsedMain(main));
}

/** The last one is kept: it comes with the package, and is the same on most instances. */
let last: { readonly main: string; readonly directives: readonly Directive[] } | undefined;

function parsedMain(main: string): readonly Directive[] {
  if (last?.main !== main) last = { main, directives: parseConfiguration(main) };
  return last.directives;
}

/** In the order of their names, as NGINX reads them. */
function matching(pattern: string, files: ReadonlyMap<string, string>): string[] {
  const star = pattern.indexOf("*");
  if (/[?[\]\\{}$]/.test(pattern) || (star >= 0 && pattern.includes("/", star)))
    throw new NotRun(`includes ${pattern}`);
  if (star < 0) {
    const text = files.get(pattern);
    if (text === undefined) throw new NotRun(`includes ${pattern}, which the user data does not write`);
    return [text];
  }
  const [before = "", after = "", ...more] = pattern.split("*");
  if (more.length > 0) throw new NotRun(`includes ${pattern}`);
  const fits = (path: string) => {
    const name = path.slice(before.length, path.length - after.length);
    return (
      path.length >= before.length + after.length &&
      path.startsWith(before) &&
      path.endsWith(after) &&
      !name.includes("/") &&
      !(before.endsWith("/") && name.startsWith("."))
    );
  };
  return [...files]
    .filter(([path]) => fits(path))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, text]) => text);
}
