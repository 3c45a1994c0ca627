import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesize } from "../../../cli/project/synthesize";
import { PROJECT } from "../../support/project";
import { fixture } from "../../support/rehearsal-room";

/*
 * What a program with errors says, alone and below the commands that run it; the errors themselves: props.test.ts,
 * accept.test.ts.
 */

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-refused-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As cdktf synth, diff and deploy run it. */
function runApp(name: string): { status: number | null; stderr: string } {
  const { app } = JSON.parse(readFileSync(join(PROJECT, "cdktf.json"), "utf8")) as { app: string };
  return spawnSync(app.replace("main.ts", `__tests__/fixtures/${name}/main.ts`), {
    cwd: PROJECT,
    encoding: "utf8",
    shell: true,
    env: { ...process.env, CDKTF_OUTDIR: folder, NODE_OPTIONS: "" },
  });
}

const written = () =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => statSync(join(folder, path)).isFile());

// Nothing else stands there: no source line, no frames, no version of Node.
test("a program with wrong props names them, and fails", () => {
  const { status, stderr } = runApp("with-errors");
  expect(status).toBe(1);
  expect(stderr).toBe(`2 errors in main.ts; nothing was written
  faulty: domainName must be a host name in lower case (got "WWW.example.com"); write "www.example.com"
  faulty: appPort must be a whole number from 1 to 65535 except 22 (got 70000)
`);
  expect(written()).toEqual([]);
});

test("what a refusal repeats of the program's values does nothing on a terminal or in a workflow's log", () => {
  const program =
    `throw Object.assign(new Error("1 error\\n  web: got \\u009b31m\\u202e\\n::add-mask::web"), { name: ` +
    `"InvalidPropsError" });`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ["-r", "./cli/typescript.js", "-r", "./cli/synth-exit.js", "-e", program],
    { cwd: PROJECT, encoding: "utf8", env: { ...process.env, CDKTF_OUTDIR: folder, NODE_OPTIONS: "" } },
  );
  expect([status, stderr]).toEqual([1, "1 error\n  web: got \\u{9b}31m\\u{202e}\n\\u{3a}:add-mask::web\n"]);
});

test("a program with broken paths names what breaks them, and fails", () => {
  const { status, stderr } = runApp("broken-paths");
  expect(status).toBe(1);
  expect(stderr).toMatch(
    new RegExp(
      "^\\d+ errors on the path of requests; nothing was written\\n {2}web: P33: [^\\n]+\\n {2}shop: P27: [^\\n]+\\n" +
        "( {2}shop: P\\d\\d: [^\\n]+\\n)* {2}To accept a finding, add [^\\n]+\\n$",
    ),
  );
  expect(written()).toEqual([]);
});

test("every command here that runs a program with broken paths uses the same words", async () => {
  const refusal = await synthesize(fixture("broken-paths"), folder).catch((error: Error) => error);
  expect((refusal as Error).message).toMatch(
    /^The synth failed \(.*\):\n\d+ errors on the path of requests; nothing was written\n {2}web: P33: /,
  );
  expect((refusal as Error).message).not.toMatch(/^ +at /m);
});
