import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isRunning } from "../../../rehearsal/local-aws";
import { OVERRIDE_FILE, overrideFor } from "../../../rehearsal/override";
import type { RehearsalResult } from "../../../rehearsal/rehearsal-run";
import { copyOfProject } from "../../support/project-copy";
import { RehearsalRoom, runStages } from "../../support/rehearsal-room";
import { type CommandRun, type EndedCommand, start } from "../../support/rehearse-command";

/*
 * `rehearse` as a person runs it, in checkouts of their own. What takes long is started first, all of it side by side;
 * the tests then wait for what they need.
 */

const LONG_MS = 600_000;
jest.setTimeout(LONG_MS);

const NODE_ARGS = ["cli/alb-web.js", "rehearse"];
const IN_THE_MIDDLE = /[1-9]\d* of \d+, waiting for /;

/** Reads a zone, which must exist before, and builds no more than a parameter: the quickest stack there is. */
const READS_ZONE = `
import { App, TerraformStack } from "cdktf";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { DataAwsRoute53Zone } from "@cdktf/provider-aws/lib/data-aws-route53-zone";
import { SsmParameter } from "@cdktf/provider-aws/lib/ssm-parameter";

const app = new App();
for (const id of ["first", "second"]) {
  const stack = new TerraformStack(app, id);
  new AwsProvider(stack, "aws", { region: "us-east-1" });
  const zone = new DataAwsRoute53Zone(stack, "zone", { name: "example.com" });
  new SsmParameter(stack, "parameter", { name: "/" + id, type: "String", value: zone.zoneId });
}
app.synth();
`;

/** A range outside of the VPC's fails once the VPC is there; that it is foreseen is accepted here. */
const FAILS_AT_APPLY = `
import { App } from "cdktf";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { WebStack } from "./constructs/web-stack";

const app = new App();
const accept = ["P43", "P46"].map((finding) => ({ finding, reason: "it is to fail at apply" }));
const stack = new WebStack(app, "web", { domainName: "www.example.com", accept });
stack.node.findAll().find((each) => each instanceof Subnet).addOverride("cidr_block", "192.0.2.0/28");
app.synth();
`;

/** One address more than a new AWS account may have. */
const SIX_ADDRESSES = `
import { App, TerraformStack } from "cdktf";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { Eip } from "@cdktf/provider-aws/lib/eip";

const app = new App();
const stack = new TerraformStack(app, "addresses");
new AwsProvider(stack, "aws", { region: "us-east-1" });
for (let count = 1; count <= 6; count++) new Eip(stack, "address-" + count, { domain: "vpc" });
app.synth();
`;

const WITH_ERRORS = `
import { App } from "cdktf";
import { WebStack } from "./constructs/web-stack";

const app = new App();
new WebStack(app, "web", { domainName: "WWW.example.com", appPort: 0 });
app.synth();
`;

/** A checkout with a folder for what it leaves in TMPDIR. */
class Checkout {
  private constructor(
    readonly folder: string,
    readonly temporary: string,
    private readonly removeFolder: () => Promise<void>,
  ) {}

  static async of(main?: string): Promise<Checkout> {
    const { folder, remove } = await copyOfProject();
    if (main !== undefined) writeFileSync(join(folder, "main.ts"), main);
    return new Checkout(folder, mkdtempSync(join(tmpdir(), "alb-web-tmp-")), remove);
  }

  rehearse(...args: string[]): CommandRun {
    return this.rehearseWith({}, ...args);
  }

  /** @param env what is set besides */
  rehearseWith(env: NodeJS.ProcessEnv, ...args: string[]): CommandRun {
    return start(process.execPath, [...NODE_ARGS, ...args], { ...this.place, env: { ...this.place.env, ...env } });
  }

  /** As it is typed. */
  npmRunRehearse(): CommandRun {
    return start("npm", ["run", "-s", "rehearse"], this.place);
  }

  async remove(): Promise<void> {
    rmSync(this.temporary, { recursive: true, force: true });
    await this.removeFolder();
  }

  private get place() {
    return { cwd: this.folder, env: { ...process.env, TMPDIR: this.temporary } };
  }
}

const checkouts: Checkout[] = [];
let interrupted: CommandRun;
let terminated: CommandRun;
let failing: CommandRun;
let keeping: CommandRun;
let keepingSite: CommandRun;
let protectedRoom: Promise<RehearsalRoom>;
let refusal: Promise<unknown>;

