import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { NOT_RECORDED, type NotRecorded } from "../../../cli/bootstrap/not-recorded";
import { policyOf } from "../../../cli/bootstrap/policies";
import type { WebStackProps } from "../../../constructs/props/web-stack-props";
import { Terraform, type TerraformEvent } from "../../../machine/terraform/terraform";
import { terraformEnvironment } from "../../../rehearsal/environment";
import type { LocalAws } from "../../../rehearsal/local-aws";
import { IDENTITY_FILE } from "../../../rehearsal/providers";
import { Rehearsal, type RehearsalResult } from "../../../rehearsal/rehearsal-run";
import { seedsFor } from "../../../rehearsal/seed-for";
import type { SynthesizedStack } from "../../../rehearsal/stack-files";
import { asFewStacks } from "../../support/combinations";
import { DRIFTS, Standing } from "../../support/drifts";
import { EDITS, IN_PLACE, STANDING, STANDING_INSIDE } from "../../support/edits";
import { byTerraform, refusedBy } from "../../support/iam-policy";
import { CACHE, RehearsalRoom } from "../../support/rehearsal-room";
import { IS_EXHAUSTIVE } from "../../support/sample";
import { queue } from "../../support/side-by-side";
import { writeApp } from "../../support/synth";

/*
 * A site that stands, by the rights of the role for deploys, on a local AWS that checks each call. Every prop is
 * edited, and every kind of drift repaired, each on a clone: it applies, leaves every step well, and plans again
 * without a change.
 */

const ALL_MS = 20 * 60_000;
jest.setTimeout(ALL_MS);

const POLICY = policyOf("deploy", { account: "123456789012", bucket: "alb-web-rehearsal-state" });
/** Each by itself with npm run test:exhaustive; else as few stacks, and all drifts at once. */
const EDITED = IS_EXHAUSTIVE
  ? EDITS
  : {
      ...asFewStacks(edits((name) => IN_PLACE.includes(name))),
      ...asFewStacks(edits((name) => !IN_PLACE.includes(name))),
    };
const DRIFTED = IS_EXHAUSTIVE ? Object.keys(DRIFTS).map((name) => [name]) : [Object.keys(DRIFTS)];
const SIDE_BY_SIDE = 6;
/** The one edit of a site in a VPC that exists: there the names of the security groups depend on it. */
const INSIDE = "another domain name in an existing VPC";

interface Outcome {
  readonly result: RehearsalResult;
  /** Actions that terraform called. */
  readonly called: ReadonlySet<string>;
  /** What the role may not do of it. */
  readonly refused: readonly string[];
}

let room: RehearsalRoom;
let keys: NodeJS.ProcessEnv;
let standing: Rehearsal;
const clones: LocalAws[] = [];
let editing: Readonly<Record<string, Promise<Outcome>>>;
let repairing: Readonly<Record<string, Promise<Outcome>>>;
let moved: ReturnType<typeof movedTo>;
/** The same by a role that may not launch instances. */
let unlaunched: ReturnType<typeof movedTo>;

beforeAll(async () => {
  room = await RehearsalRoom.open();
  keys = await keysForDeploys(room.localAws);
  const stacks: {
    readonly standing: SynthesizedStack;
    readonly inside: SynthesizedStack;
    readonly moved: SynthesizedStack;
    readonly [edit: string]: SynthesizedStack;
  } = {
    standing: stackOf("standing", STANDING),
    inside: stackOf("inside", STANDING_INSIDE, "inside"),
    [INSIDE]: stackOf(INSIDE, { ...STANDING_INSIDE, domainName: "within.example.com" }, "inside"),
    moved: stackOf("moved", { ...STANDING, appPort: 8080 }),
    ...Object.fromEntries(
      Object.entries(EDITED).map(([name, props]) => [name, stackOf(name, { ...STANDING, ...props })]),
    ),
  };
  for (const seed of seedsFor(Object.values(stacks))) await room.localAws.seed(seed);
  standing = await rehearsalOf(stacks.standing, room.localAws, "standing");
  const inside = await rehearsalOf(stacks.inside, room.localAws, "inside");
  await Promise.all([run(standing, room.localAws, "apply"), run(inside, room.localAws, "apply")]);
  const { values } = JSON.parse(
    (await (await terraformIn("standing", room.localAws)).run(["show", "-json"])).stdout,
  ) as { values: { root_module: { resources: ConstructorParameters<typeof Standing>[1] } } };

  // The clones are made before any of them is worked on.
  for (const _ of [...Object.keys(EDITED), INSIDE, ...DRIFTED, "moved", "unlaunched"])
    clones.push(await room.localAws.clone());
  const own = [...clones];
  const free = queue(SIDE_BY_SIDE);
  const begun = <T>(work: () => Promise<T>): Promise<T> => {
    const outcome = free(work);
    outcome.catch(() => undefined); // shown by the test that awaits it
    return outcome;
  };
  editing = Object.fromEntries(
    [...Object.keys(EDITED), INSIDE].map((name) => {
      const localAws = own.shift() as LocalAws;
      return [name, begun(() => edited(stacks[name] as SynthesizedStack, localAws, name))];
    }),
  );
  repairing = Object.fromEntries(
    DRIFTED.map((names) => {
      const localAws = own.shift() as LocalAws;
      return [names.join(), begun(() => repaired(stacks.standing, localAws, names, values.root_module.resources))];
    }),
  );
  const [first, second] = own as [LocalAws, LocalAws];
  moved = begun(() => movedTo(stacks.moved, first, "moved"));
  unlaunched = begun(async () => {
    await allow(second, (action) => action !== "ec2:RunInstances");
    return movedTo(stacks.moved, second, "unlaunched");
  });
});

