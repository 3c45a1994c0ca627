import { TemporaryFolder } from "../../machine/files/temporary-folder";
import { HOW_TO_GET_NGINX, type Nginx } from "../../machine/setup/nginx";
import type { Backend } from "../../path/serve/decisions";
import type { TargetProgram } from "../../path/serve/nginx-configuration";
import { type AppAddress, startPassThrough } from "./targets/app";
import { NginxRefused, startNginx } from "./targets/nginx-program";
import type { RunningProgram } from "./targets/program";
import { startStandIn } from "./targets/stand-in";

export interface TargetOptions {
  /** Such as `aws_instance.web[0]`. */
  readonly id: string;
  /** The ports on which target groups reach it, for a program whose ports are not known. */
  readonly ports: readonly number[];
  /** Absent if there is none on this machine. */
  readonly nginx?: Nginx;
  /** The user's own app. */
  readonly app?: AppAddress;
}

/** The programs of an instance, on loopback. */
export interface RunningTarget {
  readonly id: string;
  readonly kind: Backend["kind"];
  /** Why it is a stand-in, or why nothing listens. */
  readonly reason?: string;
  /** What is at the ports that NGINX proxies to. */
  readonly behind?: "app" | "stand-in";
  /** What differs from the instance, in sentences. */
  readonly notes: readonly string[];
  /** The loopback port for each port of the instance. */
  readonly listens: ReadonlyMap<number, number>;
  readonly isRunning: () => boolean;
  /** As if the instance's programs crashed: their ports refuse connections, and stay reserved for `start`. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** Ends everything that was started. */
  readonly close: () => Promise<void>;
}

type About = Pick<RunningTarget, "kind" | "reason" | "behind" | "notes">;

/** Starts what runs on an instance. */
export async function startTarget(program: TargetProgram, options: TargetOptions): Promise<RunningTarget> {
  if (program.kind === "nothing")
    return running(options.id, { kind: "stand-in", reason: program.reason, notes: [] }, []);
  if (program.kind === "stand-in")
    return inPlace(program.ports === "any" ? options.ports : program.ports, program.reason, options);
  const ports = [...program.ports, ...program.others];
  if (options.app !== undefined && program.proxiesTo.length === 0) return inPlace(ports, "", options);
  if (options.nginx === undefined) return inPlace(ports, `NGINX is not on PATH; ${HOW_TO_GET_NGINX}`, options);
  return realNginx(program, { ...options, nginx: options.nginx });
}

/** The app or a stand-in, in the place of the instance's programs. */
async function inPlace(ports: readonly number[], reason: string, options: TargetOptions): Promise<RunningTarget> {
  const programs = await startServers(ports, reason, options);
  const about: About = options.app === undefined ? { kind: "stand-in", reason, notes: [] } : { kind: "app", notes: [] };
  return running(options.id, about, programs);
}

function startServers(
  ports: readonly number[],
  reason: string,
  { id, app }: Pick<TargetOptions, "id" | "app">,
): Promise<RunningProgram[]> {
  return allOrNone(
    [...new Set(ports)].map((port) =>
      app === undefined ? startStandIn(id, port, reason) : startPassThrough(app, port),
    ),
  );
}

async function realNginx(
  program: Extract<TargetProgram, { kind: "nginx" }>,
  options: TargetOptions & { readonly nginx: Nginx },
): Promise<RunningTarget> {
  const { id, nginx, app } = options;
  const folder = await TemporaryFolder.make("serve");
  const elsewhere = [...program.proxiesTo, ...program.others].filter((port) => !program.ports.includes(port));
  let servers: RunningProgram[] = [];
  try {
    if (/[$\n]/.test(folder.path)) throw new NginxRefused(`the folder for temporary files has a $ in its name`);
    servers = await startServers(elsewhere, "the app on the instance is not run", options);
    const apps = new Map(servers.flatMap((it) => [...it.listens]));
    const started = await startNginx({ nginx, program, apps, folder: folder.path });
    const open = servers.filter((it) => [...it.listens.keys()].some((port) => program.others.includes(port)));
    const behind = program.proxiesTo.length === 0 ? undefined : app === undefined ? "stand-in" : "app";
    const about: About = { kind: "nginx", notes: program.notes, ...(behind !== undefined && { behind }) };
    return running(id, about, [started, ...servers], [started, ...open], () => folder.remove());
  } catch (error) {
    await Promise.all(servers.map((it) => it.close()));
    await folder.remove();
    if (!(error instanceof NginxRefused)) throw error;
    return inPlace([...program.ports, ...program.others], `NGINX refuses the configuration: ${error.message}`, {
      ...options,
    });
  }
}

/**
 * @param shown those whose ports target groups can reach
 */
function running(
  id: string,
  about: About,
  programs: readonly RunningProgram[],
  shown: readonly RunningProgram[] = programs,
  after: () => Promise<void> = async () => {},
): RunningTarget {
  let isRunning = true;
  // One after the other, as buttons can be pressed faster.
  let last: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>) => (last = last.catch(() => undefined).then(work));
  return {
    id,
    ...about,
    listens: new Map(shown.flatMap((it) => [...it.listens])),
    isRunning: () => isRunning,
    stop: () =>
      inTurn(async () => {
        isRunning = false;
        await Promise.all(programs.map((it) => it.stop()));
      }),
    start: () =>
      inTurn(async () => {
        await Promise.all(programs.map((it) => it.start()));
        isRunning = true;
      }),
    close: () =>
      inTurn(async () => {
        isRunning = false;
        await Promise.all(programs.map((it) => it.close()));
        await after();
      }),
  };
}

/** If one fails, those that started end. */
async function allOrNone(starting: readonly Promise<RunningProgram>[]): Promise<RunningProgram[]> {
  const settled = await Promise.allSettled(starting);
  const started = settled.flatMap((it) => (it.status === "fulfilled" ? [it.value] : []));
  const failed = settled.find((it) => it.status === "rejected");
  if (failed === undefined) return started;
  await Promise.all(started.map((it) => it.close()));
  throw failed.reason;
}
