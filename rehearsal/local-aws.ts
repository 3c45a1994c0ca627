import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Agent, fetch } from "undici";
import type { Seed } from "./seed";
import { emulatorEnvironment } from "./surroundings";

/** The first start after an installation compiles Python files, which takes the longest. */
const READY_WITHIN_MS = 60_000;
const END_WITHIN_MS = 3_000;
const KILL_WITHIN_MS = 2_000;
const POLL_MS = 20;
/** Node 24 and later can be configured to use a proxy for everything; no proxy leads to this machine. */
const DIRECT = new Agent();
const STDERR_TAIL_CHARACTERS = 2_000;

export interface LocalAwsOptions {
  /** The Python that has moto, as found by the setup. */
  readonly python: string;
}

/** An IAM action that was called. */
export interface Call {
  /** Its name in policies, such as `ec2:CreateVpc`. */
  readonly action: string;
  /**
   * The resource that a policy can restrict it to: the ARN of a bucket, an object, a role, an instance profile or a
   * parameter; otherwise `*`.
   */
  readonly resource: string;
  /** `terraform` for calls of Terraform and its provider, `other` for all other calls. */
  readonly client: "terraform" | "other";
}

/** Quotas of an AWS account in a region. */
export interface Quotas {
  /** vCPUs of running On-Demand standard instances. */
  readonly vcpus: number;
  /** Elastic IP addresses. */
  readonly addresses: number;
}

interface Address {
  readonly port: number;
  readonly pid: number;
}

/**
 * A local replacement for AWS: moto's server, patched where it differs from AWS on the path that this project builds.
 *
 * It ends with the process that started it, unless it was detached.
 */
export class LocalAws {
  /** The URL for the endpoints of the provider and the backend. */
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  private ended = false;

  private constructor(
    address: Address,
    /** The user id that it returns for GetCallerIdentity; no other server knows it. */
    readonly identity: string,
    private readonly child?: ChildProcess,
  ) {
    this.port = address.port;
    this.pid = address.pid;
    this.endpoint = `http://127.0.0.1:${address.port}`;
  }

  /**
   * Starts a server on a free port of the loopback interface.
   *
   * Throws if Python cannot be run, lacks moto, or is not ready in time; the error ends with Python's output.
   */
  static async start(options: LocalAwsOptions): Promise<LocalAws> {
    const identity = `alb-web-${randomUUID()}`;
    const child = spawn(options.python, [join(__dirname, "local_aws", "server.py")], {
      stdio: ["pipe", "pipe", "pipe"],
      env: emulatorEnvironment(identity),
      // A separate session, so that Ctrl-C does not stop it while resources on it are destroyed.
      detached: true,
    });
    const address = await ready(child, options.python);
    letGo(child);
    return new LocalAws(address, identity, child);
  }

  /** Adds what the account already has. Throws if the seed is invalid. */
  async seed(seed: Seed): Promise<void> {
    await this.control("seed", seed);
  }

  /**
   * Starts a second server with a copy of this one's state; later changes are not shared.
   *
   * A clone ends with the server that was started first. The clone of a detached server ends when it has had no request
   * for the same time.
   */
  async clone(): Promise<LocalAws> {
    return new LocalAws(toAddress(await this.control("clone", {})), this.identity);
  }

  /** Keeps the server running without this process, until it has had no request for `idleSeconds`. */
  async detach(idleSeconds: number): Promise<void> {
    await this.control("detach", { idleSeconds });
    this.child?.stdin?.destroy();
    this.child?.stdout?.destroy();
    this.child?.stderr?.destroy();
  }

  /** Sets whether deletion protection of load balancers is enforced. Default: true. */
  async enforceDeletionProtection(on: boolean): Promise<void> {
    await this.control("settings", { enforceDeletionProtection: on });
  }

  /**
   * Sets whether calls are checked against the caller's IAM policies. Default: false, and any keys are accepted. A
   * clone inherits the setting.
   */
  async enforceAccess(on: boolean): Promise<void> {
    await this.control("settings", { enforceAccess: on });
  }

  /** Sets the account's quotas for each region. Default: none. A clone inherits them. */
  async setQuotas({ vcpus, addresses }: Quotas): Promise<void> {
    for (const quota of [{ vcpus }, { addresses }]) await this.control("settings", quota);
  }

  /**
   * The IAM actions that were called so far, each once, sorted. Actions that AWS checks without a call are not
   * included. A clone begins with the calls of its original.
   * @param reset clears the list
   */
  async calls(reset = false): Promise<Call[]> {
    return ((await this.control("calls", { reset })) as { calls: Call[] }).calls;
  }

  /** Ends the server and waits until it is gone. Does nothing if it has ended. Throws if it cannot be ended. */
  async stop(): Promise<void> {
    if (this.ended) return;
    signal(this.pid, "SIGTERM");
    if (!(await isGoneWithin(this.pid, END_WITHIN_MS))) {
      signal(this.pid, "SIGKILL");
      if (!(await isGoneWithin(this.pid, KILL_WITHIN_MS))) {
        throw new Error(`local AWS: process ${this.pid} does not end`);
      }
    }
    this.ended = true;
  }

  private async control(action: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.endpoint}/_local-aws/${action}`, {
      method: "POST",
      dispatcher: DIRECT,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`local AWS: ${action}: ${errorOf(answer)}`);
    return answer;
  }
}

/** Whether a process runs; a zombie does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false; // gone, or its id now belongs to another user's process
  }
  if (process.platform !== "linux") return true;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3) !== "Z";
  } catch {
    return false;
  }
}

/** Waits for the server's first line. */
function ready(child: ChildProcess, python: string): Promise<Address> {
  return new Promise((resolve, reject) => {
    let output = "";
    let errors = "";
    const fail = (what: string): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      const tail = errors.trim();
      reject(new Error(`local AWS: '${python}' ${what}${tail === "" ? "" : `; its output:\n${tail}`}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    child.once("error", (error) => fail(`cannot be run: ${error.message}`));
    child.once("close", (code, signalName) => fail(`ended before it was ready (${signalName ?? `exit code ${code}`})`));
    // A server that has ended must not end this process.
    child.stdin?.on("error", () => undefined);
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      errors = (errors + chunk).slice(-STDERR_TAIL_CHARACTERS);
    });
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      if (!output.includes("\n")) return;
      clearTimeout(timer);
      child.removeAllListeners("close");
      try {
        resolve(toAddress(JSON.parse(output)));
      } catch {
        fail(`printed '${output.trim()}' instead of its port`);
      }
    });
  });
}

/** Lets this process end although the child and its pipes are open. */
function letGo(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) {
    if (stream !== null && stream !== undefined && "unref" in stream && typeof stream.unref === "function") {
      stream.unref();
    }
  }
}

async function isGoneWithin(pid: number, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (isRunning(pid)) {
    if (Date.now() > deadline) return false;
    await pause(POLL_MS);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}

function toAddress(value: unknown): Address {
  if (typeof value === "object" && value !== null && "port" in value && "pid" in value) {
    const { port, pid } = value;
    if (typeof port === "number" && typeof pid === "number") return { port, pid };
  }
  throw new Error(`local AWS: expected a port and a pid, got ${JSON.stringify(value)}`);
}

function errorOf(answer: unknown): string {
  if (typeof answer === "object" && answer !== null && "error" in answer) return String(answer.error);
  return JSON.stringify(answer);
}
