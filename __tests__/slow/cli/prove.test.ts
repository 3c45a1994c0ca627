import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { CreateVpcCommand, DeleteVpcCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { ChangeResourceRecordSetsCommand, ListHostedZonesCommand, Route53Client } from "@aws-sdk/client-route-53";
import type { ProofRecord } from "../../../cli/proving/proof-record";
import type { Call, LocalAws } from "../../../rehearsal/local-aws";
import { type Account, accountOf, growth } from "../../support/crash-account";
import { isRead, refusedBy } from "../../support/iam-policy";
import { PROJECT } from "../../support/project";
import { type Ended, ProjectRoom } from "../../support/project-room";
import { startLocalAws } from "../../support/rehearsal-room";
import { type CommandRun, type EndedCommand, start } from "../../support/rehearse-command";

/*
 * npx alb-web prove as a person runs it, with the local AWS for AWS: what takes long runs side by side on clones of one
 * account.
 */

jest.setTimeout(20 * 60_000);

/** cdktf-cli's own pseudoterminal. */
const pty = jest.requireActual<{
  spawn: (
    file: string,
    args: string[],
    options: object,
  ) => {
    onData: (on: (text: string) => void) => void;
    onExit: (on: (end: { exitCode: number }) => void) => void;
    write: (text: string) => void;
  };
}>("@cdktf/node-pty-prebuilt-multiarch");

const PROVE = ["cli/alb-web.js", "prove"];
const DOMAIN = "www.example.com";
const IN_THE_APPLY = /apply: [1-9]\d* of 39, waiting for /;
const CREDENTIALS = { region: "us-east-1", credentials: { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" } };

let base: LocalAws;
let before: Account;
const rooms: ProjectRoom[] = [];
const runs: CommandRun[] = [];
let whole: Room;
let refused: Room;
let terminated: Room;
let twice: Room;
/** Side by side with the others: each is interrupted while it applies, one of them while it destroys too. */
let interrupted: Promise<EndedCommand>[] = [];

interface Room {
  readonly room: ProjectRoom;
  readonly run: CommandRun;
}

beforeAll(async () => {
  base = await startLocalAws();
  await base.seed({ region: "us-east-1", hostedZones: [{ name: "example.com" }] });
  const route53 = new Route53Client({ ...CREDENTIALS, endpoint: base.endpoint });
  const { HostedZones: [zone] = [] } = await route53.send(new ListHostedZonesCommand({}));
  const ResourceRecordSet = {
    Name: "taken.example.com",
    Type: "A" as const,
    TTL: 60,
    ResourceRecords: [{ Value: "203.0.113.7" }],
  };
  await route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: zone?.Id,
      ChangeBatch: { Changes: [{ Action: "CREATE", ResourceRecordSet }] },
    }),
  );
  before = await accountOf(base);
  whole = await begin(undefined, "--domain", DOMAIN, "--yes", "--out", "record.json");
  refused = await begin(mayNot("ec2:RunInstances"), "--domain", DOMAIN, "--yes");
  terminated = await begin(undefined, "--domain", DOMAIN, "--yes");
  twice = await begin(undefined, "--domain", DOMAIN, "--yes");
  interrupted = [
    once(terminated.run, "SIGTERM").then(() => terminated.run.ended),
    once(twice.run, "SIGINT")
      .then(() => again(twice.run))
      .then(() => twice.run.ended),
  ];
  for (const each of interrupted) each.catch(() => undefined); // reported by the tests that await them
});

afterAll(async () => {
  await Promise.allSettled(runs.map(({ ended }) => ended));
  for (const room of rooms) await room.close();
  await base?.stop();
});

