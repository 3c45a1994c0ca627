import { stepsUntil } from "../../../cli/steps";

/* What a command is at: lines where there is no terminal, and drawn in place where there is one. */

let written: string;
const before = { isTTY: process.stderr.isTTY, out: process.stdout.isTTY, columns: process.stderr.columns };

beforeEach(() => {
  written = "";
  jest.spyOn(process.stderr, "write").mockImplementation((text) => {
    written += String(text);
    return true;
  });
  onTerminal(false);
});

afterEach(() => {
  jest.restoreAllMocks();
  Object.assign(process.stderr, { isTTY: before.isTTY, columns: before.columns });
  Object.assign(process.stdout, { isTTY: before.out });
});

function onTerminal(isOne: boolean, columns = 40): void {
  Object.assign(process.stderr, { isTTY: isOne, columns });
  Object.assign(process.stdout, { isTTY: isOne });
}

const step = stepsUntil(new AbortController().signal);
/** What stands on the terminal in the end. */
const screen = (): string[] => {
  const lines: string[] = [];
  for (const part of written.split(/(\u001b\[\d+A\u001b\[0J)/)) {
    const [, up] = /^\u001b\[(\d+)A/.exec(part) ?? [];
    if (up !== undefined) lines.splice(lines.length - Number(up));
    else lines.push(...part.split("\n").slice(0, -1));
  }
  return lines.map((line) => line.replace(/\u001b\[\d+m/g, "").replace(/\[[\d.]+s\]/, "[time]"));
};

test("a step hands on what its work returns, under the title that this gives it", async () => {
  const answer = await step("look", ({ rename, report }) => {
    report("1 of 2");
    rename("looked");
    return 42;
  });
  expect(answer).toBe(42);
  expect(written.replace(/\[[\d.]+s\]/, "[time]")).toBe("❯ look\n› look: 1 of 2\n✔ looked [time]\n");
});

test("a step that fails says so, and the error is its work's", async () => {
  const failure = new Error("no");
  await expect(step("apply", (whole) => whole.step("web", () => Promise.reject(failure)))).rejects.toBe(failure);
  expect(written).toBe("❯ apply\n❯ web\n✖ web [failed]\n✖ apply [failed]\n");
});

test("what has aborted is the reason, whatever the work made of it", async () => {
  const stopping = new AbortController();
  const until = stepsUntil(stopping.signal);
  const work = () => stopping.abort(new Error("interrupted"));
  await expect(until("a", work)).rejects.toThrow("interrupted");
  await expect(until("b", () => Promise.reject(new Error("terraform was killed")))).rejects.toThrow("interrupted");
});

test("on a terminal, steps stand below the one that they are part of, and what is done stays", async () => {
  onTerminal(true);
  await step("synthesize", ({ rename }) => rename("synthesized: web"));
  await step("rehearse", (whole) =>
    Promise.all(
      ["web", "shop"].map((stack) =>
        whole.step(stack, async ({ report }) => {
          report("x".repeat(80));
          await new Promise((wake) => setTimeout(wake, 200));
        }),
      ),
    ),
  );
  expect(screen()).toEqual(["✔ synthesized: web [time]", "✔ rehearse [time]", "  ✔ web [time]", "  ✔ shop [time]"]);
  // No line was as wide as the terminal, where it would have become two.
  const lines = written.replace(/\u001b\[\d+[A-Za-z]/g, "").split("\n");
  expect(lines.filter((line) => line.includes("xxx")).length).toBeGreaterThan(0);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(40);
});
