import { setTimeout as pause } from "node:timers/promises";
import { WorkFailed } from "../../machine/errors";
import type { CloudHost } from "./host";

/** A run, as in the URL of its page. */
export interface RunAddress {
  readonly hostname: string;
  readonly organization: string;
  readonly workspace: string;
  readonly id: string;
  /** The URL of its page. */
  readonly link: string;
}

interface Reference {
  readonly data?: { readonly type: string; readonly id: string } | null;
}

interface Resource {
  readonly id: string;
  readonly type: string;
  readonly attributes?: {
    readonly status?: string;
    readonly username?: string;
    readonly "created-at"?: string;
    readonly actions?: { readonly "is-cancelable"?: boolean; readonly "is-discardable"?: boolean };
  };
  readonly relationships?: Readonly<Record<string, Reference | undefined>>;
}

interface Document {
  readonly data: Resource;
  readonly included?: readonly Resource[];
}

/**
 * The final statuses of a run; `planned_and_saved` is not one of them, as such a run can still be applied.
 */
const FINAL = [
  "applied",
  "planned_and_finished",
  "errored",
  "discarded",
  "canceled",
  "force_canceled",
  "policy_soft_failed",
];
const LOOK_EVERY_MS = 500;
/** A canceled plan first stops its providers. */
const END_WITHIN_MS = 180_000;
/** Some servers first run terraform for a plan's JSON. */
const ANSWER_WITHIN_MS = 180_000;
/** The API's response for a run that has continued in the meantime. */
const CONFLICT = 409;

/** One run in a workspace of Terraform Cloud, with operations that terraform's own commands lack. */
export class CloudRun {
  constructor(
    private readonly host: CloudHost,
    readonly address: RunAddress,
  ) {}

  /**
   * Cancels or discards the run, so that it does not hold its workspace, and waits until it has ended.
   * @returns its last status, such as "discarded"; another status if it had already ended
   * @throws {WorkFailed} if the server refuses, or does not end it in time
   */
  async end(): Promise<string> {
    const deadline = Date.now() + END_WITHIN_MS;
    let asked = "";
    for (;;) {
      const { status = "", actions } = (await this.read(this.address.id)).data.attributes ?? {};
      if (FINAL.includes(status)) return status;
      const action =
        actions?.["is-discardable"] === true ? "discard" : actions?.["is-cancelable"] === true ? "cancel" : undefined;
      // Once per status: the server needs a while.
      if (action !== undefined && asked !== `${status} ${action}`) await this.post(action);
      asked = `${status} ${action}`;
      if (Date.now() > deadline) throw new WorkFailed(`it is still ${status}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** The plan as `terraform show -json` prints it. @throws {WorkFailed} if the server does not return it */
  async planJson(): Promise<string> {
    const { id } = (await this.read(this.address.id)).data.relationships?.plan?.data ?? {};
    return this.ask("GET", `/plans/${id}/json-output`);
  }

  /**
   * What this run waits for.
   * @returns another run that holds the workspace, or the user who has locked it, in words; nothing if the server does
   * not report it
   */
  async holder(): Promise<string | undefined> {
    const { organization, workspace, id, link } = this.address;
    const { data, included } = await this.document(
      `/organizations/${organization}/workspaces/${workspace}?include=locked_by`,
    );
    const lockedBy = data.relationships?.["locked-by"]?.data;
    const holding = lockedBy?.type === "runs" ? lockedBy : data.relationships?.["current-run"]?.data;
    if (holding && holding.id !== id) {
      const run = await this.read(holding.id, "?include=created_by");
      const { status = "", "created-at": createdAt = "" } = run.data.attributes ?? {};
      const by = userIn(run, run.data.relationships?.["created-by"]);
      if (!FINAL.includes(status))
        return (
          `run ${holding.id} (${status.replace(/_/g, " ")}${by === undefined ? "" : `, by ${by}`}` +
          `${createdAt && `, created ${createdAt.slice(0, 16).replace("T", " ")} UTC`}): ` +
          `${link.replace(id, holding.id)}`
        );
    }
    if (!lockedBy || lockedBy.type === "runs") return undefined;
    return (
      `${userIn({ data, ...(included === undefined ? {} : { included }) }, { data: lockedBy }) ?? "a user"}, ` +
      `who has locked the workspace: ${link.replace(/\/runs\/.*/, "")}`
    );
  }

  private read(id: string, query = ""): Promise<Document> {
    return this.document(`/runs/${id}${query}`);
  }

  private async document(path: string): Promise<Document> {
    const text = await this.ask("GET", path);
    try {
      return JSON.parse(text) as Document;
    } catch {
      throw new WorkFailed(`${this.host.hostname} did not return JSON for GET ${path}`);
    }
  }

  private async post(action: "cancel" | "discard"): Promise<void> {
    await this.ask("POST", `/runs/${this.address.id}/actions/${action}`, [CONFLICT]);
  }

  private async ask(method: string, path: string, fine: readonly number[] = []): Promise<string> {
    const { api, token, hostname } = this.host;
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/vnd.api+json" };
    const { status, text } = await fetch(`${api}${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
      .then(async (response) => ({ status: response.status, text: await response.text() }))
      .catch((error: Error) => {
        throw new WorkFailed(`${hostname} did not respond to ${method} ${path}: ${error.message}`);
      });
    if (status >= 400 && !fine.includes(status))
      throw new WorkFailed(`${hostname} returned ${status} for ${method} ${path}`);
    return text;
  }
}

function userIn({ included = [] }: Document, reference: Reference | undefined): string | undefined {
  const user = included.find(({ id, type }) => type === "users" && id === reference?.data?.id);
  return user?.attributes?.username;
}
