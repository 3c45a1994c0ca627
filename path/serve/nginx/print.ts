import { listens, onlyPort, proxyPass, upstreamServer } from "./addresses";
import { type Context, isKnown, isLeftOut, runsAsWritten } from "./directives";
import { MIME_TYPES } from "./mime-types";
import type { Directive } from "./parse";
import {
  always,
  block,
  type Findings,
  line,
  type Mapping,
  mapped,
  PLAIN_PATH,
  type Printed,
  upstreamsOf,
} from "./plan";
import { NotRun, quoted } from "./tokens";
import { changesUriInPlace, checkCondition, checkErrorPage, checkRewrite, checkTryFiles } from "./uris";

/*
 * Checks a configuration against the written list, and prints a new one. Nothing of the source is in it except
 * arguments that were checked, each in quotation marks.
 */

export interface CheckedConfiguration {
  readonly ports: readonly number[];
  readonly proxiesTo: readonly number[];
  readonly print: (to: Mapping) => string;
}

/** Begins the names of variables that are serve's own. */
const OWN_NAMES = "alb_web";

/**
 * A request must not leave the private folder: a rewritten URI or an `alias` without its final slash can lead to a name
 * with `..`. An `if` with an expression would forget what the location has captured, and a `map` does not.
 */
const OUTSIDE = always(
  `map $request_filename $${OWN_NAMES}_outside {\nvolatile;\ndefault 0;\n${quoted("~/\\.\\.(?:/|$)")} 1;\n}`,
);
const GUARD = always(`if ($${OWN_NAMES}_outside) {\nreturn 404;\n}`);

/** @throws NotRun if a directive or one of its arguments is not on the list */
export function checkedConfiguration(directives: readonly Directive[]): CheckedConfiguration {
  const http = directives.filter(({ name }) => name === "http");
  if (http.length > 1) throw new NotRun("has more than one http block");
  const inHttp = http[0]?.block ?? [];
  const findings: Findings = { ports: new Set(), proxiesTo: new Set(), upstreams: upstreamsOf(inHttp) };
  if (directives.some(usesOwnNames)) throw new NotRun(`uses variables that begin with ${OWN_NAMES}`);
  for (const directive of directives) checkMain(directive);
  const inside = inHttp.flatMap((it) => printed(it, { context: "http", findings }));
  return {
    ports: [...findings.ports].sort((a, b) => a - b),
    proxiesTo: [...findings.proxiesTo].sort((a, b) => a - b),
    print: (to) => `${head(to)}${block("http", [(it) => temporaryFolders(it), OUTSIDE, ...inside])(to)}\n`,
  };
}

function usesOwnNames({ name, words, block: inside = [] }: Directive): boolean {
  return [name, ...words].some((it) => it.includes(OWN_NAMES)) || inside.some(usesOwnNames);
}

function checkMain({ name, words, block: inside }: Directive): void {
  if (name === "http" && words.length === 0 && inside !== undefined) return;
  if (name === "events" && words.length === 0 && inside !== undefined) {
    const refused = inside.find((it) => it.block !== undefined || !isLeftOut(it.name, "events"));
    if (refused !== undefined) throw notRun(refused);
  } else if (inside !== undefined || !isLeftOut(name, "main")) throw notRun({ name, words });
}

function head({ folder }: Mapping): string {
  return [
    "daemon off;",
    // One process, so that nothing is left when it is killed.
    "master_process off;",
    line("pid", [`${folder}/nginx.pid`]),
    line("error_log", [`${folder}/error.log`, "error"]),
    "events {\nworker_connections 512;\n}\n",
  ].join("\n");
}

function temporaryFolders({ folder, without }: Mapping): string {
  const modules = ["fastcgi", "uwsgi", "scgi"].filter((it) => !without.includes(it));
  const names = ["client_body", "proxy", ...modules];
  return ["access_log off;", ...names.map((it) => line(`${it}_temp_path`, [`${folder}/temporary/${it}`]))].join("\n");
}

interface Place {
  readonly context: Context;
  readonly findings: Findings;
  /** The port of the server, if it has only one. */
  readonly port?: number;
  /** Whether the location's expression decides which URI it is for. */
  readonly isExpression?: boolean;
}