beforeAll(async () => {
  for (const main of [undefined, undefined, FAILS_AT_APPLY, READS_ZONE, WITH_ERRORS, SIX_ADDRESSES, undefined])
    checkouts.push(await Checkout.of(main));
  interrupted = checkouts[0]!.npmRunRehearse();
  terminated = checkouts[1]!.rehearse();
  failing = checkouts[2]!.rehearse();
  keeping = checkouts[3]!.rehearse("first", "--keep");
  keepingSite = checkouts[6]!.rehearse("--keep");
  protectedRoom = RehearsalRoom.open();
  refusal = protectedRoom.then(destroyProtected);
});

afterAll(async () => {
  await Promise.allSettled([interrupted, terminated, failing, keeping, keepingSite].map((run) => run?.ended));
  await refusal.catch(() => undefined);
  await (await protectedRoom).close();
  for (const checkout of checkouts) await checkout.remove();
});

describe("an interrupted rehearsal", () => {
  test("ends by Ctrl-C in the middle of an apply, and leaves nothing", async () => {
    await interrupted.says(IN_THE_MIDDLE);
    process.kill(-interrupted.pid, "SIGINT");
    expectNothingLeft(await interrupted.ended, "SIGINT", checkouts[0]!);
  });

  test("ends by SIGTERM to the process that it names, and leaves nothing", async () => {
    await terminated.says(IN_THE_MIDDLE);
    const [, pid] = await terminated.says(/Rehearsing in process (\d+); stop it with Ctrl-C or kill \1\./);
    process.kill(Number(pid), "SIGTERM");
    expectNothingLeft(await terminated.ended, "SIGTERM", checkouts[1]!);
  });

  test("ends also before it has begun", async () => {
    const run = checkouts[1]!.rehearse();
    const [, pid] = await run.says(/Rehearsing in process (\d+)/);
    process.kill(Number(pid), "SIGTERM");
    const ended = await run.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/\nInterrupted by SIGTERM; nothing is left running\.\n$/);
    expect(ended.leftOver).toEqual([]);
    expect(readdirSync(checkouts[1]!.temporary)).toEqual([]);
  });

  function expectNothingLeft(ended: EndedCommand, signal: string, { temporary }: Checkout): void {
    expect(ended.code).not.toBe(0);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toMatch(new RegExp(`\nInterrupted by ${signal}; nothing is left running\\.\n$`));
    expect(ended.stderr).not.toMatch(/[Ii]nternal error in alb-web|Error:|^ +at /m);
    const family = ended.family.join("\n");
    for (const member of ["server.py", "terraform apply", "terraform-provider-aws"]) expect(family).toContain(member);
    expect(ended.leftOver).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  }
});

describe("a stack that fails at apply", () => {
  test("ends with 1, and says step, command and what terraform said", async () => {
    const { code, stderr, leftOver } = await failing.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^web: apply: terraform apply -input=false -json rehearsal\.tfplan failed \(exit code 1\)\nError: aws_subnet\.site_network_\S+: creating EC2 Subnet: [^]*InvalidSubnet\.Range/m,
    );
    expect(leftOver).toEqual([]);
    expect(readdirSync(checkouts[2]!.temporary)).toEqual([]);
  });

  test("ends with what to look at", async () => {
    const { stderr } = await failing.ended;
    expect(stderr).toMatch(
      /\nNext: check the error above, which stopped web at step 5\.7\. Correct the cause and run `npm run rehearse -- web` again; with `--keep`, the local AWS keeps running for inspection\.\n$/,
    );
  });

  test("has a row that says which stage failed, and is unknown in the others", async () => {
    const { stdout } = await failing.ended;
    expect(stdout).toMatch(/^web: broken \(\d+ s\)$/m);
    const rows = stdout.split("\n").filter((line) => /^│ \d/.test(line));
    expect(rows.filter((row) => /^│ 5\.7 .* ✖ broken +│ apply failed/.test(row))).toHaveLength(1);
    expect(rows.filter((row) => row.includes("? unknown") && row.includes("not reached"))).toHaveLength(16);
  });
});

