import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import { newCommand, runCommand, throwIfNotWritable, writeResult } from "../../../cli/command";
import { synthesize } from "../../../cli/project/synthesize";
import type { WebStackProps } from "../../../constructs/props/web-stack-props";
import { SetupError, UsageError, WorkFailed } from "../../../machine/errors";
import { Terraform } from "../../../machine/terraform/terraform";
import type { Verdict } from "../../../path/report";
import { forgetAws, terraformEnvironment } from "../../../rehearsal/environment";
import { expectationOf } from "../../../rehearsal/expectation";
import { isRunning } from "../../../rehearsal/local-aws";
import { keptShellLines, nextSteps, resultsAsTable } from "../../../rehearsal/rehearsal-report";
import type { RehearsalResult } from "../../../rehearsal/rehearsal-run";
import type { StackJson } from "../../../rehearsal/stack-files";
import { checkWalkthrough } from "../../../rehearsal/walkthrough";
import { PROJECT } from "../../support/project";
import { fixture } from "../../support/rehearsal-room";
import { synthOf } from "../../support/synth";

// Programs that take a second wait for a core while the tests that run terraform use them.
jest.setTimeout(60_000);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-cli-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("the exit code", () => {
  let said: string;

  beforeEach(() => {
    said = "";
    jest.spyOn(process.stderr, "write").mockImplementation((text) => ((said += String(text)), true));
    jest.spyOn(process.stdout, "write").mockImplementation(() => true);
    process.exitCode = undefined;
  });

  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
  });

  const codeOf = async (run: () => Promise<unknown>) => (await runCommand(run), process.exitCode);
  const command = () =>
    newCommand("try", "A command.")
      .argument("[name]")
      .action(() => undefined);

  test("is left to the command where it ends well", async () => {
    expect(await codeOf(async () => (process.exitCode = 3))).toBe(3);
  });

  test.each([
    ["2 where the person is wrong", new UsageError("wrong"), 2],
    ["1 where something outside failed", new WorkFailed("failed"), 1],
    ["1 where a tool is missing", new SetupError("missing"), 1],
  ])("is %s, with the message alone", async (_what, error, code) => {
    expect(await codeOf(() => Promise.reject(error))).toBe(code);
    expect(said).toBe(`${error.message}\n`);
  });

  test.each([
    ["an error", new TypeError("oops")],
    ["anything else", "oops"],
  ])("is 70 for %s of our own, which is shown as it is", async (_what, error) => {
    expect(await codeOf(() => Promise.reject(error))).toBe(70);
    expect(said).toMatch(/^Internal error in alb-web\. Please report it:\n[^]*oops/);
    if (error instanceof Error) expect(said).toContain("programs/cli/cli-parts.test.ts");
  });

  test.each([
    ["0 for --help", ["--help"], 0],
    ["2 for an unknown option", ["--nonsense"], 2],
    ["2 for --out without a file", ["--out"], 2],
    ["2 for one argument too many", ["a", "b"], 2],
  ])("is %s", async (_what, args, code) => {
    expect(await codeOf(() => command().parseAsync(args, { from: "user" }))).toBe(code);
  });

  test("is 2 where --out cannot be written, which is found out before there is a result", async () => {
    expect(await codeOf(() => throwIfNotWritable(join(folder, "missing", "file")))).toBe(2);
    expect(said).toMatch(/^--out: cannot write .*missing.file: /);
  });

  test("of a failed run leaves no empty file where --out names a new one", async () => {
    await throwIfNotWritable(join(folder, "result"));
    expect(existsSync(join(folder, "result"))).toBe(false);
  });

  test("is left alone where --out can be written, and the file holds the result", async () => {
    const file = join(folder, "result");
    expect(await codeOf(() => throwIfNotWritable(file).then(() => writeResult("result", file)))).toBeUndefined();
    expect(readFileSync(file, "utf8")).toBe("result\n");
  });

  test("is 0 for --version, which says that of the package", async () => {
    let written = "";
    const run = command().configureOutput({ writeOut: (text) => (written += text) });
    expect(await codeOf(() => run.parseAsync(["--version"], { from: "user" }))).toBe(0);
    expect(written).toBe(
      `${(JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8")) as { version: string }).version}\n`,
    );
  });

  test("of every kind is listed by --help", () => {
    let help = "";
    command()
      .configureOutput({ writeOut: (text) => (help += text) })
      .outputHelp();
    expect(help).toMatch(
      /\nExit codes:\n {2}0 {3}ok\n {2}1 {3}broken or failed\n {2}2 {3}invalid usage\n {2}3 {3}unknown: .*\n {2}70 {2}internal error\n$/,
    );
  });
});