describe("a name and a question", () => {
  let room: ProjectRoom;

  beforeAll(async () => {
    room = await open();
    await room.localAws.calls(true);
  });
  afterEach(async () => {
    expect((await changesOf(room.localAws)).map(({ action }) => action)).toEqual([]);
    expect(existsSync(join(room.folder, "proving"))).toBe(false);
  });

  test("a name that has a record is refused before anything", async () => {
    const { code, stderr } = await prove(room, "--domain taken.example.com --yes");
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(
        "taken.example.com must have no A, AAAA or CNAME record (got A in example.com); choose a name that is " +
          "not in use. Nothing was created.",
      ),
    ]);
  });

  test("a name without a zone is refused before anything", async () => {
    const { code, stderr } = await prove(room, "--domain www.example.org --yes");
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(
        "The public hosted zone example.org of www.example.org must be in Route 53 of account 123456789012, which " +
          "has no zone with that name. Nothing was created.",
      ),
    ]);
  });

  test("a name and a region that cannot be are refused together", async () => {
    const { code, stderr } = await prove(room, "--domain WWW.example.com --region mars --yes");
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^--domain must be a host name in lower case \(got "WWW\.example\.com"\).*\n--region must be an AWS region .*\(got "mars"\)/m,
      ),
    ]);
    expect(stderr).not.toContain("main.ts");
  });

  test.each([
    ["", "--domain is required"],
    ["--domain www.example.com", "--yes is required without a terminal"],
    ["--resume proving/prove-0a1b2c", "--resume must be a folder"],
    ["--resume x --domain y", "--resume must be used without --domain and --out"],
  ])("%j is wrong usage", async (args, sentence) => {
    const { code, stderr } = await prove(room, args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });

  test("credentials that AWS does not accept are refused before anything", async () => {
    const { code, stderr } = await room.shell(`node ${PROVE.join(" ")} --domain ${DOMAIN} --yes`, {
      AWS_ACCESS_KEY_ID: "",
      AWS_SECRET_ACCESS_KEY: "",
    });
    expect([code, stderr]).toEqual([1, expect.stringContaining("There are no AWS credentials")]);
  });

  test.each([
    ["no", "no\r", 2, "Not confirmed with yes. Nothing was created."],
    ["Ctrl-D", "\x04", 2, "Not confirmed with yes. Nothing was created."],
    ["Ctrl-C", "\x03", 1, "Interrupted by SIGINT. Nothing was created."],
  ])("it asks, and %s creates nothing", async (_, typed, code, sentence) => {
    const terminal = atTerminal(room);
    const asked = await terminal.says('Only "yes" is accepted.');
    expect(asked).toContain(
      `Account 123456789012, region us-east-1, on an emulator of AWS: prove creates, checks and destroys 39 ` +
        `resources for https://${DOMAIN}/`,
    );
    expect(asked).toMatch(/total +0\.0631 USD/);
    terminal.type(typed);
    expect(await terminal.ended).toEqual([code, expect.stringContaining(sentence)]);
  });

  test("after a yes, Ctrl-C before the apply creates nothing either", async () => {
    const terminal = atTerminal(room);
    await terminal.says('Only "yes" is accepted.');
    terminal.type("yes\r");
    await terminal.says("npx alb-web prove --resume proving/prove-");
    terminal.type("\x03");
    expect(await terminal.ended).toEqual([1, expect.stringContaining("Interrupted by SIGINT. Nothing was created.")]);
  });
});

describe("the whole", () => {
  let ended: EndedCommand;
  let record: ProofRecord;

  beforeAll(async () => {
    ended = await whole.run.ended;
    if (!existsSync(join(whole.room.folder, "record.json"))) throw new Error(ended.stderr);
    record = JSON.parse(readFileSync(join(whole.room.folder, "record.json"), "utf8")) as ProofRecord;
  });

  test("every step is ok but those that need traffic, which are unknown", () => {
    expect(ended.code).toBe(3);
    expect(
      record.steps
        .filter(({ verdict }) => verdict !== "ok")
        .map(({ id, verdict, observed }) => [id, verdict, observed]),
    ).toEqual(
      ["healthy", "http", "https"].map((id) => [id, "unknown", "not checked: an emulator of AWS carries no traffic"]),
    );
    expect(record.steps.filter(({ verdict }) => verdict === "ok")).toHaveLength(19);
  });

  test("everything is taken down, and its folder is gone", async () => {
    expect(growth(before, await accountOf(whole.room.localAws))).toEqual({});
    expect(existsSync(join(whole.room.folder, "proving"))).toBe(false);
    expect(ended.leftOver).toEqual([]);
  });

  test("the record has versions and times, and is not of AWS", () => {
    expect(record).toMatchObject({
      format_version: "1.0",
      region: "us-east-1",
      on_aws: false,
      verdict: "unknown",
      versions: {
        terraform: expect.stringMatching(/^(terraform|opentofu) \d/),
        provider: "5.100.0",
        alb_web: null,
        modified: false,
      },
    });
    expect(Object.keys(record.times).sort()).toEqual(["apply", "destroy", "plan", "resources"]);
    expect(record.times.apply).toBeGreaterThan(60);
    expect(record.times.resources[0]).toMatchObject({
      type: "aws_lb",
      count: 1,
      create: expect.any(Number),
      destroy: expect.any(Number),
    });
    expect(record.times.resources.reduce((sum, { count }) => sum + count, 0)).toBe(39);
  });

  test("neither the record nor its row names account, domain, an ARN or a resource", () => {
    const row = ended.stdout.trimEnd().split("\n").at(-1);
    expect(row).toMatch(/^\| \[[\d-]+\]\(proofs\/prove-[\dTZ-]+\.json\) \| us-east-1 \| /);
    for (const text of [JSON.stringify(record), row])
      expect(text).not.toMatch(
        /123456789012|example\.com|arn:|\b(vpc|subnet|i|sg|rtb|igw|vpce|ami)-[0-9a-f]{6,}|Z2P70J7/,
      );
  });

  test("it says before the apply how to take it down, and at the end that the record is not for the page", () => {
    const taken = ended.stderr.indexOf("npx alb-web prove --resume proving/prove-");
    expect([taken > 0, taken < ended.stderr.indexOf("terraform init")]).toEqual([true, true]);
    expect(ended.stderr).toMatch(/terraform\S* -chdir=proving\/(prove-\w+)\/cdktf\.out\/stacks\/\1 destroy/);
    expect(ended.stderr).toContain("The record is in record.json. It was not recorded on AWS; do not add it");
  });

  test("the rights that the page names suffice, and none is named without need", async () => {
    const calls = (await whole.room.localAws.calls()).map((call): Call => ({ ...call, client: "terraform" }));
    const page = readFileSync(join(PROJECT, "docs", "guides", "prove.md"), "utf8");
    const [, rights = ""] = /^\| Permissions \| (.*) \|$/m.exec(page) ?? [];
    const more = refusedBy(
      "deploy",
      calls.filter(({ action }) => !action.startsWith("s3:")),
    ).map((call) => call.split(" ")[0]);
    expect([...rights.matchAll(/`(\w+:\w+)`/g)].map(([, action]) => action).sort()).toEqual([...new Set(more)].sort());
  });
});

