import { EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { DeleteTargetGroupCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { LocalAws } from "../../../rehearsal/local-aws";
import { accountOf, growth } from "../../support/crash-account";
import { CrashRoom, SITE, seededAccount } from "../../support/crash-room";
import { sideBySide } from "../../support/crash-run";
import type { Ended } from "../../support/project-room";

/* What is not simply adopted after a crash: what is there twice, what succeeds something, and what needs no adopt. */

jest.setTimeout(20 * 60_000);

interface Later {
  readonly adopt: Ended;
  readonly changes: string;
  readonly more: Readonly<Record<string, number>>;
}

interface KilledEdit {
  readonly adopt: Ended;
  /** Instances and target groups, before the edit and since. */
  readonly old: readonly string[];
  readonly made: readonly string[];
  /** What adopt says when the state has let go of the old target group. */
  readonly kept: Ended;
  readonly changes: string;
  readonly remains: Readonly<Record<string, number>>;
}

let seeded: LocalAws;
let interrupted: Promise<Later>;
let deployedAgain: Promise<Later>;
let editKilled: Promise<KilledEdit>;
let twice: Promise<{ readonly adopt: Ended; readonly chosen: Ended }>;

beforeAll(async () => {
  seeded = await seededAccount();
  // They mostly wait.
  const runs = sideBySide<unknown>([editIsKilled, applyAgainWithoutAdopt, applyAfterInterrupt, killedTwice], 4);
  [editKilled, deployedAgain, interrupted, twice] = runs as [
    typeof editKilled,
    typeof deployedAgain,
    typeof interrupted,
    typeof twice,
  ];
});

afterAll(async () => {
  await Promise.allSettled([editKilled, deployedAgain, interrupted, twice]);
  await seeded.stop();
});

describe("interrupted by Ctrl-C while it waits for the load balancer", () => {
  test("the next apply completes the site, without adopt", async () => {
    const { changes, more } = await interrupted;
    expect(changes).toBe("");
    expect(more).toMatchObject({ aws_vpc: 1, aws_lb: 1, aws_instance: 2, aws_route53_record: 2 });
  });

  test("adopt finds nothing afterwards", async () => {
    const { adopt } = await interrupted;
    expect([adopt.code, adopt.stdout]).toEqual([0, expect.stringContaining("nothing to adopt")]);
  });
});

describe("applied again without adopt", () => {
  test("a second network and certificate are made, silently", async () => {
    expect((await deployedAgain).more).toMatchObject({ aws_vpc: 2, aws_acm_certificate: 2 });
  });

  test("adopt lists all that is left over and how to look at it, and takes over and guesses nothing", async () => {
    const { adopt } = await deployedAgain;
    expect(adopt.code).toBe(3);
    expect(adopt.stdout).not.toMatch(/^(adopted|ambiguous)/m);
    expect(adopt.stdout).toMatch(
      /^left over {3}vpc-\w+, aws_vpc, "web vpc": duplicate of aws_vpc\.\S+, which is vpc-\w+$/m,
    );
    expect(adopt.stdout).toMatch(/^ +aws ec2 describe-vpcs --vpc-ids vpc-\w+ --region us-east-1$/m);
    expect(adopt.stdout).toMatch(
      /^left over {3}certificate\/\S+, aws_acm_certificate, created \S+: duplicate of aws_acm_certificate\./m,
    );
    expect(adopt.stdout.match(/^left over /gm)).toHaveLength(4); // a role and its profile too
  });
});

describe("an edit of a site that stands, killed", () => {
  test("leaves successors that adopt lists as duplicates of what the state has, and gives to no address", async () => {
    const { adopt, old, made } = await editKilled;
    expect(adopt.code).toBe(3);
    expect(made.length).toBeGreaterThan(0);
    for (const id of made)
      expect(adopt.stdout).toMatch(
        new RegExp(
          `^left over {3}${id.replace(/^arn:.*?:(?=targetgroup)/, "")}, aws_(instance|lb_target_group), .*: ` +
            "duplicate of aws_",
          "m",
        ),
      );
    for (const id of [...old, ...made]) expect(adopt.stdout).not.toMatch(new RegExp(`^adopted .*${id}`, "m"));
  });

  test("keeps a successor that is in use already once the state lets go of the old one", async () => {
    const { kept, old, made } = await editKilled;
    expect(kept.stdout).toMatch(
      new RegExp(`^adopted +aws_lb_target_group\\.\\S+ +${nameOf(made, "targetgroup")}$`, "m"),
    );
    expect(kept.stdout).toMatch(new RegExp(`^left over {3}${nameOf(old, "targetgroup")}, `, "m"));
  });

  test("is completed by the next apply, and once the rest is deleted by hand, destroy leaves nothing", async () => {
    const { changes, remains } = await editKilled;
    expect(changes).toBe("");
    expect(remains).toEqual({});
  });
});

describe("killed twice before terraform stored a state", () => {
  test("adopt guesses none of what exists twice, says how to choose, and waits with what belongs to it", async () => {
    const { adopt } = await twice;
    expect(adopt.code).toBe(3);
    for (const type of ["aws_vpc", "aws_acm_certificate", "aws_iam_role"]) {
      expect(adopt.stdout).toMatch(new RegExp(`^ambiguous {3}${type}\\.\\S+: 2 resources match$`, "m"));
      expect(adopt.stdout.match(new RegExp(`^ +npx alb-web adopt web --use ${type}\\.\\S+=\\S+$`, "gm"))).toHaveLength(
        2,
      );
    }
    expect(adopt.stdout).toMatch(/^undecided {3}\d+ more, which belong to one of the ambiguous resources: .*subnet-/m);
    expect(adopt.stdout).not.toMatch(/^(adopted|left over)/m);
  });

  test("what is chosen brings what lies in it, and the other one's is left over", async () => {
    const { chosen } = await twice;
    expect(chosen.code).toBe(3);
    expect(chosen.stdout).not.toMatch(/^(ambiguous|undecided)/m);
    expect(chosen.stdout.match(/^adopted +aws_subnet\./gm)).toHaveLength(4);
    expect(chosen.stdout.match(/^left over .*, aws_(vpc|acm_certificate|iam_role),/gm)).toHaveLength(3);
    expect(chosen.stdout.match(/^left over .*, aws_subnet,/gm)).toHaveLength(4);
  });
});

/** An ARN as adopt shows it, of the one of a kind. */
function nameOf(arns: readonly string[], kind: string): string {
  const [found, ...others] = arns.filter((arn) => arn.includes(`:${kind}/`));
  if (found === undefined || others.length > 0) throw new Error(`expected one ${kind} among ${arns.join(", ")}`);
  return found.slice(found.indexOf(`:${kind}/`) + 1);
}

async function editIsKilled(): Promise<KilledEdit> {
  const room = await CrashRoom.open(await seeded.clone());
  const credentials = { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" };
  const config = { endpoint: room.localAws.endpoint, region: "us-east-1", credentials };
  try {
    const empty = await accountOf(room.localAws);
    await room.apply();
    const old = await machines(room);
    await room.edit(`${SITE}, appPort: 8080`);
    room.storeNoStateInBetween();
    await room.applyUntil("SIGKILL", 5, "aws_instance.");
    await room.unlock();
    const made = (await machines(room)).filter((id) => !old.includes(id));
    const adopt = await room.adopt();
    await new EC2Client(config).send(
      new TerminateInstancesCommand({ InstanceIds: made.filter((id) => id.startsWith("i-")) }),
    );
    await room.terraform(`state rm ${(await room.addresses("aws_lb_target_group")).join(" ")}`);
    const kept = await room.adopt();
    await room.apply();
    const changes = await room.changes();
    await new ElasticLoadBalancingV2Client(config).send(
      new DeleteTargetGroupCommand({ TargetGroupArn: old.find((id) => id.includes(":targetgroup/")) }),
    );
    await room.destroy();
    return { adopt, old, made, kept, changes, remains: growth(empty, await accountOf(room.localAws)) };
  } finally {
    await room.close();
  }
}

async function machines(room: CrashRoom): Promise<string[]> {
  const { aws_instance = [], aws_lb_target_group = [] } = await accountOf(room.localAws);
  return [...aws_instance, ...aws_lb_target_group];
}

async function applyAfterInterrupt(): Promise<Later> {
  const room = await CrashRoom.open(await seeded.clone());
  try {
    const before = await accountOf(room.localAws);
    await room.applyUntil("SIGINT", 5, "aws_lb.");
    await room.apply();
    return {
      adopt: await room.adopt(),
      changes: await room.changes(),
      more: growth(before, await accountOf(room.localAws)),
    };
  } finally {
    await room.close();
  }
}

async function applyAgainWithoutAdopt(): Promise<Later> {
  const room = await CrashRoom.open(await seeded.clone());
  try {
    const before = await accountOf(room.localAws);
    room.storeNoStateInBetween();
    // The VPC takes 10 s; later there would be a target group, whose name is taken, and the next apply would fail.
    await room.applyUntil("SIGKILL", 7, "aws_vpc.");
    await room.unlock();
    await room.apply();
    return {
      adopt: await room.adopt(),
      changes: await room.changes(),
      more: growth(before, await accountOf(room.localAws)),
    };
  } finally {
    await room.close();
  }
}

async function killedTwice(): Promise<{ adopt: Ended; chosen: Ended }> {
  const room = await CrashRoom.open(await seeded.clone());
  try {
    room.storeNoStateInBetween();
    for (let time = 0; time < 2; time += 1) {
      await room.applyUntil("SIGKILL", 6, "aws_subnet.");
      await room.unlock();
    }
    const adopt = await room.adopt();
    // The first one of each.
    const choices = new Map(
      [...adopt.stdout.matchAll(/--use (\S+)=(\S+)$/gm)].reverse().map(([, address = "", id = ""]) => [address, id]),
    );
    return { adopt, chosen: await room.adopt([...choices].map(([address, id]) => `--use ${address}=${id}`).join(" ")) };
  } finally {
    await room.close();
  }
}
