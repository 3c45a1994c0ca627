import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { copyOfProject } from "../../support/project-copy";

/* The real cdktf-cli refuses a program whose path is broken, before it comes to terraform. */

jest.setTimeout(300_000);

const program = (accept: string) => `
import { App } from "cdktf";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import { WebStack } from "./constructs/web-stack";

const app = new App();
const stack = new WebStack(app, "web", { domainName: "www.example.com", ${accept} });
for (const each of stack.node.findAll()) {
  if (each instanceof VpcSecurityGroupIngressRule && each.referencedSecurityGroupIdInput !== undefined) each.addOverride("from_port", 8080), each.addOverride("to_port", 8080);
}
app.synth();
`;

let checkout: { folder: string; remove: () => Promise<void> };

beforeAll(async () => {
  checkout = await copyOfProject();
});

afterAll(() => checkout.remove());

test.each(["synth", "diff", "deploy --auto-approve"])(
  "cdktf %s says what is broken, ends with 1, and leaves no stack",
  async (command) => {
    writeFileSync(join(checkout.folder, "main.ts"), program(""));
    const { code, text } = await cdktf(command);
    expect(code).toBe(1);
    // cdktf prints its program's standard error twice, as it comes and at the end: the findings alone, both times.
    expect(
      text.match(
        /(?<=- | {4})1 error on the path of requests; nothing was written\n +web: P33: [^\n]+\n +To accept a finding, add [^\n]+\n/g,
      ),
    ).toHaveLength(2);
    expect(text).not.toMatch(/\bthrow \b|^ +at |BrokenPathError|Node\.js v/m);
    expect(existsSync(join(checkout.folder, "cdktf.out", "stacks", "web", "cdk.tf.json"))).toBe(false);
  },
);

test("cdktf synth says what is wrong with props in the same way", async () => {
  writeFileSync(join(checkout.folder, "main.ts"), program("appPort: 0, instances: { cuont: 3 }"));
  const { code, text } = await cdktf("synth");
  expect(code).toBe(1);
  expect(
    text.match(
      /(?<=- | {4})2 errors in main\.ts; nothing was written\n +web: appPort must be [^\n]+ \(got 0\)\n +web: instances\.cuont is not a prop \(got 3\); did you mean `count`\?\n/g,
    ),
  ).toHaveLength(2);
  expect(text).not.toMatch(/\bthrow \b|^ +at |InvalidPropsError|Node\.js v/m);
});

test("cdktf synth says the same of what an aspect breaks", async () => {
  writeFileSync(
    join(checkout.folder, "main.ts"),
    program("")
      .replace("for (const", "Aspects.of(stack).add({ visit: () => {\nfor (const")
      .replace("\napp.synth", "} });\napp.synth")
      .replace("{ App }", "{ App, Aspects }"),
  );
  const { code, text } = await cdktf("synth");
  expect(code).toBe(1);
  expect(text).toMatch(/(?<=- )1 error on the path of requests; the stack was not written\n +web: P33: /);
  expect(text).not.toMatch(/\bthrow \b|^ +at |Validation failed|Node\.js v/m);
});

test("cdktf synth writes what is accepted, and says so", async () => {
  writeFileSync(
    join(checkout.folder, "main.ts"),
    program('accept: [{ finding: "P33", reason: "a proxy asks on 8080" }]'),
  );
  const { code, text } = await cdktf("synth");
  expect([code, text]).toEqual([0, expect.stringContaining("P33 is accepted: a proxy asks on 8080")]);
  expect(existsSync(join(checkout.folder, "cdktf.out", "stacks", "web", "cdk.tf.json"))).toBe(true);
});

test("cdktf synth refuses what is accepted without an address and found at several", async () => {
  const attached = program('accept: [{ finding: "P53", reason: "x" }]')
    .replaceAll("VpcSecurityGroupIngressRule", "LbTargetGroupAttachment")
    .replace("vpc-security-group-ingress-rule", "lb-target-group-attachment");
  writeFileSync(
    join(checkout.folder, "main.ts"),
    attached.replace(/^ {2}if .*$/m, '  if (each instanceof LbTargetGroupAttachment) each.addOverride("port", 8080);'),
  );
  const { code, text } = await cdktf("synth");
  expect([code, text]).toEqual([
    1,
    expect.stringMatching(
      / +web: accept must name one finding \(got "P53", which is found at aws_lb_target_group_attachment\.[^,]+, aws_lb_target_group_attachment\.[^,]+\); add the address of each that you accept\n/,
    ),
  ]);
});

function cdktf(command: string): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    const env = { ...process.env, CI: "1", FORCE_COLOR: "0", CHECKPOINT_DISABLE: "1" };
    execFile(
      join("node_modules", ".bin", "cdktf"),
      command.split(" "),
      { cwd: checkout.folder, env, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), text: `${stdout}\n${stderr}` });
      },
    );
  });
}