test("an apply that AWS refuses is taken down, and says so", async () => {
  const { code, stderr, stdout } = await refused.run.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /is not (allowed|authorized) to perform:? ec2:RunInstances[^]*\nDestroying what was created\.\n/,
  );
  expect(stdout).toContain("nothing with the stack's tags, no record with the name");
  await refused.room.localAws.enforceAccess(false);
  expect(growth(before, await accountOf(refused.room.localAws))).toEqual({});
  const [file = ""] = readdirSync(refused.room.folder).filter((name) => /^prove-.*\.json$/.test(name));
  const record = JSON.parse(readFileSync(join(refused.room.folder, file), "utf8")) as ProofRecord;
  expect(record).toMatchObject({
    verdict: "broken",
    steps: expect.arrayContaining([
      { id: "5.7", verdict: "broken", observed: "apply failed" },
      expect.objectContaining({ id: "left", verdict: "ok" }),
    ]),
  });
  expect(JSON.stringify(record)).not.toMatch(/123456789012|example\.com/);
});

test("a signal in the apply takes down what was created, and writes no record", async () => {
  const { room } = terminated;
  const { code, stderr, leftOver } = await interrupted[0]!;
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(
      "Interrupted by SIGTERM. Destroying what was created; press Ctrl-C again to stop that and show what is left.",
    ),
  ]);
  expect(stderr).toMatch(/\nInterrupted by SIGTERM\. Everything that was created is destroyed\.\n$/);
  expect(growth(before, await accountOf(room.localAws))).toEqual({});
  expect([leftOver, readdirSync(room.folder).filter((name) => name.startsWith("prov"))]).toEqual([[], []]);
});

