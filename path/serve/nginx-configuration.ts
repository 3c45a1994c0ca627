import { type BootScript, bootScript } from "../analysis/boot-scripts/boot-script";
import { portsOf } from "../analysis/boot-scripts/served-ports";
import { boot } from "./nginx/boot";
import { withIncludes } from "./nginx/includes";
import { Instance, isConfiguration } from "./nginx/instance";
import { type Mapping, PLAIN_PATH } from "./nginx/plan";
import { type CheckedConfiguration, checkedConfiguration } from "./nginx/print";
import { NotRun } from "./nginx/tokens";

/* Which program an instance runs, by its user data: NGINX with a checked configuration, or a stand-in. */

export type TargetProgram =
  | {
      readonly kind: "nginx";
      /** The ports on which NGINX listens, ascending. */
      readonly ports: readonly number[];
      /** The ports that it proxies to. */
      readonly proxiesTo: readonly number[];
      /** Ports on which the user data visibly starts other servers. */
      readonly others: readonly number[];
      /** The complete configuration, for the files below in `files` of the mapping's folder. */
      readonly configuration: (to: Mapping) => string;
      readonly files: readonly { readonly path: string; readonly text: string }[];
      /** What differs from the instance, in sentences. */
      readonly notes: readonly string[];
    }
  | {
      readonly kind: "stand-in";
      /** `any`: the user data does not show on which ports it listens. */
      readonly ports: readonly number[] | "any";
      readonly reason: string;
    }
  /** Nothing listens. */
  | { readonly kind: "nothing"; readonly reason: string };

/** EC2 accepts 16 KiB; what is longer was compressed. */
const LONGEST = 20_000;
const MAIN = "/etc/nginx/nginx.conf";

/** @param userData in clear text; absent if the file does not contain it */
export function targetProgram(userData: string | undefined): TargetProgram {
  if (userData === undefined || userData.trim() === "")
    return standIn("any", "the file contains no user data, and what the image runs is not known");
  const script = bootScript(userData);
  if (script.kind === "never")
    return { kind: "nothing", reason: "cloud-init does not run the user data, which does not begin with #!" };
  const shown = portsOf(userData);
  const ports = shown.length === 0 ? ("any" as const) : shown;
  if (script.kind === "unclear") return standIn(ports, "the user data is not a script that serve reads");
  if (userData.length > LONGEST) return standIn(ports, "the user data is longer than serve reads");
  const instance = new Instance();
  boot(script, instance);
  if (!instance.isInstalled && instance.running === undefined)
    return standIn(ports, "the user data does not start NGINX in a way that serve reads");
  if (instance.opaque !== undefined) return standIn(ports, `the user data ${instance.opaque}`);
  if (instance.running === undefined) return notStarted(script, shown);
  try {
    return nginx(instance, shown);
  } catch (error) {
    if (error instanceof NotRun) return standIn(ports, `the configuration ${error.message}`);
    throw error;
  }
}

function standIn(ports: readonly number[] | "any", reason: string): TargetProgram {
  return { kind: "stand-in", ports, reason };
}

/** Port 80 is then only a guess from the package's name. */
function notStarted(script: BootScript, shown: readonly number[]): TargetProgram {
  const others = shown.filter((port) => port !== 80);
  const reason = "the user data installs NGINX and never starts it";
  if (others.length > 0) return standIn(others, reason);
  return /\b(?:docker|podman|ansible|chef|puppet)\b|\.sh\b/.test(script.text)
    ? standIn("any", reason)
    : { kind: "nothing", reason };
}

function nginx(instance: Instance, shown: readonly number[]): TargetProgram {
  const running = instance.running ?? new Map();
  const main = running.get(MAIN)?.text;
  if (main === undefined)
    return standIn("any", "the distribution, and with it the configuration of NGINX, is not known");
  for (const [path, { isEvaluated }] of running)
    if (isEvaluated) throw new NotRun(`contains values that the shell puts into ${path}`);
  const texts = new Map([...running].map(([path, { text }]) => [path, text]));
  const checked: CheckedConfiguration = checkedConfiguration(withIncludes(main, texts));
  if (checked.ports.length === 0) return { kind: "nothing", reason: "the configuration of NGINX has no server" };
  const { files, notes } = siteOf(instance);
  return {
    kind: "nginx",
    ports: checked.ports,
    proxiesTo: checked.proxiesTo,
    others: shown.filter((port) => !checked.ports.includes(port)),
    configuration: checked.print,
    files,
    notes: [...instance.notes, ...notes],
  };
}

/** The files that the script writes, without the configuration. */
function siteOf(instance: Instance) {
  const found = [...instance.files].filter(([path]) => !isConfiguration(path));
  const isFolder = (path: string) => found.some(([other]) => other.startsWith(`${path}/`));
  const isUsable = ([path]: (typeof found)[number]) =>
    PLAIN_PATH.test(path) && !/\/$|[^/]{201}/.test(path) && !isFolder(path);
  const evaluated = found.filter((it) => it[1].isEvaluated && isUsable(it));
  const unusable = found.filter((it) => !isUsable(it));
  return {
    files: found.filter(isUsable).map(([path, { text }]) => ({ path, text })),
    notes: [
      ...evaluated.map(([path]) => `values that the shell puts into ${path} are shown as they are written`),
      ...unusable.map(([path]) => `${path} is not written, because its name is not plain`),
    ],
  };
}