describe("the report", () => {
  const steps = checkWalkthrough(
    undefined,
    { ...expectationOf({}, {}), hasSite: true },
    { added: 3, driftedAddresses: [], failure: "apply failed" },
  );

  test("is a table with a row for each step, for each stack", () => {
    const table = resultsAsTable(
      [
        { stack: "one", verdict: "broken", steps, seconds: 7 },
        { stack: "two", verdict: "ok", steps, seconds: 8 },
      ],
      120,
    );
    expect(table).toContain("one: broken (7 s)");
    expect(table).toContain("two: ok (8 s)");
    const rows = table
      .split("\n")
      .filter((line) => /^│ \d/.test(line))
      .map((line) => line.split("│").map((cell) => cell.trim()));
    expect(rows.map(([, id, title, verdict, observed]) => [id, title, verdict, observed])).toEqual(
      [...steps, ...steps].map(({ id, title, verdict, observed }) => [
        id,
        title,
        verdict === "broken" ? "✖ broken" : "? unknown",
        observed,
      ]),
    );
  });

  test.each([60, 80, 120])("is no wider than %i columns, and loses no word", (columns) => {
    const long = steps.map((step) => ({
      ...step,
      observed: "each word of this long sentence is to be found in the table",
    }));
    const lines = resultsAsTable([{ stack: "one", verdict: "broken", steps: long, seconds: 7 }], columns).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.max(columns, 87));
    expect(lines.join("\n").split("sentence").length - 1).toBe(steps.length);
  });

  test("names variables in lines that a shell reads back as they are", () => {
    const values = {
      PLAIN: "http://127.0.0.1:5000",
      SPACES: "a folder/with spaces",
      NASTY: `it's "$HOME" \`true\` \\n !`,
      LINES: "one\ntwo",
    };
    const lines = keptShellLines(values, 4711);
    const script = `eval "$1"; printf '%s\\0' "$PLAIN" "$SPACES" "$NASTY" "$LINES"; printf '%s' "$HOME"`;
    const read = execFileSync("sh", ["-c", script, "sh", lines], {
      encoding: "utf8",
      env: { ...process.env, HOME: "/home/of/somebody" },
    }).split("\0");
    expect(read).toEqual([...Object.values(values), "/home/of/somebody"]);
    expect(lines).toMatch(/^# +kill 4711$/m);
    expect(lines).not.toContain("bootstrap");
    expect(keptShellLines(values, 4711, ["web", "shop"])).toContain(
      "\n# To deploy web, shop there, first set a bucket name in main.ts and run npx alb-web bootstrap.\n",
    );
  });
});

test("lines for a kept local AWS drop what the shell has of AWS, terraform and proxies, but its CLI configuration", () => {
  const hostile = {
    AWS_PROFILE: "prod",
    AWS_ENDPOINT_URL_STS: "https://sts.us-east-1.amazonaws.com",
    TF_WORKSPACE: "prod",
    TF_CLI_ARGS_plan: "-x",
    https_proxy: "http://a",
    HTTP_PROXY: "http://a",
  };
  const kept = { TF_CLI_CONFIG_FILE: "/own.tfrc", OTHER: "AWS_x=1" };
  const lines = keptShellLines({ AWS_REGION: "us-east-1" }, 4711);
  const after = execFileSync("sh", ["-c", 'eval "$1"; env', "sh", lines], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...hostile, ...kept },
  }).split("\n");
  for (const name of Object.keys(hostile)) expect(after.filter((it) => it.startsWith(`${name}=`))).toEqual([]);
  for (const [name, value] of Object.entries({ ...kept, AWS_REGION: "us-east-1" }))
    expect(after).toContain(`${name}=${value}`);
});