function notRun({ name, words }: Directive): NotRun {
  if (!/^\w{1,60}$/.test(name)) return new NotRun("has a directive with an invalid name");
  if (!isKnown(name) && !SPECIAL.has(name) && !BLOCKS.has(name))
    return new NotRun(`uses the directive ${name}, which serve does not run`);
  const text = words.join(" ").replace(/\s+/g, " ");
  return new NotRun(`has ${name} with arguments or in a place that serve does not run (${text.slice(0, 80)})`);
}

function printed(directive: Directive, place: Place): Printed[] {
  const { name, words, block: inside } = directive;
  if (inside !== undefined) {
    const print = BLOCKS.get(name)?.(directive, inside, place);
    if (print === undefined) throw notRun(directive);
    return [print];
  }
  if (isLeftOut(name, place.context)) return [];
  const special = SPECIAL.get(name)?.(words, place);
  if (special !== undefined) return [special];
  if (SPECIAL.has(name) || !runsAsWritten(name, words, place.context)) throw notRun(directive);
  return [
    always(
      line(
        name,
        words.map((it) => withPort(it, place.port)),
      ),
    ),
  ];
}

const SHOWS_PORT = /\$server_port(?!\w)|\$\{server_port\}/;

/** NGINX listens on another port here, and must not show it. */
function withPort(text: string, port: number | undefined): string {
  if (!SHOWS_PORT.test(text)) return text;
  if (port === undefined) throw new NotRun("uses $server_port where it is not certain which port that is");
  return text.replace(/\$server_port(?!\w)|\$\{server_port\}/g, String(port));
}

type Special = (words: readonly string[], place: Place) => Printed | undefined;

const isInServer = ({ context }: Place) => context !== "http" && context !== "upstream" && context !== "if";
const written = (name: string, words: readonly string[], port?: number) =>
  always(
    line(
      name,
      words.map((it) => withPort(it, port)),
    ),
  );

/** Directives that name files or addresses. */
const SPECIAL: ReadonlyMap<string, Special> = new Map<string, Special>([
  [
    "root",
    ([path = "", ...more], { context }) => (more.length > 0 || context === "if" ? undefined : folder("root", path)),
  ],
  [
    "alias",
    ([path = "", ...more], { context, isExpression }) =>
      more.length > 0 || context !== "location" || isExpression ? undefined : folder("alias", path),
  ],
  [
    "index",
    (words) => (words.every((it) => /^\w[\w-]*(?:\.\w[\w-]*)*$/.test(it)) ? written("index", words) : undefined),
  ],
  [
    "try_files",
    (words, place) => (isInServer(place) && checkTryFiles(words) ? written("try_files", words) : undefined),
  ],
  [
    "error_page",
    (words, { context }) =>
      context !== "upstream" && checkErrorPage(words) ? written("error_page", words) : undefined,
  ],
  [
    "rewrite",
    (words, { context, port }) =>
      context !== "http" && checkRewrite(words) ? written("rewrite", words, port) : undefined,
  ],
  ["include", ([path]) => (path === "/etc/nginx/mime.types" ? always(MIME_TYPES) : undefined)],
  [
    "proxy_pass",
    (words, { context, findings }) =>
      context === "location" || context === "if" ? proxyPass(words, findings) : undefined,
  ],
  ["server", (words, { context, findings }) => (context === "upstream" ? upstreamServer(words, findings) : undefined)],
]);

/** A relative path begins at the folder that Linux distributions build NGINX with. */
function folder(name: string, path: string): Printed | undefined {
  const absolute = path.startsWith("/") ? path : `/usr/share/nginx/${path}`;
  return path !== "" && PLAIN_PATH.test(absolute) ? (to) => line(name, [mapped(absolute, to)]) : undefined;
}

type SpecialBlock = (directive: Directive, inside: readonly Directive[], place: Place) => Printed | undefined;

