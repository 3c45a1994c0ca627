import { findNginx } from "../../machine/setup/nginx";
import type { Machine, Membership } from "../../path/serve/members";
import { type TargetProgram, targetProgram } from "../../path/serve/nginx-configuration";
import { isUnknown } from "../../topology/value";
import { allSettled } from "./all-settled";
import { type RunningTarget, startTarget } from "./targets";
import { appAddress, checkApp } from "./targets/app";

/* The programs of all targets. */

export interface ProgramOptions {
  /** Where the rehearsal has installed NGINX. */
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  /** The URL of the user's own app. */
  readonly target?: string;
}

/** More instances, each with a process of its own, would show nothing else. */
const MOST_NGINX = 20;

/**
 * Starts a program for each machine; all of them are added to `parts`, even if one cannot be started.
 * @throws {UsageError} if nothing responds at `target`
 */
export async function startPrograms(
  memberships: readonly Membership[],
  { cacheDir, env, target }: ProgramOptions,
  parts: { close(): Promise<void> }[],
): Promise<ReadonlyMap<Machine, RunningTarget>> {
  const app = target === undefined ? undefined : appAddress(target);
  if (app !== undefined) await checkApp(app);
  const machines = [...new Set(memberships.map(({ machine }) => machine))];
  const programs = limited(planned(machines));
  const nginx = programs.some(({ program }) => program.kind === "nginx")
    ? await findNginx({ cacheDir, env })
    : undefined;
  const started = await allSettled(
    programs.map(async ({ machine, program }) => {
      const running = await startTarget(program, {
        id: machine.id,
        ports: [...machine.ports],
        ...(nginx !== undefined && { nginx }),
        ...(app !== undefined && { app }),
      });
      parts.push(running);
      return [machine, running] as const;
    }),
  );
  return new Map(started);
}

interface Planned {
  readonly machine: Machine;
  readonly program: TargetProgram;
}

/** Instances often have the same user data, which takes longer to read than anything else of a target. */
function planned(machines: readonly Machine[]): readonly Planned[] {
  const read = new Map<string | undefined, TargetProgram>();
  const targetOf = (userData: string | undefined) => {
    const program = read.get(userData) ?? targetProgram(userData);
    read.set(userData, program);
    return program;
  };
  return machines.map((machine) => ({ machine, program: programOf(machine, targetOf) }));
}

function programOf({ server, broken }: Machine, targetOf: typeof targetProgram): TargetProgram {
  if (broken !== undefined) return { kind: "nothing", reason: broken.text };
  if (server === undefined) return { kind: "stand-in", ports: "any", reason: "the file does not contain the target" };
  const { userData } = server;
  return isUnknown(userData)
    ? { kind: "stand-in", ports: "any", reason: `its user data is not known: ${userData.why}` }
    : targetOf(userData);
}

function limited(programs: readonly Planned[]): readonly Planned[] {
  let count = 0;
  return programs.map((it) => {
    if (it.program.kind !== "nginx" || ++count <= MOST_NGINX) return it;
    const { ports, others } = it.program;
    const reason = `serve runs NGINX for ${MOST_NGINX} instances at most`;
    return { ...it, program: { kind: "stand-in", ports: [...ports, ...others], reason } };
  });
}