afterAll(async () => {
  await Promise.allSettled([...Object.values(editing ?? {}), ...Object.values(repairing ?? {}), moved, unlaunched]);
  for (const clone of clones) await clone.stop();
  await room?.close();
});

describe("an edit", () => {
  test.each([...Object.keys(EDITED), INSIDE])("%s", async (name) => {
    const { result, refused } = await editing[name]!;
    expect(result.steps.filter(({ verdict }) => verdict !== "ok")).toEqual([]);
    expect(refused).toEqual([]);
  });

  test("calls what the table says that edits call", async () => {
    expect(await missing("by an edit", editing)).toEqual([]);
  });
});

describe("a repair", () => {
  test.each(DRIFTED.map((names) => [names.join()]))("of %s", async (name) => {
    const { result, refused } = await repairing[name]!;
    expect(result.steps.filter(({ verdict }) => verdict !== "ok")).toEqual([]);
    expect(refused).toEqual([]);
    const { called } = await repairing[name]!;
    expect(
      name
        .split(",")
        .flatMap((drift) => DRIFTS[drift]?.repair ?? [])
        .filter((action) => !called.has(action)),
    ).toEqual([]);
  });

  test("calls what the table says that repairs call", async () => {
    expect(await missing("by a repair", repairing)).toEqual([]);
  });
});

describe("another app port, which is another target group", () => {
  test("is what the listener gets once all new targets are registered, and before any old one goes", async () => {
    const { events } = await (await moved).applied;
    const orderOf = (type: string, address: string, action: string) =>
      events.flatMap((event, index) =>
        event.type === type && event.hook?.action === action && event.hook.resource?.addr?.includes(address)
          ? [index]
          : [],
      );
    const listener = (type: string) => orderOf(type, "aws_lb_listener.site_load-balancer_https", "update");
    const registered = orderOf("apply_complete", "aws_lb_target_group_attachment.", "create");
    const takenOut = orderOf("apply_start", "aws_lb_target_group_attachment.", "delete");
    expect([registered, takenOut, listener("apply_start")].map(({ length }) => length)).toEqual([3, 3, 1]);
    expect(Math.max(...registered)).toBeLessThan(Math.min(...listener("apply_start")));
    expect(Math.max(...listener("apply_complete"))).toBeLessThan(Math.min(...takenOut));
    // Without the rules of the old port the old targets would answer nobody.
    const closed = orderOf("apply_start", "aws_vpc_security_group_", "delete");
    expect(closed).toHaveLength(2);
    expect(Math.max(...listener("apply_complete"))).toBeLessThan(Math.min(...closed));
  });

  test("leaves the old one serving, with all its targets, where no new instance can be launched", async () => {
    const { applied, localAws } = await unlaunched;
    await expect(applied).rejects.toThrow("ec2:RunInstances");
    await localAws.enforceAccess(false);
    const elb = new ElasticLoadBalancingV2Client(clientOf(localAws));
    const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
    const balancer = LoadBalancers.find(({ LoadBalancerName }) => LoadBalancerName?.startsWith("web-"));
    const { Listeners = [] } = await elb.send(
      new DescribeListenersCommand({ LoadBalancerArn: balancer?.LoadBalancerArn }),
    );
    const [action] = Listeners.find(({ Port }) => Port === 443)?.DefaultActions ?? [];
    const { TargetHealthDescriptions = [] } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: action?.TargetGroupArn }),
    );
    expect(TargetHealthDescriptions.map(({ Target, TargetHealth }) => [Target?.Port, TargetHealth?.State])).toEqual([
      [80, "healthy"],
      [80, "healthy"],
      [80, "healthy"],
    ]);
  });
});

function edits(isWanted: (name: string) => boolean): Readonly<Record<string, WebStackProps>> {
  return Object.fromEntries(Object.entries(EDITS).filter(([name]) => isWanted(name)));
}

/** Actions that the table lists and that none of these called. */
async function missing(
  kind: NotRecorded["called"],
  outcomes: Readonly<Record<string, Promise<Outcome>>>,
): Promise<string[]> {
  const called = new Set((await Promise.all(Object.values(outcomes))).flatMap((it) => [...it.called]));
  return Object.entries(NOT_RECORDED).flatMap(([action, { called: when }]) =>
    when === kind && !called.has(action) ? [action] : [],
  );
}

