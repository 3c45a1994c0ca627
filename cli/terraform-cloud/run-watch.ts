import { CloudRun, type RunAddress } from "./cloud-run";
import { cloudHost } from "./host";

/** Where terraform prints a run's page, once it has made the run. */
const PAGE = /https:\/\/([^/\s]+)\/app\/([^/\s]+)\/([^/\s]+)\/runs\/(run-[\w-]+)/;
const WAITS = /^Waiting for /;
/** The first line of a run's log. */
const BEGINS = /^(Terraform|OpenTofu) v\d/;

/**
 * Reads from what terraform prints which run it has made in Terraform Cloud, if any, and says what that waits for:
 * terraform tells no more than how many there are.
 */
export class RunWatch {
  /** Nothing as long as there is no run, such as with any other backend. */
  address?: RunAddress;
  private found?: Promise<CloudRun | undefined>;
  private isWaiting = false;

  constructor(
    private readonly env: NodeJS.ProcessEnv,
    private readonly report: (text: string) => void,
  ) {}

  /** Takes a line that terraform prints, without colours. */
  read(line: string): void {
    // The first one is terraform's own; a plan may show others.
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

  /** The run that terraform has made; nothing if there is none, or no token for its host. */
  run(): Promise<CloudRun | undefined> {
    const { address } = this;
    if (address === undefined) return Promise.resolve(undefined);
    this.found ??= cloudHost(address.hostname, this.env).then((host) => host && new CloudRun(host, address));
    return this.found;
  }

  private async reportHolder(line: string): Promise<void> {
    // Only said in addition; whatever keeps it from being said must not end the plan.
    const holder = await this.run()
      .then((run) => run?.holder())
      .catch(() => undefined);
    if (this.isWaiting) this.report(holder === undefined ? line : `waiting for ${holder}`);
  }
}