describe("the next step", () => {
  const stackOf = (id: string, props: WebStackProps) => ({ id, json: synthOf(props, id) as unknown as StackJson });
  const resultOf = (
    { id }: { id: string },
    verdict: Verdict = "ok",
    ...steps: readonly [id: string, verdict: Verdict, observed: string][]
  ): RehearsalResult => ({
    stack: id,
    verdict,
    seconds: 1,
    steps: steps.map(([step, of, observed]) => ({ id: step, title: step, verdict: of, observed })),
  });
  const AS_CLONED = stackOf("web", {
    domainName: "www.example.com",
    backend: { s3: { bucket: "CHANGE-ME", region: "us-east-1" } },
  });
  const OWN = stackOf("shop", { domainName: "www.acme.dev", backend: { s3: { bucket: "acme-states" } } });
  const IN_CLOUD = stackOf("cloud", {
    domainName: "www.acme.dev",
    backend: { cloud: { organization: "acme", workspace: "web" } },
  });
  const WAITING = stackOf("zone", {
    domainName: "www.acme.dev",
    hostedZone: { create: true, delegated: false },
    backend: { s3: { bucket: "acme-states" } },
  });
  const well = (...stacks: readonly (typeof OWN)[]) =>
    nextSteps(
      stacks.map((it) => resultOf(it)),
      stacks,
      false,
    );

  test.each([
    [
      "as it is cloned: what to edit, and the two commands",
      [AS_CLONED],
      [
        "Next, to deploy to AWS: set `domainName` and `backend.s3.bucket` in main.ts, run `npx alb-web bootstrap` " +
          "once, run `npx cdktf deploy web`. See docs/guides/first-deploy.md.",
      ],
    ],
    [
      "with a domain of one's own: the two commands",
      [OWN],
      [
        "Next, to deploy to AWS: run `npx alb-web bootstrap` once, run `npx cdktf deploy shop`. See " +
          "docs/guides/first-deploy.md.",
      ],
    ],
    [
      "in Terraform Cloud, which has no bucket: the deploy",
      [IN_CLOUD],
      ["Next, to deploy to AWS: run `npx cdktf deploy cloud`. See docs/guides/first-deploy.md."],
    ],
    [
      "with only its zone: what comes between it and the site",
      [WAITING],
      [
        "Next, to create the zone: run `npx alb-web bootstrap` once, run `npx cdktf deploy zone`. Then set its " +
          "name servers at the registrar, set `hostedZone.delegated` to true and rehearse again. See " +
          "docs/guides/domain-bought-elsewhere.md.",
      ],
    ],
    [
      "of several kinds: a line for each",
      [OWN, WAITING],
      [
        expect.stringMatching(/^Next, to create the zone: .*deploy zone`/),
        expect.stringMatching(/^Next, to deploy to AWS: .*deploy shop`/),
      ],
    ],
    ["without a site: nothing", [{ id: "other", json: {} }], []],
  ])("of a stack %s", (_what, stacks, lines) => {
    expect(well(...stacks)).toEqual(lines);
  });

  test("of a broken stack is to look at its steps, or at the error that ended it, whatever the others are", () => {
    const results = [
      resultOf(OWN, "broken", ["1a", "ok", "fine"], ["3", "broken", "no"], ["4", "broken", "no"]),
      resultOf(AS_CLONED, "broken", ["0a", "unknown", "not reached"], ["5.7", "broken", "apply failed"]),
      resultOf(WAITING),
    ];
    expect(nextSteps(results, [OWN, AS_CLONED, WAITING], false)).toEqual([
      "Next: check steps 3, 4 of shop. Correct the cause and run `npm run rehearse -- shop` again; with `--keep`, " +
        "the local AWS keeps running for inspection.",
      "Next: check the error above, which stopped web at step 5.7. Correct the cause and run `npm run rehearse -- " +
        "web` again; with `--keep`, the local AWS keeps running for inspection.",
    ]);
  });

  test("names no deploy where the local AWS is kept, as cdktf may be made to talk to that one", () => {
    expect(nextSteps([resultOf(AS_CLONED)], [AS_CLONED], true)).toEqual([]);
    expect(nextSteps([resultOf(OWN, "broken", ["3", "broken", "no"])], [OWN], true)).toHaveLength(1);
  });
});