async function edited(stack: SynthesizedStack, localAws: LocalAws, name: string): Promise<Outcome> {
  await localAws.calls(true);
  const rehearsal = await rehearsalOf(stack, localAws, name);
  await run(rehearsal, localAws, "second plan");
  return outcomeOf(rehearsal, localAws);
}

async function repaired(
  stack: SynthesizedStack,
  localAws: LocalAws,
  names: readonly string[],
  resources: ConstructorParameters<typeof Standing>[1],
): Promise<Outcome> {
  await localAws.enforceAccess(false);
  const site = new Standing(localAws, resources);
  for (const name of names) await DRIFTS[name]?.happens(site);
  await localAws.calls(true);
  const rehearsal = await rehearsalOf(stack, localAws, `drift of ${names[0]}`);
  await run(rehearsal, localAws, "second plan");
  return outcomeOf(rehearsal, localAws);
}

async function outcomeOf(rehearsal: Rehearsal, localAws: LocalAws): Promise<Outcome> {
  const calls = await localAws.calls();
  return {
    result: rehearsal.result(),
    called: new Set(byTerraform(calls).map(({ action }) => action)),
    refused: refusedBy("deploy", calls),
  };
}

/** The site with another app port, applied by terraform alone, as its events say in what order. */
async function movedTo(
  stack: SynthesizedStack,
  localAws: LocalAws,
  name: string,
): Promise<{ applied: Promise<{ events: readonly TerraformEvent[] }>; localAws: LocalAws }> {
  await rehearsalOf(stack, localAws, name);
  await localAws.enforceAccess(true);
  const applied = (await terraformIn(name, localAws)).run(["apply", "-input=false", "-json", "-auto-approve"]);
  await applied.catch(() => undefined);
  return { applied, localAws };
}

/** Initialized in a folder of its own, with the keys of the role. */
async function rehearsalOf(stack: SynthesizedStack, localAws: LocalAws, name: string): Promise<Rehearsal> {
  const rehearsal = new Rehearsal({
    stack,
    localAws,
    terraform: room.terraform,
    env: await environmentOf(localAws),
    folder: workFolder(name),
    signal: new AbortController().signal,
  });
  await localAws.enforceAccess(false);
  await rehearsal.init();
  // It asks for whom nobody has given keys to.
  rmSync(join(workFolder(name), IDENTITY_FILE));
  return rehearsal;
}

/** Runs the stages up to one; each call of terraform is checked, our own look at what was built is not. */
async function run(rehearsal: Rehearsal, localAws: LocalAws, last: string): Promise<void> {
  const stages = rehearsal.stages();
  for (const { title, run: stage } of stages.slice(0, stages.findIndex(({ title: it }) => it === last) + 1)) {
    await localAws.enforceAccess(title !== "check the walkthrough");
    await stage(() => undefined);
  }
}

function terraformIn(name: string, localAws: LocalAws): Promise<Terraform> {
  return environmentOf(localAws).then(
    (env) => new Terraform({ command: room.terraform, folder: workFolder(name), env }),
  );
}

async function environmentOf({ endpoint }: LocalAws): Promise<NodeJS.ProcessEnv> {
  return { ...(await terraformEnvironment(CACHE, endpoint)), ...keys };
}

const workFolder = (name: string) => join(room.folder, "work", name.replace(/\W+/g, "-"));

/** Makes the user whose policy is the role's, whom all calls are checked for. */
async function keysForDeploys(localAws: LocalAws): Promise<NodeJS.ProcessEnv> {
  const iam = new IAMClient(clientOf(localAws));
  await iam.send(new CreateUserCommand({ UserName: "deploys" }));
  await allow(localAws, () => true);
  const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: "deploys" }));
  return { AWS_ACCESS_KEY_ID: key?.AccessKeyId, AWS_SECRET_ACCESS_KEY: key?.SecretAccessKey };
}

/** Gives that user the role's policy, or those of its actions only. */
async function allow(localAws: LocalAws, isAllowed: (action: string) => boolean): Promise<void> {
  await localAws.enforceAccess(false);
  const PolicyDocument = JSON.stringify({
    ...POLICY,
    Statement: POLICY.Statement.map((it) => ({ ...it, Action: it.Action.filter(isAllowed) })),
  });
  await new IAMClient(clientOf(localAws)).send(
    new PutUserPolicyCommand({ UserName: "deploys", PolicyName: "all", PolicyDocument }),
  );
}

function clientOf({ endpoint }: LocalAws) {
  return {
    endpoint,
    region: "us-east-1",
    maxAttempts: 2,
    credentials: { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" },
  };
}

function stackOf(name: string, props: WebStackProps, id = "web"): SynthesizedStack {
  const folder = join(room.folder, "synthesized", name.replace(/\W+/g, "-"));
  mkdirSync(folder, { recursive: true });
  writeApp(folder, { [id]: props });
  const text = readFileSync(join(folder, "stacks", id, "cdk.tf.json"), "utf8");
  return { id, folder: join(folder, "stacks", id), text, json: JSON.parse(text) as SynthesizedStack["json"] };
}
