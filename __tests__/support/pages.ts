import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { PROJECT } from "./project";

/* What a page of Markdown holds, as GitHub shows it. */

/** A page, from the project's folder. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

interface Link {
  readonly to: string;
  /** The page's own path where the link has none. */
  readonly path: string;
  readonly anchor?: string;
}

interface Block {
  readonly language: string;
  readonly text: string;
}

/** Files in a folder with this ending, by their paths from the project's folder; in folders below it, too. */
export function filesBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => ending.test(path) && !path.includes("__pycache__") && statSync(join(PROJECT, path)).isFile())
    .map((path) => path.split(sep).join("/"))
    .sort();
}

/** @throws {Error} if there is no such page: a test of a page without text would find nothing wrong */
export function pageOf(path: string): Page {
  return { path, text: readFileSync(join(PROJECT, path), "utf8") };
}

export function isThere(path: string): boolean {
  return existsSync(join(PROJECT, path));
}

/** Code in fences, which may be indented in a list. */
export function blocksOf({ text }: Page): Block[] {
  return [...text.matchAll(/^( *)```(\w*)[^\n]*\n([^]*?)^\1```/gm)].map(
    ([, indent = "", language = "", code = ""]) => ({
      language,
      text: code
        .split("\n")
        .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
        .join("\n"),
    }),
  );
}

/** The page without code in fences and without comments. */
export function proseOf({ text }: Page): string {
  return text.replace(/^( *)```[^]*?^\1```.*$/gm, "").replace(/<!--[^]*?-->/g, "");
}

/** Code within a line. */
export function inlineCodeOf(page: Page): string[] {
  return [...proseOf(page).matchAll(/(?<!`)`([^`]+)`(?!`)/g)].map(([, code = ""]) => code.replace(/\s+/g, " "));
}

/** Headings, each with its level. */
export function headingsOf(page: Page): { readonly level: number; readonly title: string }[] {
  return [...proseOf(page).matchAll(/^(#{1,6}) +(.+?) *#*$/gm)].map(([, marks = "", title = ""]) => ({
    level: marks.length,
    title,
  }));
}

/** What GitHub calls the page's headings in links; the second of one title has `-1` at its end. */
export function anchorsOf(page: Page): string[] {
  const seen = new Map<string, number>();
  return headingsOf(page).map(({ title }) => {
    const slug = title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\s-]/gu, "")
      .trim()
      .replace(/\s/g, "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

/** Links to files and headings of the project. */
export function linksOf(page: Page): Link[] {
  const text = proseOf(page).replace(/(?<!`)`[^`]+`(?!`)/g, "code");
  return [...text.matchAll(/\[[^\]]*\]\(\s*<?([^)>\s]+)>?(?:\s+"[^"]*")?\s*\)/g)]
    .map(([, to = ""]) => to)
    .filter((to) => !/^[a-z][a-z+.-]*:/i.test(to))
    .map((to) => {
      const [path = "", anchor] = to.split("#");
      const target = path === "" ? page.path : posix.join(dirname(page.path), path);
      return { to, path: target, ...(anchor !== undefined && { anchor }) };
    });
}

/** Links that lead to no file, or to no heading of one. */
export function brokenLinks(page: Page): string[] {
  return linksOf(page)
    .filter(({ to, path, anchor }) => {
      if (to.startsWith("/") || relative(PROJECT, join(PROJECT, path)).startsWith("..") || !isThere(path)) return true;
      return anchor !== undefined && path.endsWith(".md") && !anchorsOf(pageOf(path)).includes(anchor);
    })
    .map(({ to }) => to);
}

/** A command line of alb-web that a page shows. */
export interface Shown {
  readonly name: string;
  readonly options: readonly string[];
}

/** `npx alb-web plan web`, and `npm run rehearse -- --keep`, in code of any kind. */
export function commandsShownIn(page: Page): Shown[] {
  const lines = [
    ...blocksOf(page).flatMap(({ text }) => text.replace(/\\\n\s*/g, " ").split("\n")),
    ...inlineCodeOf(page),
  ];
  return lines.flatMap((line) =>
    [...line.matchAll(/(?:npx alb-web ([a-z][\w-]*)|npm run (rehearse) --(?= ))([^|;#&]*)/g)].map(
      ([, command, script, rest = ""]) => ({
        name: command ?? script ?? "",
        options: [...rest.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([option]) => option),
      }),
    ),
  );
}