describe("terraform", () => {
  /** A shell script in terraform's place. */
  function terraformThat(script: string, signal?: AbortSignal, graceMs?: number): Terraform {
    const command = join(folder, "terraform");
    writeFileSync(command, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return new Terraform({ command, folder, env: process.env, signal, graceMs });
  }
  const file = (name: string) => join(folder, name);
  const written = async (name: string) => {
    while (!existsSync(file(name))) await new Promise((wake) => setTimeout(wake, 20));
    return readFileSync(file(name), "utf8");
  };

  test("is run in its folder with the arguments as they are", async () => {
    const { stdout, hasChanges } = await terraformThat('pwd; for each in "$@"; do echo "<$each>"; done').run([
      "plan",
      "-var=a b",
      "$HOME",
    ]);
    expect(stdout.split("\n").slice(1)).toEqual(["<plan>", "<-var=a b>", "<$HOME>"]);
    expect(stdout.split("\n")[0]).toContain(folder.split("/").pop());
    expect(hasChanges).toBe(false);
  });

  test("reports each line of -json output at once, and ignores others", async () => {
    const types: (string | undefined)[] = [];
    const { events } = await terraformThat(
      `echo '{"type":"version"}'; echo 'no json'; echo '{broken'; echo '{"type":"change_summary"}'`,
    ).run(["apply", "-json"], ({ type }) => types.push(type));
    expect(types).toEqual(["version", "change_summary"]);
    expect(events).toHaveLength(2);
  });

  test("does not read a plan's JSON as an event, as whoever asks for it does that", async () => {
    const { stdout, events } = await terraformThat(`echo '{"resource_changes":[]}'`).run(["show", "-json", "tfplan"]);
    expect([JSON.parse(stdout), events]).toEqual([{ resource_changes: [] }, []]);
  });

  test("that fails is an error which names the command and what terraform said", async () => {
    const failed = terraformThat("echo 'on the way'; echo 'Error: no such thing' >&2; exit 1").run([
      "init",
      "-input=false",
    ]);
    await expect(failed).rejects.toEqual(
      new WorkFailed("terraform init -input=false failed (exit code 1)\nError: no such thing", {
        cause: "Error: no such thing",
      }),
    );
    await expect(failed).rejects.toBeInstanceOf(WorkFailed);
  });

  test("that fails with -json output is quoted by its errors, not by its warnings", async () => {
    const diagnostic = (severity: string, summary: string, rest: object) =>
      `echo '${JSON.stringify({ type: "diagnostic", diagnostic: { severity, summary, ...rest } })}'`;
    const script = [
      diagnostic("warning", "old", {}),
      diagnostic("error", "refused", { address: "aws_lb.web", detail: "no way" }),
      diagnostic("error", "also bad", {}),
      "exit 1",
    ].join("\n");
    await expect(terraformThat(script).run(["apply", "-json"])).rejects.toThrow(
      /^terraform apply -json failed \(exit code 1\)\nError: aws_lb\.web: refused: no way\nError: also bad$/,
    );
  });

  test("that says on standard output why it fails is quoted too", async () => {
    await expect(terraformThat("echo 'usage: …'; exit 127").run(["nonsense"])).rejects.toThrow(
      "terraform nonsense failed (exit code 127)\nusage: …",
    );
  });

  test("may end with 2 if it was asked for, which says that there are changes", async () => {
    expect((await terraformThat("exit 2").run(["plan", "-detailed-exitcode"])).hasChanges).toBe(true);
    expect((await terraformThat("exit 0").run(["plan", "-detailed-exitcode"])).hasChanges).toBe(false);
    await expect(terraformThat("exit 2").run(["plan"])).rejects.toThrow("terraform plan failed (exit code 2)");
    await expect(terraformThat("exit 1").run(["plan", "-detailed-exitcode"])).rejects.toThrow("failed (exit code 1)");
  });

  test("that cannot be started is an error in words", async () => {
    const missing = new Terraform({ command: file("missing"), folder, env: process.env });
    await expect(missing.run(["init"])).rejects.toThrow(/^terraform cannot be run: .*ENOENT/);
  });

  test("is interrupted when that is asked for, and may end by itself", async () => {
    const stopping = new AbortController();
    const script =
      "trap 'echo bye > ended; exit 1' INT\necho $$ > pid.new; mv pid.new pid\nfor each in 1 2 3 4 5 6 7 8 9; " +
      "do sleep 0.5; done";
    const running = terraformThat(script, stopping.signal).run(["apply"]);
    const pid = Number(await written("pid"));
    stopping.abort(new WorkFailed("Interrupted."));
    await expect(running).rejects.toThrow(new WorkFailed("Interrupted."));
    expect(await written("ended")).toBe("bye\n");
    expect(isRunning(pid)).toBe(false);
  });

  test("is ended with all its children if it does not heed that in the time that it is given", async () => {
    const stopping = new AbortController();
    const running = terraformThat(
      "trap '' INT\nsleep 60 &\necho $! > child.new; mv child.new child\nwait",
      stopping.signal,
      1_000,
    ).run(["apply"]);
    while (!existsSync(file("child"))) await new Promise((wake) => setImmediate(wake));
    const child = Number(readFileSync(file("child"), "utf8"));
    stopping.abort(new WorkFailed("Interrupted."));
    expect(isRunning(child)).toBe(true);
    await expect(running).rejects.toThrow("Interrupted.");
    expect(isRunning(child)).toBe(false);
  });

  test("goes on to its end where this process is killed, which a pipe would not let it", async () => {
    const script =
      "echo begun\necho $$ > pid.new; mv pid.new pid\nuntil [ -e go ]; do sleep 0.1; done\necho 'a line' && " +
      "echo 'another' && echo done > ended";
    terraformThat(script);
    const starter = spawn(
      process.execPath,
      [
        "-r",
        "./cli/typescript.js",
        "-e",
        `
      const { Terraform } = require("./machine/terraform/terraform.ts");
      void new Terraform({ command: ${JSON.stringify(file("terraform"))}, folder: ${JSON.stringify(folder)}, env: process.env }).run(["apply"]);
    `,
      ],
      { cwd: PROJECT, stdio: "ignore" },
    );
    const pid = Number(await written("pid"));
    starter.kill("SIGKILL");
    await new Promise((ended) => starter.once("exit", ended));
    writeFileSync(file("go"), "");
    while (isRunning(pid)) await new Promise((wake) => setTimeout(wake, 20));
    expect(readFileSync(file("ended"), "utf8")).toBe("done\n");
  });

  test("is read to its last letter, whatever it writes, and leaves no file", async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("alb-web-output-"));
    const line = "ä€😀".repeat(50_000);
    writeFileSync(file("long"), `${line}\r\n\n${line}\nno end`);
    const lines: string[] = [];
    const { stdout } = await terraformThat("cat long").run(["show"], undefined, (it) => lines.push(it));
    expect(stdout === [line, "", line, "no end"].join("\n")).toBe(true);
    expect(lines).toHaveLength(4);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("alb-web-output-"))).toEqual(before);
  });

  test("is not started any more after an interruption", async () => {
    await expect(
      terraformThat("echo yes > started", AbortSignal.abort(new WorkFailed("Interrupted."))).run(["apply"]),
    ).rejects.toThrow("Interrupted.");
    expect(existsSync(file("started"))).toBe(false);
  });
});

