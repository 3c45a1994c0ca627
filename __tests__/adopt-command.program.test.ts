import { spawnSync } from "node:child_process";
import { PROJECT } from "./support/rehearsal-room";

const adopt = (...args: string[]) => spawnSync(process.execPath, ["-r", "./cli/typescript.js", "cli/adopt.ts", ...args], { cwd: PROJECT, encoding: "utf8" });

describe("npm run adopt", () => {
  test("tells its exit codes", () => {
    expect(adopt("--help").stdout).toContain("3 something is ambiguous, left over or unknown");
  });

  test.each([
    [[], "missing required argument 'stack'"],
    [["web", "--use", "vpc-1"], "--use: got vpc-1; give ADDRESS=ID"],
    [["web", "--use", "aws_vpc.a=vpc-1", "--use", "aws_vpc.a=vpc-2"], "--use: aws_vpc.a is given twice"],
  ])("refuses %j", (args, sentence) => {
    const { status, stderr } = adopt(...args);
    expect(stderr).toContain(sentence);
    expect(status).toBe(2);
  });
});
