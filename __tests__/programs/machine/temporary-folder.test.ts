import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { newTerraformCommand } from "../../../cli/project/terraform-command";
import { sweepTemporaryFolders, TemporaryFolder } from "../../../machine/files/temporary-folder";
import { isRunning } from "../../../rehearsal/local-aws";
import { PROJECT } from "../../support/project";

/* What killed commands leave below the temporary folder is swept at the next start, and nothing else is. */

const os = jest.requireActual<typeof import("node:os")>("node:os");
const HOUR_MS = 60 * 60_000;

/** In place of the system's. */
let temporary: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  temporary = mkdtempSync(join(os.tmpdir(), "alb-web-swept-"));
  jest.spyOn(os, "tmpdir").mockReturnValue(temporary);
});

afterEach(() => {
  jest.restoreAllMocks();
  for (const child of started.splice(0)) child.kill("SIGKILL");
  rmSync(temporary, { recursive: true, force: true });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(20);
}

/** A process with a folder of its own, which it goes on using. @param more what it does with its `folder` */
async function user(more = ""): Promise<{ kill: () => Promise<void>; pid: number; folder: string }> {
  const program = `
    const { TemporaryFolder } = require("./machine/files/temporary-folder.ts"); const { Terraform } = require("./machine/terraform/terraform.ts"); const { writeFileSync } = require("node:fs");
    void TemporaryFolder.make("rehearsal").then((folder) => {
      writeFileSync(folder.path + "/file", "x");
      ${more}
      setInterval(() => undefined, 1000);
    });`;
  const child = spawn(process.execPath, ["-r", "./cli/typescript.js", "-e", program], {
    cwd: PROJECT,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "ignore", "inherit"],
  });
  started.push(child);
  const its = () => readdirSync(temporary).find((name) => name.startsWith(`alb-web-rehearsal-${child.pid}-`));
  await until(() => its() !== undefined && existsSync(join(temporary, its() ?? "", "file")));
  const kill = async () => {
    child.kill("SIGKILL");
    await new Promise((ended) => child.once("exit", ended));
  };
  return { kill, pid: child.pid ?? 0, folder: join(temporary, its() ?? "") };
}

const old = (path: string) => utimesSync(path, new Date(Date.now() - 2 * HOUR_MS), new Date(Date.now() - 2 * HOUR_MS));

/** A folder as a killed command leaves it, with a process id that somebody has. */
function leftover(name = `alb-web-adopt-${process.pid}-AbC123`): string {
  const folder = join(temporary, name);
  mkdirSync(join(folder, "stacks"), { recursive: true });
  for (const file of [".in-use", "plan", join("stacks", "state")]) writeFileSync(join(folder, file), "x");
  return folder;
}