test("a command that forgets the person's AWS settings stays silent about versions of Node", () => {
  const env: NodeJS.ProcessEnv = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", AWS_PROFILE: "prod" };
  forgetAws(env);
  expect(env).toMatchObject({ AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" });
  expect(env).not.toHaveProperty("AWS_PROFILE");
});

test("a process forgets the person's AWS settings, and the files and the service that AWS's clients would ask", () => {
  const env = { AWS_PROFILE: "prod", AWS_USE_FIPS_ENDPOINT: "true", AWS_CONFIG_FILE: "/own", PATH: "/bin" };
  forgetAws(env);
  expect(env).toEqual({
    PATH: "/bin",
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
  });
});

describe("the environment of terraform", () => {
  const GIVEN = {
    AWS_PROFILE: "work",
    AWS_ACCESS_KEY_ID: "real",
    TF_LOG: "trace",
    TF_WORKSPACE: "prod",
    TF_VAR_x: "1",
    OTHER: "kept",
  };

  test("has nothing of the person's AWS and terraform settings, but the rest", async () => {
    const before = { ...process.env };
    Object.assign(process.env, GIVEN, { TF_CLI_CONFIG_FILE: join(folder, "of the user") });
    try {
      const env = await terraformEnvironment(folder, "http://127.0.0.1:1");
      expect(env).toMatchObject({
        OTHER: "kept",
        AWS_ENDPOINT_URL: "http://127.0.0.1:1",
        AWS_ACCESS_KEY_ID: "rehearsal",
        TF_CLI_CONFIG_FILE: join(folder, "of the user"),
      });
      expect(env).toMatchObject({
        AWS_CONFIG_FILE: devNull,
        AWS_SHARED_CREDENTIALS_FILE: devNull,
        AWS_EC2_METADATA_DISABLED: "true",
      });
      expect(await terraformEnvironment(folder, "http://127.0.0.1:1", "/found")).toMatchObject({
        TF_CLI_CONFIG_FILE: "/found",
      });
      for (const name of ["AWS_PROFILE", "TF_LOG", "TF_WORKSPACE", "TF_VAR_x"]) expect(env).not.toHaveProperty(name);
    } finally {
      for (const name of [...Object.keys(GIVEN), "TF_CLI_CONFIG_FILE"]) delete process.env[name];
      Object.assign(process.env, before);
    }
  });
});

describe("synthesizing", () => {
  test("gives every stack of the program as it would be deployed", async () => {
    const out = join(folder, "out");
    const [stack, ...others] = await synthesize(fixture("site-with-more"), out);
    expect(others).toEqual([]);
    expect(stack?.id).toBe("more");
    expect(stack?.text).toBe(readFileSync(join(out, "stacks", "more", "cdk.tf.json"), "utf8"));
    expect(Object.keys(stack?.json.resource ?? {})).toContain("aws_lb");
    expect(existsSync(join(fixture("site-with-more"), "cdktf.out"))).toBe(false);
  });

  test("of a program with errors is refused with those, and nothing of Node's", async () => {
    const refusal = await synthesize(fixture("with-errors"), join(folder, "out")).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UsageError);
    const { message } = refusal as UsageError;
    expect(message).toMatch(/^The synth failed \(node .*main\.ts\):\n2 errors in main\.ts/);
    expect(message).toContain('faulty: domainName must be a host name in lower case (got "WWW.example.com")');
    expect(message).toContain("faulty: appPort must be a whole number from 1 to 65535 except 22 (got 70000)");
    expect(message).not.toMatch(/Node\.js v|node:|node_modules|throw new|InvalidPropsError/);
  });

  test("of a program that throws something else is refused with what Node says", async () => {
    const refusal = synthesize(fixture("crashing"), join(folder, "out"));
    await expect(refusal).rejects.toBeInstanceOf(UsageError);
    await expect(refusal).rejects.toThrow(/TypeError: the program itself is wrong\n[^]*crashing.main\.ts:1/);
  });

  test.each([
    ["is missing", undefined, /^cdktf\.json cannot be read: ENOENT/],
    ["is not JSON", "{", /^cdktf\.json must be JSON \(/],
    ["names no program", "{}", /^cdktf\.json must have "app", the command that runs main\.ts/],
    [
      "names a program that writes no stack",
      '{ "app": "node -e 0" }',
      /^The program \(node -e 0\) wrote no stack; call app\.synth\(\) at its end\.$/,
    ],
  ])("is refused in one sentence where cdktf.json %s", async (_what, config, sentence) => {
    if (config !== undefined) writeFileSync(join(folder, "cdktf.json"), config);
    const refusal = await synthesize(folder, join(folder, "out")).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UsageError);
    expect((refusal as UsageError).message).toMatch(sentence);
  });

  test("that is interrupted ends the program, with all that it started", async () => {
    const pidFile = join(folder, "pid");
    writeFileSync(
      join(folder, "wait.js"),
      `require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); setInterval(() => ` +
        "undefined, 1000);",
    );
    writeFileSync(join(folder, "cdktf.json"), JSON.stringify({ app: "true && node wait.js && true" }));
    const stopping = new AbortController();
    const refusal = synthesize(folder, join(folder, "out"), stopping.signal).catch((error: unknown) => error);
    while (!existsSync(pidFile) || readFileSync(pidFile, "utf8") === "")
      await new Promise((wake) => setTimeout(wake, 20));
    stopping.abort(new WorkFailed("interrupted"));
    expect(await refusal).toEqual(new WorkFailed("interrupted"));
    expect(isRunning(Number(readFileSync(pidFile, "utf8")))).toBe(false);
  });
});

describe("a result that nobody reads any more", () => {
  test("is said in one sentence, with exit code 1", () => {
    const program = `
      const { runCommand, writeResult } = require("./cli/command");
      setTimeout(() => runCommand(() => writeResult("x".repeat(1 << 20))), 300);`;
    writeFileSync(join(folder, "program.js"), program.replace("./cli", join(PROJECT, "cli")));
    const line =
      `{ node -r ./cli/typescript.js ${join(folder, "program.js")}; echo "code $?" >&2; } 2> ` +
      `${join(folder, "said")} | true; sleep 1`;
    execFileSync("sh", ["-c", line], { cwd: PROJECT });
    expect(readFileSync(join(folder, "said"), "utf8")).toMatch(
      /^Cannot write the result to standard output: .*EPIPE.*\ncode 1\n$/,
    );
  });
});
