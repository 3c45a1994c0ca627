import { servedState } from "../../rehearsal/applied-state";
import { type Expectation, expectationOf, type Outputs } from "../../rehearsal/expectation";
import type { Call, LocalAws } from "../../rehearsal/local-aws";
import { readSite } from "../../rehearsal/site";
import { RehearsalRoom, runStages } from "./rehearsal-room";

/** A fixture's only stack, applied to a local AWS that keeps running; each test changes a clone of it. */
export interface AppliedSite {
  readonly localAws: LocalAws;
  readonly expected: Expectation;
  /** What was called to apply it, and then to plan it again. */
  readonly calls: { readonly deploy: readonly Call[]; readonly plan: readonly Call[] };
  /** The state as it is after a refresh, with what was changed on this local AWS, a clone. One at a time. */
  stateOn(clone: LocalAws): Promise<unknown>;
  stop(): Promise<void>;
}

/** Takes about two minutes, nearly all of them waits inside of the AWS provider. */
export async function applySite(fixtureName: string): Promise<AppliedSite> {
  const room = await RehearsalRoom.open();
  try {
    const [stack, ...others] = await room.synthesize(fixtureName);
    if (stack === undefined || others.length > 0) throw new Error(`${fixtureName} must have one stack`);
    await room.seed([stack]);
    await runStages(await room.init(stack), "apply");
    const outputs = JSON.parse((await room.terraformOf(stack).run(["output", "-json"])).stdout) as Outputs;
    const deploy = await room.localAws.calls(true);
    await room.terraformOf(stack).run(["plan", "-input=false", "-lock=false"]); // as pull-request.yml has it, whose role may not lock
    const plan = await room.localAws.calls(true);
    const expected = expectationOf(stack.json, outputs);
    return {
      calls: { deploy, plan },
      localAws: room.localAws,
      expected,
      stateOn: async (clone) => {
        const terraform = await room.terraformAt(stack, clone);
        await terraform.run(["apply", "-refresh-only", "-auto-approve", "-input=false"]);
        const { stdout } = await terraform.run(["show", "-json"]);
        return servedState(JSON.parse(stdout), await readSite(clone.endpoint, expected));
      },
      stop: () => room.close(),
    };
  } catch (error) {
    await room.close();
    throw error;
  }
}