describe("quotas", () => {
  test("are those of a new AWS account, and the error ends with the one that is exceeded and what to do", async () => {
    const { code, stderr } = await checkouts[5]!.rehearse().ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^addresses: apply: The account has reached its quota EC2-VPC Elastic IPs in us-east-1 [^\n]*\nThe quota "EC2-VPC Elastic IPs" is 5 in this rehearsal, as in a new AWS account, [^\n]*pass it with --addresses; [^\n]* \(Service Quotas, L-0263D0A3\)\.\nNext: /m,
    );
  });

  test("of an account that has higher ones are passed", async () => {
    const { code, stderr } = await checkouts[5]!.rehearse("--addresses", "6", "--vcpus", "0").ended;
    expect(stderr).toMatch(/addresses: destroy: 6 destroyed/);
    expect(code).toBe(3); // it holds no site
  });
});

describe("--keep", () => {
  let pid: number;

  afterAll(() => {
    if (isRunning(pid)) process.kill(pid, "SIGKILL");
  });

  test("leaves the local AWS running, and names its process and the lines to use it", async () => {
    const { code, stdout, leftOver } = await keeping.ended;
    pid = Number(/^# +kill (\d+)$/m.exec(stdout)?.[1]);
    expect(code).toBe(3); // nothing is broken, but there is no site to be checked
    expect(stdout).toMatch(/^first: unknown /m);
    expect(leftOver.map((each) => each.pid)).toEqual([pid]);
    expect(readdirSync(checkouts[3]!.temporary)).toEqual([]);
  });

  test("its lines are all that another shell needs to see the zone that was there before", async () => {
    const { stdout } = await keeping.ended;
    const lines = stdout.slice(stdout.indexOf("\n# The local AWS"));
    const program = `
      const { Route53Client, ListHostedZonesCommand } = require("@aws-sdk/client-route-53");
      new Route53Client({}).send(new ListHostedZonesCommand({})).then(({ HostedZones }) => console.log(HostedZones.map(({ Name }) => Name).join()));`;
    const env = {
      PATH: process.env.PATH,
      HOME: checkouts[3]!.temporary,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    };
    const answer = execFileSync("sh", ["-c", `eval "$1"; "$2" -e "$3"`, "sh", lines, process.execPath, program], {
      cwd: checkouts[3]!.folder,
      env,
      encoding: "utf8",
    });
    expect(answer).toBe("example.com.\n");
  });

  test("its process ends on SIGTERM", async () => {
    process.kill(pid, "SIGTERM");
    while (isRunning(pid)) await pause(50);
  });
});

describe("--keep of a stack with a site", () => {
  let pids: { localAws: number; site: number };
  let left: readonly number[];

  afterAll(() => {
    for (const pid of left ?? []) if (isRunning(pid)) process.kill(pid, "SIGKILL");
  });

  test("ends by itself, and the site that was applied stays served", async () => {
    const { code, stdout, leftOver } = await keepingSite.ended;
    left = leftOver.map(({ pid }) => pid);
    const [localAws = 0, site = 0] = [...stdout.matchAll(/^# +kill (\d+)$/gm)].map(([, pid]) => Number(pid));
    pids = { localAws, site };
    expect(code).toBe(0);
    expect(left).toEqual(expect.arrayContaining([localAws, site]));
    expect(readdirSync(checkouts[6]!.temporary).filter((name) => name.startsWith("alb-web-rehearsal-"))).toEqual([]);
    const [, page = ""] = /^# +Page: +(http:\S+)$/m.exec(stdout) ?? [];
    expect((await fetch(page)).status).toBe(200);
  });

  test("each line that it prints for the site is a comment, as a shell reads them", async () => {
    const { stdout } = await keepingSite.ended;
    const lines = stdout.slice(stdout.indexOf("# The site of web ")).trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => !line.startsWith("#"))).toEqual([]);
  });

  test("the site ends with the local AWS", async () => {
    process.kill(pids.localAws, "SIGTERM");
    while (left.some(isRunning)) await pause(50);
  });
});

describe("the command line", () => {
  const reader = () => checkouts[3]!;

  test("--out gets the result, and standard output nothing", async () => {
    const file = join(reader().temporary, "result.json");
    const { code, stdout } = await reader().rehearse("second", "--format", "json", "--out", file).ended;
    expect([code, stdout]).toEqual([3, ""]);
    const [result] = JSON.parse(readFileSync(file, "utf8")) as RehearsalResult[];
    expect(result).toMatchObject({ stack: "second", verdict: "unknown" });
    expect(result?.steps.map(({ id }) => id)).toEqual(["5.7", "site"]);
    rmSync(file);
  });

  test("without a stack's name rehearses all of them", async () => {
    const { code, stdout, stderr } = await reader().rehearse("--format", "json").ended;
    expect(code).toBe(3);
    for (const id of ["first", "second"]) expect(stderr).toMatch(new RegExp(`^\\S+ ${id}: apply: \\d+ of 1`, "m"));
    expect(
      stderr.split("\n").filter((line) => /\d+ of \d+/.test(line) && !/ (first|second): (apply|destroy): /.test(line)),
    ).toEqual([]);
    expect((JSON.parse(stdout) as RehearsalResult[]).map(({ stack, verdict }) => [stack, verdict])).toEqual([
      ["first", "unknown"],
      ["second", "unknown"],
    ]);
  });

  test.each([
    ["a format that it does not have", ["--format", "nonsense"], /^--format must be text or json \(got nonsense\)$/m],
    [
      "a stack that there is not",
      ["nonsense"],
      /^<stack> must be a stack of main\.ts: first, second \(got nonsense\)$/m,
    ],
    [
      "a quota that is no number",
      ["--vcpus", "many"],
      /^error: option '--vcpus <number>' argument 'many' is invalid\. Must be a whole number\.$/m,
    ],
    ["an option that it does not have", ["--nonsense"], /^error: unknown option '--nonsense'$/m],
  ])("refuses %s", async (_what, args, sentence) => {
    const { code, stdout, stderr, leftOver } = await reader().rehearse(...args).ended;
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(sentence);
    expect(leftOver).toEqual([]);
    expect(readdirSync(reader().temporary)).toEqual([]);
  });

  test("refuses a CLI configuration with dev_overrides", async () => {
    const file = join(reader().temporary, "terraformrc");
    writeFileSync(
      file,
      'provider_installation {\n  dev_overrides {\n    "hashicorp/aws" = "/nowhere"\n  }\n  direct {}\n}\n',
    );
    const { code, stdout, stderr } = await reader().rehearseWith({ TF_CLI_CONFIG_FILE: file }).ended;
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.trimEnd().split("\n").at(-1)).toBe(
      `${file} must not have dev_overrides for a rehearsal, as they bypass the checksums of the lock file; ` +
        "remove them, or set TF_CLI_CONFIG_FILE to a configuration without them",
    );
    rmSync(file);
  });

  test("ignores a TF_CLI_CONFIG_FILE that names no file, and says so once", async () => {
    const file = join(reader().temporary, "missing");
    const { code, stderr } = await reader().rehearseWith({ TF_CLI_CONFIG_FILE: file }, "first").ended;
    expect(code).toBe(3);
    expect(stderr.split("\n").filter((line) => line.includes(file))).toEqual([
      `TF_CLI_CONFIG_FILE is ignored because the file ${file} does not exist.`,
    ]);
  });

  test("refuses a main.ts with errors, and names all of them", async () => {
    const { code, stdout, stderr } = await checkouts[4]!.rehearse().ended;
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain('web: domainName must be a host name in lower case (got "WWW.example.com")');
    expect(stderr).toContain("web: appPort must be a whole number from 1 to 65535 except 22 (got 0)");
    expect(stderr).not.toMatch(/[Ii]nternal error in alb-web/);
  });

  test("--help says what it does, and ends well", async () => {
    const { code, stdout } = await reader().rehearse("--help").ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Usage: alb-web rehearse \[options\] \[stack\]\n/);
  });
});

test("a stack as it would be deployed cannot be taken down, which is why the override takes its protection off", async () => {
  expect(String(await refusal)).toMatch(
    /more: destroy: The load balancer of more has deletion protection\. Set disposable: true/,
  );
});

/** What destroying a stack says whose load balancer kept its protection. */
async function destroyProtected(room: RehearsalRoom): Promise<unknown> {
  const [stack] = await room.synthesize("site-with-more");
  if (stack === undefined) throw new Error("the fixture has no stack");
  await room.seed([stack]);
  const rehearsal = await room.init(stack);
  const { terraform } = overrideFor(stack.id, stack.json) as { terraform: object };
  writeFileSync(join(room.folderOf(stack), OVERRIDE_FILE), JSON.stringify({ terraform }));
  await runStages(rehearsal, "second plan");
  const destroy = rehearsal.stages().find(({ title }) => title === "destroy");
  return destroy
    ?.run(() => undefined)
    .then(
      () => "it was destroyed",
      (error: unknown) => error,
    );
}