const BLOCKS: ReadonlyMap<string, SpecialBlock> = new Map<string, SpecialBlock>([
  [
    "server",
    ({ words }, inside, place) => (words.length > 0 || place.context !== "http" ? undefined : server(inside, place)),
  ],
  ["location", ({ words }, inside, place) => (isInServer(place) ? location(words, inside, place) : undefined)],
  [
    "if",
    ({ words }, inside, place) =>
      isInServer(place) && checkCondition(words) && !words.some((it) => SHOWS_PORT.test(it))
        ? block(
            `if ${words.map(quoted).join(" ")}`,
            inside.flatMap((it) => {
              if (place.context === "server" && it.name === "proxy_pass") throw notRun(it);
              return printed(it, { ...place, context: "if" });
            }),
          )
        : undefined,
  ],
  ["upstream", upstream],
  ["map", map],
  ["types", types],
]);

function server(inside: readonly Directive[], { findings }: Place): Printed {
  const listening = inside.filter(({ name }) => name === "listen");
  const port = onlyPort(listening.map(({ words }) => words));
  const place: Place = { context: "server", findings, ...(port !== undefined && { port }) };
  const rest = inside.filter((it) => it.name !== "listen" && it.name !== "try_files");
  const tryFiles = inside.filter(({ name }) => name === "try_files").flatMap((it) => printed(it, place));
  const isCaught = inside.some(({ name, words }) => name === "location" && /^(?:\^~ ?)?\/$/.test(words.join(" ")));
  return block("server", [
    ...listens(
      listening.map(({ words }) => words),
      findings,
    ),
    // NGINX puts the port into redirects unless it is the default port.
    ...(port === 80 ? [always("port_in_redirect off;")] : []),
    ...rest.flatMap((it) => printed(it, place)),
    // The guard applies to URIs without a location too. What a server tries applies to exactly these.
    ...(isCaught ? [] : [block("location /", [GUARD, ...tryFiles])]),
  ]);
}

function location(words: readonly string[], inside: readonly Directive[], place: Place): Printed | undefined {
  const [first = "", second] = words;
  const isPair = words.length === 2 && /^(?:=|~|~\*|\^~)$/.test(first);
  if (!isPair && words.length !== 1) return undefined;
  const isExpression = first.startsWith("~");
  if (isPair ? second === "" : first === "") return undefined;
  if (changesUriInPlace(inside)) throw new NotRun("rewrites a URI with variables and serves files for it");
  return block(`location ${words.map(quoted).join(" ")}`, [
    GUARD,
    ...inside.flatMap((it) => printed(it, { ...place, context: "location", isExpression })),
  ]);
}

function upstream(
  { words }: Directive,
  inside: readonly Directive[],
  { context, findings }: Place,
): Printed | undefined {
  const [name = "", ...more] = words;
  if (context !== "http" || more.length > 0 || !/^[a-z_][\w.-]{0,100}$/i.test(name) || /^localhost$/i.test(name))
    return undefined;
  return block(
    `upstream ${quoted(name)}`,
    inside.flatMap((it) => printed(it, { context: "upstream", findings })),
  );
}

function map({ words }: Directive, inside: readonly Directive[], { context }: Place): Printed | undefined {
  const [, variable = "", ...more] = words;
  if (context !== "http" || words.length !== 2 || more.length > 0 || !/^\$[a-z]\w{0,60}$/.test(variable))
    return undefined;
  if (inside.some((it) => it.block !== undefined || it.name === "include" || it.words.length > 1)) return undefined;
  for (const text of [...words, ...inside.flatMap((it) => it.words)]) withPort(text, undefined);
  return block(
    `map ${words.map(quoted).join(" ")}`,
    inside.map((it) => always(`${[it.name, ...it.words].map(quoted).join(" ")};`)),
  );
}

function types({ words }: Directive, inside: readonly Directive[], { context }: Place): Printed | undefined {
  if (words.length > 0 || context === "upstream" || context === "if") return undefined;
  const isType = (it: Directive) =>
    it.block === undefined && /^[\w.+-]+\/[\w.+-]+$/.test(it.name) && it.words.every((name) => /^[\w.+-]+$/.test(name));
  if (!inside.every(isType)) return undefined;
  return block(
    "types",
    inside.map((it) => always(`${[it.name, ...it.words].map(quoted).join(" ")};`)),
  );
}
