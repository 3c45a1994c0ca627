import { PACKAGED_FILES, type System } from "./packaged-files";
import type { Word } from "./shell-commands";

/* The files of an instance and its NGINX, as the commands of the boot script change them. */

/** Folders that hold a site by the packages' own configuration, and NGINX's own. */
const CONFIGURATION = "/etc/nginx/";
const DEFAULT_SITE = { link: "/etc/nginx/sites-enabled/default", file: "/etc/nginx/sites-available/default" };
const SITES = ["/usr/share/nginx", "/var/www", "/srv/www"];

export class Instance {
  readonly files = new Map<string, Word>();
  /** Symbolic links, and what they lead to. */
  private readonly links = new Map<string, string>();
  readonly notes = new Set<string>();
  /** The configuration files when NGINX read them last; absent while it does not run. */
  running?: ReadonlyMap<string, Word>;
  /** What decides which packaged files there are. */
  system?: System;
  isInstalled = false;
  isEnabled = false;
  /** Why the configuration or the site is not certain. */
  opaque?: string;
  folder: string | undefined = "/";

  hide(reason: string): void {
    this.opaque ??= reason;
  }

  install(system: System | undefined): void {
    this.isInstalled = true;
    if (system === undefined || this.system !== undefined) return;
    this.system = system;
    for (const [path, text] of Object.entries(PACKAGED_FILES[system]))
      if (!this.files.has(path)) this.files.set(path, { text, isEvaluated: false });
    if (system !== "deb") return;
    this.links.set(DEFAULT_SITE.link, DEFAULT_SITE.file);
    // Debian's packages start what they install.
    this.readConfiguration();
  }

  /** NGINX is started, restarted or reloaded. */
  readConfiguration(): void {
    const linked = [...this.links].flatMap(([path, target]) => {
      const content = this.files.get(target);
      return content === undefined ? [] : [[path, content] as const];
    });
    this.running = new Map([...this.files, ...linked].filter(([path]) => path.startsWith(CONFIGURATION)));
  }

  start(): void {
    if (this.running === undefined) this.readConfiguration();
  }

  /** The absolute path of a file; nothing if the text does not show it. */
  pathOf({ text, isEvaluated }: Word): string | undefined {
    if (isEvaluated) return undefined;
    if (text.startsWith("/")) return text.replace(/\/{2,}/g, "/");
    return this.folder === undefined ? undefined : `${this.folder.replace(/\/$/, "")}/${text.replace(/^\.\//, "")}`;
  }

  write(name: string, content: Word, isAppended: boolean): void {
    const path = this.links.get(name) ?? name;
    const before = isAppended ? this.files.get(path) : undefined;
    this.files.set(path, {
      text: (before?.text ?? "") + content.text,
      isEvaluated: (before?.isEvaluated ?? false) || content.isEvaluated,
    });
  }

  /** Removes a file, or a folder with everything in it. */
  remove(path: string): void {
    const folder = path.replace(/\/?\*?$/, "/");
    for (const names of [this.files, this.links])
      for (const name of [...names.keys()]) if (name === path || name.startsWith(folder)) names.delete(name);
  }

  /** A copy, or a symbolic link: `to` can be a folder. @returns false if there is no such file */
  copy(from: string, to: string, isLink = false): boolean {
    const content = this.files.get(from);
    if (content === undefined) return false;
    const isFolder = to.endsWith("/") || [...this.files.keys()].some((it) => it.startsWith(`${to}/`));
    const name = from.slice(from.lastIndexOf("/") + 1);
    const path = isFolder || isWellKnownFolder(to) ? `${to.replace(/\/$/, "")}/${name}` : to;
    this.links.delete(path);
    if (isLink) this.links.set(path, from);
    else this.files.set(path, content);
    return true;
  }
}

function isWellKnownFolder(path: string): boolean {
  return /^\/etc\/nginx\/(?:conf\.d|sites-enabled|sites-available|default\.d)$/.test(path);
}

export function isConfiguration(path: string): boolean {
  return path.startsWith(CONFIGURATION) || path === "/etc/nginx";
}

/** Whether a text names NGINX's configuration or a folder of its sites. */
export function namesServedFiles(text: string): boolean {
  return /\/etc\/nginx|\bnginx\.conf\b/.test(text) || SITES.some((it) => text.includes(it));
}
