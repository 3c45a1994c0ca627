import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { LocalAws } from "../../rehearsal/local-aws";
import { endProcesses, FamilyWatch, type RunningProcess } from "./processes";
import { type Ended, ProjectRoom } from "./project-room";
import { startLocalAws } from "./rehearsal-room";

/** A plugin sees that its terraform is gone within moments; on a machine that does much else, within some more. */
const PLUGIN_ENDS_WITHIN_MS = 60_000;
const STATE_BUCKET = "states";

/** A site with everything at its default, that can be taken down again, its state in S3. */
export const SITE = 'domainName: "www.example.com", disposable: true, backend: { s3: { bucket: "states" } }';

/** An account with the site's zone and a bucket for states and logs; rooms are opened on clones of it. */
export async function seededAccount(): Promise<LocalAws> {
  const localAws = await startLocalAws();
  await localAws.seed({ region: "us-east-1", hostedZones: [{ name: "example.com" }], buckets: [STATE_BUCKET] });
  return localAws;
}

/** A checkout with one stack, `web`, in which terraform runs as cdktf runs it and can be ended in the middle. */
export class CrashRoom {
  private constructor(readonly room: ProjectRoom) {}

  /** In a checkout that is there already, with its stack. */
  static of(room: ProjectRoom): CrashRoom {
    return new CrashRoom(room);
  }

  /** @param props the stack's props, as in main.ts */
  static async open(localAws: LocalAws, props: string = SITE): Promise<CrashRoom> {
    const room = new CrashRoom(await ProjectRoom.open(localAws));
    await room.edit(props);
    await room.terraform("init -input=false -no-color");
    return room;
  }

  get localAws(): LocalAws {
    return this.room.localAws;
  }

  /** Gives the stack other props. */
  async edit(props: string): Promise<void> {
    await this.room.program(`new WebStack(app, "web", { ${props} });`);
    await this.room.synthesize();
  }

  /** Runs terraform in the stack's folder; throws if it fails. */
  async terraform(args: string): Promise<Ended> {
    return mustBeDone(await this.room.shell(`cd ${this.room.stackFolder("web")}; ${this.binary} ${args}`));
  }

  /**
   * From now on terraform stores its state at the end only, and not every 20 s, so that how fast this machine is does
   * not matter.
   */
  storeNoStateInBetween(): void {
    this.room.env.TF_STATE_PERSIST_INTERVAL = "3600";
  }

  async apply(): Promise<void> {
    await this.terraform("apply -auto-approve -input=false -no-color");
  }

  /** The same with cdktf-cli, which is what a person uses. */
  async deploy(): Promise<void> {
    mustBeDone(await this.room.cdktf("deploy web --auto-approve"));
  }

  async destroy(): Promise<void> {
    await this.terraform("destroy -auto-approve -input=false -no-color");
  }

  /** What a plan would change; empty if there are no changes. */
  async changes(): Promise<string> {
    const { stdout } = await this.terraform("plan -input=false -no-color");
    return stdout.includes("No changes.") ? "" : stdout;
  }

  /** What the state has; data apart. @param type one type only */
  async addresses(type = ""): Promise<string[]> {
    const { code, stdout, stderr } = await this.room.shell(
      `cd ${this.room.stackFolder("web")}; ${this.binary} state list`,
    );
    if (code !== 0 && !stderr.includes("No state file was found"))
      throw new Error(`terraform state list failed:\n${stderr}`);
    return stdout
      .split("\n")
      .filter((it) => it !== "" && !it.startsWith("data.") && it.startsWith(type === "" ? "" : `${type}.`));
  }

  /** How many of each type the state has. */
  async stateCounts(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const address of await this.addresses()) {
      const type = address.split(".")[0] ?? "";
      counts[type] = (counts[type] ?? 0) + 1;
    }
    return counts;
  }

  adopt(options = ""): Promise<Ended> {
    return this.room.shell(`node cli/alb-web.js adopt web ${options}`);
  }

  /** Breaks the killed terraform's lock with the command that adopt prints while the lock exists. */
  async unlock(): Promise<void> {
    const { stderr } = await this.adopt();
    const [, command] = /run: (terraform -chdir=\S+ force-unlock [0-9a-f-]{36})/.exec(stderr) ?? [];
    if (command === undefined) throw new Error(`adopt names no way to break a lock:\n${stderr}`);
    mustBeDone(
      await this.room.shell(command.replace(/^terraform/, this.binary).replace("force-unlock", "force-unlock -force")),
    );
  }

  /**
   * Begins an apply and signals terraform, and nothing else, so long after it began to create the first resource.
   * @param type counts from the first of this type only
   * @returns processes of that terraform that would not end, and had to be ended
   */
  async applyUntil(signal: "SIGKILL" | "SIGINT", seconds: number, type = ""): Promise<RunningProcess[]> {
    const child = spawn(this.binary, ["apply", "-auto-approve", "-input=false", "-json"], {
      cwd: this.room.stackFolder("web"),
      env: this.room.env,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const watch = new FamilyWatch(child.pid ?? 0);
    let output = "";
    let timer: NodeJS.Timeout | undefined;
    createInterface({ input: child.stdout }).on("line", (line) => {
      output += `${line}\n`;
      if (
        line.includes('"type":"apply_start"') &&
        line.includes('"action":"create"') &&
        line.includes(`"addr":"${type}`)
      )
        timer ??= setTimeout(() => child.kill(signal), seconds * 1000);
    });
    const ended = await new Promise<NodeJS.Signals | null>((resolve, reject) =>
      child.once("error", reject).once("exit", (_, name) => resolve(name)),
    );
    clearTimeout(timer);
    if (signal === "SIGKILL" && ended !== "SIGKILL")
      throw new Error(`terraform was done before it could be killed:\n${output.slice(-2000)}`);
    return stillRunning(watch);
  }

  async close(): Promise<void> {
    await this.room.close();
  }

  private get binary(): string {
    return this.room.env.TERRAFORM_BINARY_NAME ?? "terraform";
  }
}

async function stillRunning(watch: FamilyWatch): Promise<RunningProcess[]> {
  const deadline = Date.now() + PLUGIN_ENDS_WITHIN_MS;
  for (;;) {
    const running = watch.leftOver();
    if (running.length === 0) return [];
    if (Date.now() > deadline) {
      // The test reports that they continued to run; they must not remain on the machine.
      endProcesses(running);
      return running;
    }
    await pause(100);
  }
}

function mustBeDone(ended: Ended): Ended {
  if (ended.code !== 0)
    throw new Error(`failed (${ended.code}):\n${ended.stdout.slice(-4000)}\n${ended.stderr.slice(-4000)}`);
  return ended;
}
