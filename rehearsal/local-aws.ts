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
/** Node 24 and later can be told to use a proxy for everything; none leads to this machine. */
const DIRECT = new Agent();
const STDERR_TAIL_CHARACTERS = 2_000;

export interface LocalAwsOptions {
  /** Python that has moto, as found by the set-up. */
  readonly python: string;
}

/** One IAM action that was called. */
export interface Call {
  /** As policies name it, such as `ec2:CreateVpc`. */
  readonly action: string;
  /**
   * What a policy can narrow it to: the ARN of a bucket, an object, a role, an instance profile or a parameter; else
   * `*`.
   */
  readonly resource: string;
  /** Terraform's own calls and its provider's, or those of anybody else. */
  readonly client: "terraform" | "other";
}

/** What an AWS account may have in a region. */
export interface Quotas {
  /** Of running On-Demand standard instances. */
  readonly vcpus: number;
  /** Elastic IP addresses. */
  readonly addresses: number;
}

interface Address {
  readonly port: number;
  readonly pid: number;
}

/**
 * A local stand-in for AWS: moto's server, patched where it differs from AWS on the path that is built here.
 *
 * It ends with the process that started it, unless it was detached.
 */
export class LocalAws {
  /** What the provider's and the backend's endpoints are set to. */
  readonly endpoint: string;
  readonly port: number;
  readonly pid: number;
  private ended = false;

  private constructor(
    address: Address,
    /** The user id that it answers with where it is asked who calls: no other server knows it. */
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
   * Throws when Python cannot be run, lacks moto, or is not ready in time; the error ends with what Python said.
   */
  static async start(options: LocalAwsOptions): Promise<LocalAws> {
    const identity = `alb-web-${randomUUID()}`;
    const child = spawn(options.python, [join(__dirname, "local_aws", "server.py")], {
      stdio: ["pipe", "pipe", "pipe"],
      env: emulatorEnvironment(identity),
      // A session of its own, so that Ctrl-C leaves it up while what is on it is taken down.
      detached: true,
    });
    const address = await ready(child, options.python);
    letGo(child);
    return new LocalAws(address, identity, child);
  }

  /** Puts in what an account holds already. Throws when the seed has a fault. */
  async seed(seed: Seed): Promise<void> {
    await this.control("seed", seed);
  }

  /**
   * A second server that goes on from this one's state and shares no change with it.
   *
   * It ends with the server that was started, from which all clones descend; but the clone of a detached one lives
   * until nobody has called it for as long.
   */
  async clone(): Promise<LocalAws> {
    return new LocalAws(toAddress(await this.control("clone", {})), this.identity);
  }

  /** Lets the server live on without this process, until it has had no request for so long. */
  async detach(idleSeconds: number): Promise<void> {
    await this.control("detach", { idleSeconds });
    this.child?.stdin?.destroy();
    this.child?.stdout?.destroy();
    this.child?.stderr?.destroy();
  }

  /** Whether a load balancer with deletion protection is kept from being deleted, which is so from the start. */
  async enforceDeletionProtection(on: boolean): Promise<void> {
    await this.control("settings", { enforceDeletionProtection: on });
  }

  /**
   * Whether calls are checked against the IAM policies of who makes them, which is not so at first: then any keys will
   * do. A clone takes the setting over.
   */
  async enforceAccess(on: boolean): Promise<void> {
    await this.control("settings", { enforceAccess: on });
  }

  /** Sets quotas of the account, for each region; there are none at first. A clone takes them over. */
  async setQuotas({ vcpus, addresses }: Quotas): Promise<void> {
    for (const quota of [{ vcpus }, { addresses }]) await this.control("settings", quota);
  }

  /**
   * The IAM actions that were called so far, each once, sorted; those that AWS checks without a call are not among
   * them. A clone begins with those of the server that it was made of.
   * @param reset forget them now
   */
  async calls(reset = false): Promise<Call[]> {
    return ((await this.control("calls", { reset })) as { calls: Call[] }).calls;
  }

  /** Ends the server and waits until it is gone. Does nothing when it has ended. Throws when it cannot be ended. */
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

/** Whether a process runs; one that has ended but was not collected by its parent does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false; // gone, or its number went to somebody else's process
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
      reject(new Error(`local AWS: '${python}' ${what}${tail === "" ? "" : `; it said:\n${tail}`}`));
    };
    const timer = setTimeout(() => fail(`was not ready within ${READY_WITHIN_MS / 1000} s`), READY_WITHIN_MS);
    child.once("error", (error) => fail(`cannot be run: ${error.message}`));
    child.once("close", (code, signalName) => fail(`ended before it was ready (${signalName ?? `exit code ${code}`})`));
    // A server that has ended must not take this process with it.
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
        fail(`printed '${output.trim()}' where its port was expected`);
      }
    });
  });
}

/** Keeps neither the child nor its pipes from letting this process end. */
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
