import type { Cause } from "../../path/serve/decisions";
import { hopsNow } from "../../path/serve/hops-now";
import { closedTo, refusedByName } from "../../path/serve/known-problems";
import type { Site } from "../../path/serve/site";
import type { LogEntry } from "./front";
import type { RunningMember } from "./pools";
import type { Status, TargetStatus, Watched } from "./status";

/** The number of requests that the page shows. */
const MOST_REQUESTS = 100;

/** What is constant while a site is served. */
export type Constant = Pick<Status, "source" | "clock" | "client" | "urls">;

/** A site while it is served: its requests, and the state of its targets. */
export class RunningSite implements Watched {
  private readonly requests: (LogEntry & { readonly at: string })[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly requestListeners = new Set<(entry: LogEntry) => void>();

  /** Why the client receives no response, whatever the trace says about others. */
  readonly closed: readonly Cause[];
  private readonly refused: readonly Cause[];

  constructor(
    private readonly site: Site,
    private readonly members: readonly RunningMember[],
    private readonly constant: Constant,
  ) {
    this.closed = closedTo(constant.client, site);
    this.refused = refusedByName(constant.client, site);
  }

  readonly log = (entry: LogEntry): void => {
    this.requests.unshift({ ...entry, at: new Date().toISOString() });
    this.requests.length = Math.min(this.requests.length, MOST_REQUESTS);
    for (const listener of this.requestListeners) listener(entry);
    this.changed();
  };

  readonly changed = (): void => {
    for (const listener of this.listeners) listener();
  };

  status(): Status {
    const targets = this.members.map(statusOf);
    return {
      ...this.constant,
      hops: hopsNow(
        this.site,
        this.members.map(({ health: { state }, program }) => ({
          state,
          isAssumed: program.kind === "stand-in" || program.behind === "stand-in",
        })),
        this.closed,
        this.refused,
      ),
      targets,
      requests: [...this.requests],
      notModeled: this.site.notModeled,
    };
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls the listener after each request and for each connection that is never answered. */
  onRequest(listener: (entry: LogEntry) => void): () => void {
    this.requestListeners.add(listener);
    return () => this.requestListeners.delete(listener);
  }

  async stop(targetId: string): Promise<boolean> {
    return await this.change(targetId, (program) => program.stop());
  }

  async start(targetId: string): Promise<boolean> {
    return await this.change(targetId, (program) => program.start());
  }

  /** @returns whether there is such a target */
  private async change(targetId: string, work: (program: RunningMember["program"]) => Promise<void>): Promise<boolean> {
    const member = this.members.find(({ membership }) => membership.id === targetId);
    if (member === undefined) return false;
    await work(member.program);
    this.changed();
    return true;
  }
}

function statusOf({ membership, group, program, health, lastCheck }: RunningMember): TargetStatus {
  const reason = reasonOf(program);
  return {
    id: membership.id,
    targetGroup: group.address,
    kind: program.kind,
    ...(reason !== undefined && { reason }),
    isRunning: program.isRunning(),
    health: health.state,
    ...(health.code !== undefined && { code: health.code }),
    ...(lastCheck !== undefined && { lastCheck }),
  };
}

/** Why it is a stand-in, and what differs from the instance. */
export function reasonOf({ reason, notes, behind }: RunningMember["program"]): string | undefined {
  const all = [
    ...(reason === undefined || reason === "" ? [] : [reason]),
    ...(behind === "stand-in" ? ["a stand-in responds in place of the app behind NGINX"] : []),
    ...notes,
  ];
  return all.length === 0 ? undefined : all.join("; ");
}
