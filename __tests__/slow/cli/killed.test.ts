import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sideBySide } from "../../support/crash-run";
import { COMMANDS, type Kill, Killing, STACK } from "../../support/killed-command";
import { copyOfProject } from "../../support/project-copy";
import { programOf } from "../../support/project-room";
import { type EndedCommand, start } from "../../support/rehearse-command";
import { IS_EXHAUSTIVE } from "../../support/sample";

/*
 * Commands whose Node process is killed with SIGKILL at moments that nobody chose, and rehearsals at the same time; ten
 * kills of each command are in killed.ten.ts (npm run test:crash).
 */

const KILLS = IS_EXHAUSTIVE ? 5 : 1;

jest.setTimeout(60 * 60_000);

let killing: Killing;
let kills: Promise<Kill>[];
let rehearsals: Promise<EndedCommand[]>;
let temporary: string;

beforeAll(async () => {
  temporary = mkdtempSync(join(tmpdir(), "alb-web-at-once-"));
  killing = await Killing.open();
  rehearsals = rehearseAtOnce();
  // They mostly wait.
  kills = sideBySide(
    COMMANDS.flatMap((command) => Array.from({ length: KILLS }, () => () => killing.kill(command))),
    COMMANDS.length,
  );
});

afterAll(async () => {
  await Promise.allSettled([rehearsals, ...kills]);
  await killing.close();
  rmSync(temporary, { recursive: true, force: true });
});

describe.each(COMMANDS.map(({ name }, index) => ({ name, index })))("$name, killed", ({ index }) => {
  test("leaves no process and no folder for good, and its next run does what it should", async () => {
    const its = await Promise.all(kills.slice(index * KILLS, (index + 1) * KILLS));
    expect(
      its.flatMap(({ phase, afterMs, problems }) =>
        problems.map((problem) => `killed after ${afterMs} ms (${phase}): ${problem}`),
      ),
    ).toEqual([]);
    expect(its).toHaveLength(KILLS);
  });
});

describe("rehearsals at the same time, two in one checkout and one in another", () => {
  test("end as one alone does", async () => {
    for (const { code, stdout, stderr } of await rehearsals)
      expect({ code, stdout, stderr }).toMatchObject({ code: 3, stdout: expect.stringMatching(/^web: unknown /m) });
  });

  test("leave nothing", async () => {
    for (const { leftOver } of await rehearsals) expect(leftOver).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

/** Of a stack with a zone alone, which is unknown as a site. */
async function rehearseAtOnce(): Promise<EndedCommand[]> {
  const [one, other] = [await copyOfProject(), await copyOfProject()];
  try {
    for (const { folder } of [one, other]) writeFileSync(join(folder, "main.ts"), programOf(STACK));
    const env = { ...process.env, TMPDIR: temporary };
    const runs = [one, one, other].map(({ folder }) =>
      start(process.execPath, ["cli/alb-web.js", "rehearse"], { cwd: folder, env }),
    );
    return await Promise.all(runs.map(({ ended }) => ended));
  } finally {
    await one.remove();
    await other.remove();
  }
}