test(
  "a second Ctrl-C says what is left; --resume takes it down, in the same account only, and finds what the state " +
    "does not know",
  async () => {
    const { room } = twice;
    const { code, stderr, leftOver } = await interrupted[1]!;
    const [, id = ""] =
      /\nInterrupted by SIGINT\.\nThese resources of (prove-\w+) still exist and cost money: .*\b1 aws_vpc\b.*\.\nDestroy it with one of these commands:\n/.exec(
        stderr,
      ) ?? [];
    expect([code, id, leftOver]).toEqual([1, expect.stringMatching(/^prove-/), []]);
    const folder = join(room.folder, "proving", id);
    expect(stderr).toContain(`  npx alb-web prove --resume proving/${id}\n`);

    const override = join(folder, "cdktf.out", "stacks", id, "account_override.tf.json");
    const kept = readFileSync(override, "utf8");
    writeFileSync(override, kept.replace("123456789012", "210987654321"));
    expect(await prove(room, `--resume proving/${id}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("AWS account ID not allowed"),
    });
    writeFileSync(override, kept);

    const ec2 = new EC2Client({ ...CREDENTIALS, endpoint: room.localAws.endpoint });
    const Tags = [
      { Key: "alb-web:stack", Value: id },
      { Key: "alb-web:domain", Value: DOMAIN },
    ];
    const { Vpc: { VpcId = "" } = {} } = await ec2.send(
      new CreateVpcCommand({ CidrBlock: "10.9.0.0/16", TagSpecifications: [{ ResourceType: "vpc", Tags }] }),
    );
    const first = await prove(room, `--resume proving/${id}/`);
    expect(first).toMatchObject({
      code: 1,
      stdout: `${id}: Not everything is destroyed: 1 aws_vpc.\n`,
      stderr: expect.stringContaining(
        `  aws_vpc ${VpcId}: aws ec2 describe-vpcs --vpc-ids ${VpcId} --region us-east-1\n`,
      ),
    });
    expect(existsSync(folder)).toBe(true);

    await ec2.send(new DeleteVpcCommand({ VpcId }));
    expect(await prove(room, `--resume proving/${id}`)).toMatchObject({
      code: 0,
      stdout: `${id}: Everything that was created is destroyed.\n`,
    });
    expect(existsSync(folder)).toBe(false);
    expect(growth(before, await accountOf(room.localAws))).toEqual({});
  },
);

async function open(): Promise<ProjectRoom> {
  const room = await ProjectRoom.open(await base.clone());
  rooms.push(room);
  return room;
}

/** Starts it in a checkout with an account of its own. @param keys of somebody in that account */
async function begin(
  keys: ((aws: LocalAws) => Promise<NodeJS.ProcessEnv>) | undefined,
  ...args: string[]
): Promise<Room> {
  const room = await open();
  const env = { ...room.env, ...(await keys?.(room.localAws)) };
  const run = start(process.execPath, [...PROVE, ...args], { cwd: room.folder, env });
  runs.push(run);
  return { room, run };
}

async function once(run: CommandRun, signal: NodeJS.Signals): Promise<void> {
  await run.says(IN_THE_APPLY);
  process.kill(run.pid, signal);
}

async function again(run: CommandRun): Promise<void> {
  await run.says(/destroy: \d+ of \d+/);
  await pause(1_500); // less would count as the same Ctrl-C
  process.kill(run.pid, "SIGINT");
}

function prove(room: ProjectRoom, args: string): Promise<Ended> {
  return room.shell(`node ${PROVE.join(" ")} ${args}`);
}

/** Keys of somebody who may do everything but one action, where AWS checks it. */
function mayNot(action: string) {
  return async (aws: LocalAws): Promise<NodeJS.ProcessEnv> => {
    const [iam, UserName] = [new IAMClient({ ...CREDENTIALS, endpoint: aws.endpoint }), "helper"];
    await iam.send(new CreateUserCommand({ UserName }));
    const Statement = [
      { Effect: "Allow", Action: "*", Resource: "*" },
      { Effect: "Deny", Action: action, Resource: "*" },
    ];
    await iam.send(
      new PutUserPolicyCommand({
        UserName,
        PolicyName: "helper",
        PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement }),
      }),
    );
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    await aws.enforceAccess(true);
    return { AWS_ACCESS_KEY_ID: key?.AccessKeyId ?? "", AWS_SECRET_ACCESS_KEY: key?.SecretAccessKey ?? "" };
  };
}

async function changesOf(aws: LocalAws): Promise<Call[]> {
  return (await aws.calls()).filter(({ action }) => !isRead(action));
}

/** A person at a terminal. */
function atTerminal(room: ProjectRoom): {
  says: (text: string) => Promise<string>;
  type: (text: string) => void;
  ended: Promise<[code: number, said: string]>;
} {
  let said = "";
  const terminal = pty.spawn(process.execPath, [...PROVE, "--domain", DOMAIN], {
    cwd: room.folder,
    env: room.env,
    cols: 200,
    rows: 50,
  });
  terminal.onData((text) => (said += text));
  let isOver = false;
  const ended = new Promise<[number, string]>((resolve) =>
    terminal.onExit(({ exitCode }) => {
      isOver = true;
      resolve([exitCode, said]);
    }),
  );
  const says = async (text: string) => {
    while (!said.includes(text)) {
      if (isOver) throw new Error(`it ended without saying ${text}:\n${said}`);
      await pause(50);
    }
    return said;
  };
  return { says, type: (text) => terminal.write(text), ended };
}
