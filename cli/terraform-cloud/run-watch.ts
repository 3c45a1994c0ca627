import { CloudRun, type RunAddress } from "./cloud-run";
import { cloudHost } from "./host";

/** The URL of a run's page, which terraform prints once it has created the run. */
const PAGE = /https:\/\/([^/\s]+)\/app\/([^/\s]+)\/([^/\s]+)\/runs\/(run-[\w-]+)/;
const WAITS = /^Waiting for /;
/** The first line of a run's log. */
const BEGINS = /^(Terraform|OpenTofu) v\d/;

/**
 * Finds in terraform's output the run that it created in Terraform Cloud, if any, and reports what the run waits for:
 * terraform only prints how many runs there are.
 */
export class RunWatch {
  /** Undefined as long as there is no run, such as with any other backend. */
  address?: RunAddress;
  private found?: Promise<CloudRun | undefined>;
  private isWaiting = false;

  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly report: (text: string) => void,
  ) {}

  /** Processes a line of terraform's output, without colors. */
  read(line: string): void {
    // The first URL is terraform's own; a plan may contain others.
    const [link, hostname, organization, workspace, id] = (this.address === undefined && PAGE.exec(line)) || [];
    if (
      link !== undefined &&
      hostname !== undefined &&
      organization !== undefined &&
      workspace !== undefined &&
      id !== undefined
    ) {
      this.address = { hostname, organization, workspace, id, link };
      this.report(`run ${id}: ${link}`);
    } else if (WAITS.test(line)) {
      this.isWaiting = true;
      void this.reportHolder(line);
    } else if (this.isWaiting && BEGINS.test(line)) {
      this.isWaiting = false;
      this.report(`run ${this.address?.id}: ${this.address?.link}`);
    }
  }

  /** The run that terraform created; undefined if there is none, or no token for its host. */
  run(): Promise<CloudRun | undefined> {
    const { address } = this;
    if (address === undefined) return Promise.resolve(undefined);
    this.found ??= cloudHost(address.hostname, this.env).then((host) => host && new CloudRun(host, address));
    return this.found;
  }

  private async reportHolder(line: string): Promise<void> {
    // Additional information only; an error here must not end the plan.
    const holder = await this.run()
      .then((run) => run?.holder())
      .catch(() => undefined);
    if (this.isWaiting) this.report(holder === undefined ? line : `waiting for ${holder}`);
  }
}
