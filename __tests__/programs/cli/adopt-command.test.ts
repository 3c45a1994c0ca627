import { spawnSync } from "node:child_process";
import { PROJECT } from "../../support/project";

const adopt = (...args: string[]) =>
  spawnSync(process.execPath, ["cli/alb-web.js", "adopt", ...args], {
    cwd: PROJECT,
    encoding: "utf8",
  });

describe("npx alb-web adopt", () => {
  test("lists its exit codes", () => {
    const { status, stdout } = adopt("--help");
    expect(stdout).toContain("3   something is ambiguous, left over, interrupted or unknown");
    expect(status).toBe(0);
  });

  test.each([
    [[], "missing required argument 'stack'"],
    [["web", "--use", "vpc-1"], "--use must be ADDRESS=ID, such as"],
    [
      ["web", "--use", "aws_vpc.a=vpc-1", "--use", "aws_vpc.a=vpc-2"],
      "--use must name each address once (got aws_vpc.a twice)",
    ],
  ])("refuses %j", (args, sentence) => {
    const { status, stderr } = adopt(...args);
    expect(stderr).toContain(sentence);
    expect(status).toBe(2);
  });
});
