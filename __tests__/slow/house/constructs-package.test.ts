import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PROJECT } from "../../support/project";

/* The constructs as another CDKTF project imports them: from the file that npm run package makes, next to its own cdktf. */

jest.setTimeout(240_000);

/** What the other project has itself; linked, as the AWS provider is large. */
const PEERS = ["cdktf", "constructs", "@cdktf/provider-aws", "@types/node"];

const WITH_WEB_STACK = `import { WebStack } from "alb-web";
import { App } from "cdktf";

const app = new App();
new WebStack(app, "web", { domainName: "www.example.com", backend: "local" });
app.synth();
`;
const IN_A_STACK_OF_ITS_OWN = `import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { WebTopology } from "alb-web";
import { App, TerraformOutput, TerraformStack } from "cdktf";

const app = new App();
const stack = new TerraformStack(app, "shop");
new AwsProvider(stack, "aws", { region: "eu-west-3" });
const { site } = new WebTopology(stack, "site", { domainName: "shop.example.com", region: "eu-west-3" });
new TerraformOutput(stack, "load_balancer", { value: site?.loadBalancer.dnsName });
app.synth();
`;
const TSCONFIG = {
  compilerOptions: {
    target: "ES2022",
    module: "Node16",
    moduleResolution: "Node16",
    strict: true,
    // The declarations of the package are checked too.
    skipLibCheck: false,
    types: ["node"],
    outDir: "out",
  },
  include: ["*.ts"],
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "alb-web-other-project-"));
  run(PROJECT, "npm", "run", "package", "--", "--pack-destination", folder);
  const [archive = ""] = readdirSync(folder).filter((it) => it.endsWith(".tgz"));
  writeFileSync(join(folder, "package.json"), "{}");
  run(folder, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, archive));
  for (const name of PEERS) {
    const to = join(folder, "node_modules", name);
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(join(PROJECT, "node_modules", name), to);
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  writeFileSync(join(folder, "main.ts"), WITH_WEB_STACK);
  writeFileSync(join(folder, "own.ts"), IN_A_STACK_OF_ITS_OWN);
  run(folder, process.execPath, join(PROJECT, "node_modules/typescript/bin/tsc"));
}, 240_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(cwd: string, command: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}: ${stdout}${stderr}`);
}

function typesIn(stackId: string): string[] {
  const file = join(folder, "cdktf.out/stacks", stackId, "cdk.tf.json");
  return Object.keys((JSON.parse(readFileSync(file, "utf8")) as { resource: object }).resource);
}

test("a WebStack synthesizes", () => {
  run(folder, process.execPath, "out/main.js");
  expect(typesIn("web")).toEqual(expect.arrayContaining(["aws_lb", "aws_acm_certificate", "aws_route53_record"]));
});

test("a WebTopology synthesizes in a stack of the project's own", () => {
  run(folder, process.execPath, "out/own.js");
  expect(typesIn("shop")).toEqual(expect.arrayContaining(["aws_lb", "aws_acm_certificate", "aws_route53_record"]));
});

test("a WebTopology with wrong props is refused in the sentences of a WebStack", () => {
  const text = readFileSync(join(folder, "out/own.js"), "utf8");
  writeFileSync(join(folder, "out/wrong.js"), text.replace('"shop.example.com"', '"shop.example.com", appPort: 22'));
  expect(() => run(folder, process.execPath, "out/wrong.js")).toThrow(
    "shop-site: appPort must be a whole number from 1 to 65535 except 22 (got 22)",
  );
});
