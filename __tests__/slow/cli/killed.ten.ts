import { sideBySide } from "../../support/crash-run";
import { COMMANDS, type Kill, type KilledCommand, Killing } from "../../support/killed-command";

/*
 * `npm run test:crash`: each command is killed at ten moments, whichever they are; one of them is in
 * __tests__/slow/cli/killed.test.ts.
 */

const KILLS = 10;
/** They mostly wait. */
const AT_ONCE = 4;

jest.setTimeout(4 * 60 * 60_000);

let killing: Killing;
const kills = new Map<string, Promise<Kill>[]>();

beforeAll(async () => {
  killing = await Killing.open();
  const usual = new Map<string, Promise<number>>();
  const killOnce = async (command: KilledCommand): Promise<Kill> => {
    const { name } = command;
    if (!usual.has(name)) usual.set(name, killing.undisturbed(command));
    const kill = await killing.kill(command, await usual.get(name));
    const { phase, afterMs, left, next, problems } = kill;
    // The figures, for whoever runs it, as they come: all of it takes long.
    process.stderr.write(
      `${name} killed after ${afterMs} ms (${phase}): ${left.processes.length} processes for ` +
        `${left.goneAfterMs} ms, ${left.folders.length} folders; next ${next}; ${problems.join("; ") || "well"}\n`,
    );
    return kill;
  };
  const all = sideBySide(
    COMMANDS.flatMap((command) => Array.from({ length: KILLS }, () => () => killOnce(command))),
    AT_ONCE,
  );
  COMMANDS.forEach(({ name }, index) => kills.set(name, all.slice(index * KILLS, (index + 1) * KILLS)));
});

afterAll(async () => {
  await Promise.allSettled([...kills.values()].flat());
  await killing.close();
});

test.each(COMMANDS.map(({ name }) => name))(
  "%s, killed ten times, leaves nothing that its next run does not cope with",
  async (name) => {
    const all = await Promise.all(kills.get(name) ?? []);
    expect(
      all.flatMap(({ phase, afterMs, problems }) => problems.map((problem) => `${afterMs} ms (${phase}): ${problem}`)),
    ).toEqual([]);
    expect(all).toHaveLength(KILLS);
  },
);
