import { runningProcesses } from "../../support/processes";
import {
  inWorkspace,
  ORGANIZATION,
  type Started,
  TerraformCloudRoom,
  until,
  zoneStack,
} from "../../support/terraform-cloud-room";

/*
 * Runs that meet, are called off, or lose their client, in a stand-in for Terraform Cloud that runs the real terraform.
 */

jest.setTimeout(400_000);

const APPLY = ["apply", "-auto-approve", "-no-color"];
const STACKS = ["queue", "cancel", "killed", "asked", "held"] as const;

let room: TerraformCloudRoom;

beforeAll(async () => {
  room = await TerraformCloudRoom.open();
  await room.project.program(...STACKS.map((id) => zoneStack(id, inWorkspace(id))));
  await room.project.synthesize();
  for (const id of STACKS) await room.run(room.at(id, "init"));
});

afterAll(() => room.close());

test("of two applies at once the second waits, and then finds nothing to do", async () => {
  const first = room.start("queue", APPLY);
  await until("the first run plans", () => statuses("queue").includes("planning"));
  const second = room.start("queue", APPLY);
  await until("the second run waits", () => statuses("queue").includes("pending"));
  const [created, nothing] = await Promise.all([first.ended, second.ended]);
  expect(created).toMatchObject({ code: 0, stdout: expect.stringContaining("Apply complete! Resources: 1 added") });
  expect(nothing).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Waiting for 1 run(s) to finish before being queued..."),
  });
  expect(nothing.stdout).toContain("No changes.");
  expect(statuses("queue")).toEqual(["applied", "planned_and_finished"]);
});

test("Ctrl-C calls a run off that has not begun to apply, and the workspace is free again", async () => {
  const apply = room.start("cancel", APPLY);
  await planning("cancel", apply);
  apply.child.kill("SIGINT");
  expect((await apply.ended).stdout).toContain("The remote operation was successfully cancelled.");
  await until("the run has ended", () => statuses("cancel").includes("canceled"));
  expect(workspace("cancel")).toMatchObject({ states: [] });
  expect(workspace("cancel").lockedBy).toBeUndefined();
});

// terraform says so itself: "will not stop the plan running remotely".
test("Ctrl-C of a plan leaves the run to its own end, which changes nothing and holds nobody up", async () => {
  const plan = room.start("cancel", ["plan", "-no-color"]);
  await until("the plan runs", () => statuses("cancel").at(-1) === "planning");
  plan.child.kill("SIGINT");
  expect(await plan.ended).toMatchObject({ code: 1 });
  expect(workspace("cancel").lockedBy).toBeUndefined();
  await until("the run has ended", () => statuses("cancel").at(-1) === "planned_and_finished");
});

test("a run goes on to its end when its client is killed while it applies, and its state is whole", async () => {
  const apply = room.start("killed", APPLY);
  await until("it creates", () => workspace("killed").runs[0]?.apply.log.includes("Creating...") === true);
  apply.child.kill("SIGKILL");
  expect(await apply.ended).toMatchObject({ code: null });
  await until("the run has ended", () => statuses("killed").includes("applied"));
  expect(workspace("killed")).toMatchObject({ states: [{}] });
  expect(workspace("killed").lockedBy).toBeUndefined();
  expect(await room.start("killed", ["plan", "-no-color", "-detailed-exitcode"]).ended).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("No changes."),
  });
});

test("a run waits for a person: no discards it, yes applies it", async () => {
  expect((await room.start("asked", ["apply", "-no-color"], "no\n").ended).stderr).toContain("Apply discarded");
  expect(statuses("asked")).toEqual(["discarded"]);
  expect(await room.start("asked", ["apply", "-no-color"], "yes\n").ended).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("Resources: 1 added"),
  });
  expect(statuses("asked")).toEqual(["discarded", "applied"]);
});

describe("npx alb-web plan, where another run holds the workspace", () => {
  let holder: string;
  let plan: Started;
  let stderr = "";
  const startPlan = () => {
    stderr = "";
    plan = room.startPlan("held");
    plan.child.stderr?.on("data", (chunk: string) => (stderr += chunk));
  };
  const waitingFor = (run: string) =>
    new RegExp(
      `waiting for run ${run} \\(planned, by person, created \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC\\): ` +
        `https://app\\.terraform\\.io/app/acme/held/runs/${run}\\b`,
    );

  beforeAll(async () => {
    // A server that does not know saved plans keeps the workspace for them.
    room.cloud.lacks.add("saved plans");
    await room.run(room.at("held", "plan -out=held.tfplan"));
    holder = String(workspace("held").runs[0]?.id);
    expect(statuses("held")).toEqual(["planned"]);
  });

  test("says which one and whose, and Ctrl-C cancels the run that waits", async () => {
    startPlan();
    await until("it says what it waits for", () => waitingFor(holder).test(stderr));
    plan.child.kill("SIGINT");
    expect(await plan.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("\nInterrupted by SIGINT; nothing was changed.\n"),
    });
    expect(statuses("held")).toEqual(["planned", "canceled"]);
  });

  test("plans once that has ended, and Ctrl-C cancels the run that plans", async () => {
    startPlan();
    await until("it says what it waits for", () => waitingFor(holder).test(stderr));
    await room.api("POST", `/runs/${holder}/actions/discard`);
    await until("it plans", () => statuses("held").at(-1) === "planning");
    plan.child.kill("SIGINT");
    expect(await plan.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("\nInterrupted by SIGINT; nothing was changed.\n"),
    });
    expect(statuses("held")).toEqual(["discarded", "canceled", "canceled"]);
    expect(workspace("held").lockedBy).toBeUndefined();
  });

  test("says who has locked the workspace by hand", async () => {
    await room.api("POST", `/workspaces/${workspace("held").id}/actions/lock`);
    startPlan();
    await until("it says what it waits for", () =>
      stderr.includes("waiting for person, who has locked the workspace: https://app.terraform.io/app/acme/held"),
    );
    await room.api("POST", `/workspaces/${workspace("held").id}/actions/unlock`);
    expect(await plan.ended).toMatchObject({ code: 2 });
    expect(statuses("held").at(-1)).toBe("planned");
  });
});

test("the stand-in ends what it runs when it is closed", async () => {
  const ofRuns = () =>
    runningProcesses().filter(({ command }) => command.includes(String(workspace("asked").runs.at(-1)?.runner?.root)));
  const apply = room.start("asked", [...APPLY, "-destroy"]);
  await until("it destroys", () => workspace("asked").runs.at(-1)?.apply.log.includes("Destroying...") === true);
  expect(ofRuns()).not.toEqual([]);
  await room.cloud.close();
  expect(ofRuns()).toEqual([]);
  apply.child.kill("SIGKILL");
  await apply.ended;
});

function workspace(id: (typeof STACKS)[number]) {
  return room.cloud.workspace(ORGANIZATION, id);
}

function statuses(id: (typeof STACKS)[number]): string[] {
  // There is none yet before the client asks for it.
  return room.cloud.records.workspaceNamed(ORGANIZATION, id)?.runs.map(({ status }) => status) ?? [];
}

/** Waits until both sides know that the plan runs. */
async function planning(id: (typeof STACKS)[number], { child }: Started): Promise<void> {
  let text = "";
  child.stdout?.on("data", (chunk: string) => (text += chunk));
  await until("the plan runs", () => statuses(id).at(-1) === "planning" && text.includes("Initializing plugins"));
}
