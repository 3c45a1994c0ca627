import type { LocalAws } from "../../rehearsal/local-aws";
import { accountOf, growth } from "./crash-account";
import { CrashRoom } from "./crash-room";
import type { RunningProcess } from "./processes";

/** What became of a first apply that was killed, then adopted, deployed and destroyed. */
export interface Recovery {
  /** Of the killed terraform. */
  readonly leftOver: readonly RunningProcess[];
  /** What AWS had more than the state when terraform was killed, by type. */
  readonly orphans: Readonly<Record<string, number>>;
  readonly adoptCode: number | null;
  readonly adopted: number;
  /** How many of each type AWS has after the deploy, and how many the state has. */
  readonly onAws: Readonly<Record<string, number>>;
  readonly inState: Readonly<Record<string, number>>;
  /** What adopt says then, the outcome of another plan included. */
  readonly secondAdopt: string;
  /** What is on AWS after destroy that was not there before the first apply. */
  readonly remains: Readonly<Record<string, number>>;
}

export interface RecoveryOptions {
  /** Kept as it is; the run goes on from a clone. */
  readonly seeded: LocalAws;
  /** How long after it began to create the first resource terraform is killed. */
  readonly seconds: number;
  /** Deploys as a person does, not with terraform alone. */
  readonly withCdktf?: boolean;
}

/** Kills a first apply and follows docs/guides/crash-recovery.md to the end. */
export async function recover({ seeded, seconds, withCdktf = false }: RecoveryOptions): Promise<Recovery> {
  const room = await CrashRoom.open(await seeded.clone());
  try {
    const before = await accountOf(room.localAws);
    const leftOver = await room.applyUntil("SIGKILL", seconds);
    await room.unlock();
    const orphans = difference(growth(before, await accountOf(room.localAws)), onlyOnAws(await room.stateCounts()));
    const adopt = await room.adopt();
    if (withCdktf) await room.deploy();
    else await room.apply();
    const onAws = growth(before, await accountOf(room.localAws));
    const inState = await room.stateCounts();
    const secondAdopt = (await room.adopt()).stdout;
    await room.destroy();
    const remains = growth(before, await accountOf(room.localAws));
    return {
      leftOver,
      orphans,
      adoptCode: adopt.code,
      adopted: adopt.stdout.match(/^adopted /gm)?.length ?? 0,
      onAws,
      inState,
      secondAdopt,
      remains,
    };
  } finally {
    await room.close();
  }
}

/** What is wrong with a recovery; nothing if the site was complete, nothing existed twice, and nothing was left. */
export function problemsOf({
  leftOver,
  orphans,
  adoptCode,
  adopted,
  onAws,
  inState,
  secondAdopt,
  remains,
}: Recovery): string[] {
  const unequal = difference(onAws, onlyOnAws(inState));
  return [
    ...leftOver.map(({ command }) => `still runs: ${command}`),
    ...(adoptCode === 0 ? [] : [`adopt ended with ${adoptCode}`]),
    ...(adopted === 0 && Object.keys(orphans).some((type) => !MADE_AGAIN.includes(type))
      ? [`adopt adopted nothing of ${JSON.stringify(orphans)}`]
      : []),
    ...Object.entries(unequal).map(([type, more]) => `AWS has ${more} more ${type} than the state`),
    ...(/nothing to adopt.*\nNo changes\. /.test(secondAdopt)
      ? []
      : [`after the deploy there is something to adopt, or another plan would change something:\n${secondAdopt}`]),
    ...Object.entries(remains).map(([type, more]) => `after destroy AWS has ${more} more ${type} than before`),
  ];
}

/** What adopt leaves to be made again; disks come with their instances. */
const MADE_AGAIN = [
  "aws_default_security_group",
  "aws_ebs_volume",
  "aws_iam_role_policy_attachment",
  "aws_lb_target_group_attachment",
  "aws_route53_record",
];

/**
 * What the state's resources are on AWS: a validation and terraform's own data are nothing there, and an instance has a
 * disk.
 */
function onlyOnAws(inState: Readonly<Record<string, number>>): Record<string, number> {
  const { aws_acm_certificate_validation: _waits, terraform_data: _kept, ...others } = inState;
  return { ...others, aws_ebs_volume: others.aws_instance ?? 0 };
}

function difference(
  left: Readonly<Record<string, number>>,
  right: Readonly<Record<string, number>>,
): Record<string, number> {
  const types = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return Object.fromEntries(
    types.map((type) => [type, (left[type] ?? 0) - (right[type] ?? 0)] as const).filter(([, more]) => more !== 0),
  );
}

/** Runs what mostly waits side by side, a few at a time, in order. Each result can be awaited on its own. */
export function sideBySide<T>(works: readonly (() => Promise<T>)[], atOnce: number): Promise<T>[] {
  const waiting: (() => void)[] = [];
  let free = atOnce;
  return works.map((work) => {
    const run = (async () => {
      if (free > 0) free -= 1;
      else await new Promise<void>((wake) => waiting.push(wake));
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free += 1;
        else next();
      }
    })();
    // Whoever awaits it later sees the failure; until then it is nobody's.
    run.catch(() => undefined);
    return run;
  });
}