describe("a folder", () => {
  test("is the owner's alone, names what it is for and its process, and goes when it is removed", async () => {
    const folder = await TemporaryFolder.make("plans");
    expect(folder.path).toMatch(new RegExp(`^${temporary}/alb-web-plans-${process.pid}-\\w{6}$`));
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    mkdirSync(join(folder.path, "in", "it"), { recursive: true });
    await folder.remove();
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("is not swept while it is in use, by this process or another", async () => {
    const [own, { folder }] = [await TemporaryFolder.make("adopt"), await user()];
    await sweepTemporaryFolders();
    expect([existsSync(own.path), existsSync(join(folder, "file"))]).toEqual([true, true]);
    await own.remove();
  });

  test("of a process that was killed is swept", async () => {
    const { kill } = await user();
    await kill();
    await sweepTemporaryFolders();
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("whose process id is another process's by now is swept", async () => {
    leftover();
    await sweepTemporaryFolders();
    expect(readdirSync(temporary)).toEqual([]);
  });

  test("is not swept as long as terraform uses it, which outlives its command", async () => {
    const program = join(temporary, "terraform");
    writeFileSync(program, "#!/bin/sh\necho $$ > pid.new; mv pid.new pid\nuntil [ -e go ]; do sleep 0.1; done\n", {
      mode: 0o755,
    });
    const { kill, folder } = await user(
      `void new Terraform({ command: ${JSON.stringify(program)}, folder: folder.path, env: process.env ` +
        `}).holding(folder).run(["apply"]);`,
    );
    await until(() => existsSync(join(folder, "pid")));
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    await kill();
    await sweepTemporaryFolders();
    expect(existsSync(join(folder, "file"))).toBe(true);
    writeFileSync(join(folder, "go"), "");
    await until(() => !isRunning(pid));
    await sweepTemporaryFolders();
    expect(existsSync(folder)).toBe(false);
  });

  test("that is swept away before it is locked is made again", async () => {
    const files = jest.requireActual<typeof import("node:fs/promises")>("node:fs/promises");
    const { open } = files;
    const sweptAway: string[] = [];
    jest.spyOn(files, "open").mockImplementationOnce(async (file, flags, mode) => {
      const handle = await open(file, flags, mode);
      rmSync(dirname(String(file)), { recursive: true });
      sweptAway.push(dirname(String(file)));
      return handle;
    });
    const folder = await TemporaryFolder.make("plans");
    expect(sweptAway).toHaveLength(1);
    expect([folder.path === sweptAway[0], existsSync(folder.path)]).toEqual([false, true]);
    await folder.remove();
  });

  test("that is made while others sweep is there", async () => {
    const sweeping = Array.from({ length: 20 }, () => sweepTemporaryFolders());
    const made = await Promise.all(Array.from({ length: 20 }, () => TemporaryFolder.make("plans")));
    await Promise.all(sweeping);
    await sweepTemporaryFolders();
    for (const folder of made) {
      writeFileSync(join(folder.path, "file"), "x");
      await folder.remove();
    }
    expect(readdirSync(temporary)).toEqual([]);
  });
});

describe("not swept", () => {
  test("is what has another name", async () => {
    const names = [
      "alb-web-copy-1-AbC123",
      "alb-web-adopt-x-AbC123",
      "alb-web-adopt-1-AbC1234",
      "my-alb-web-adopt-1-AbC123",
      "alb-web-output-1",
    ];
    for (const name of names) leftover(name);
    await sweepTemporaryFolders();
    expect(readdirSync(temporary).sort()).toEqual(names.sort());
  });

  test("is a link of our name, nor what it leads to", async () => {
    const place = leftover("elsewhere");
    symlinkSync(place, join(temporary, "alb-web-adopt-1-AbC123"));
    await sweepTemporaryFolders();
    expect(lstatSync(join(temporary, "alb-web-adopt-1-AbC123")).isSymbolicLink()).toBe(true);
    expect(existsSync(join(place, "plan"))).toBe(true);
  });

  test("is what a link inside leads to", async () => {
    const [place, swept] = [leftover("elsewhere"), leftover()];
    symlinkSync(place, join(swept, "link"));
    await sweepTemporaryFolders();
    expect([existsSync(swept), existsSync(join(place, "plan"))]).toEqual([false, true]);
  });

  test("is a folder whose mark leads elsewhere", async () => {
    const folder = leftover();
    rmSync(join(folder, ".in-use"));
    symlinkSync(join(folder, "plan"), join(folder, ".in-use"));
    old(folder);
    await sweepTemporaryFolders();
    expect(existsSync(join(folder, "plan"))).toBe(true);
  });

  test("is somebody else's", async () => {
    const folder = leftover();
    const { uid } = statSync(folder);
    jest.spyOn(process, "getuid").mockReturnValue(uid + 1);
    await sweepTemporaryFolders();
    expect(existsSync(join(folder, "plan"))).toBe(true);
  });

  test("is a folder without a mark, unless it is old and empty", async () => {
    const [fresh, empty, full] = ["alb-web-adopt-1-fresh1", "alb-web-adopt-1-empty1", "alb-web-adopt-1-full11"].map(
      (name) => join(temporary, name),
    ) as [string, string, string];
    for (const folder of [fresh, empty, full]) mkdirSync(folder);
    writeFileSync(join(full, "file"), "x");
    for (const folder of [empty, full]) old(folder);
    await sweepTemporaryFolders();
    expect(readdirSync(temporary)).toEqual(["alb-web-adopt-1-fresh1", "alb-web-adopt-1-full11"]);
  });

  test("is terraform's output, unless it is old", async () => {
    const [fresh, before] = ["0b8a1c2d-0000-4000-8000-000000000001", "0b8a1c2d-0000-4000-8000-000000000002"].map(
      (id) => `alb-web-output-${id}`,
    ) as [string, string];
    for (const name of [fresh, before]) writeFileSync(join(temporary, name), "x");
    old(join(temporary, before));
    await sweepTemporaryFolders();
    expect(readdirSync(temporary)).toEqual([fresh]);
  });
});

test("a place that cannot be read or does not exist is swept of nothing, without an error", async () => {
  jest.spyOn(os, "tmpdir").mockReturnValue(join(temporary, "missing"));
  await expect(sweepTemporaryFolders()).resolves.toBeUndefined();
});

describe("a command that runs terraform", () => {
  test("sweeps before it begins", async () => {
    const folder = leftover();
    let isThere: boolean | undefined;
    await newTerraformCommand("try", "A command.")
      .action(() => void (isThere = existsSync(folder)))
      .parseAsync([], { from: "user" });
    expect(isThere).toBe(false);
  });

  test("is each one of ours that starts it, as apply is", () => {
    const folder = leftover();
    const { status } = spawnSync(process.execPath, ["cli/alb-web.js", "apply", "no-such-stack"], {
      cwd: PROJECT,
      env: { ...process.env, TMPDIR: temporary },
    });
    expect([status, existsSync(folder)]).toEqual([2, false]);
    const programs = readdirSync(join(PROJECT, "cli", "commands")).map((name) =>
      readFileSync(join(PROJECT, "cli", "commands", name), "utf8"),
    );
    const starting = programs.filter((text) => /\b(TemporaryFolder\.make|openStacks?|findTools)\(/.test(text));
    expect(starting.length).toBeGreaterThan(5);
    // serve runs no terraform, and sweeps while it starts.
    for (const text of starting) expect(text).toMatch(/\b(newTerraformCommand|sweepTemporaryFolders)\(/);
  });
});

test("no other temporary folder is made by a command, and files are those of terraform's output", () => {
  const sources = ["cli", "machine", "rehearsal"].flatMap((room) =>
    (readdirSync(join(PROJECT, room), { recursive: true }) as string[])
      .filter((name) => name.endsWith(".ts") && !/temporary-folder|followed-output/.test(name))
      .map((name) => join(room, name)),
  );
  expect(sources.filter((name) => /\btmpdir\(/.test(readFileSync(join(PROJECT, name), "utf8")))).toEqual([
    join("machine", "system-refusals.ts"),
  ]);
});
