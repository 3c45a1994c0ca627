import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../support/project";
import { copyOfProject } from "../../support/project-copy";

/* Whoever adds a prop, and forgets where else it belongs, hears of it from the compiler. */

const TSC = join(PROJECT, "node_modules/typescript/bin/tsc");

/** Where each kind of props is declared, and the tables that must have an entry for a prop that is added to it. */
const TABLES_OF: Readonly<Record<string, readonly [declared: string, ...tables: string[]]>> = {
  "interface WebStackProps {": ["web-stack-props.ts", "schema/web-stack-schema.ts", "defaults.ts"],
  "interface HostedZoneProps {": ["web-stack-props.ts", "schema/names-schema.ts", "defaults.ts"],
  "interface CertificateProps {": ["web-stack-props.ts", "schema/names-schema.ts"],
  "interface NewNetworkProps {": ["web-stack-props.ts", "schema/network-schema.ts", "defaults.ts"],
  "interface ExistingNetworkProps {": ["web-stack-props.ts", "schema/network-schema.ts"],
  "interface HealthCheckProps {": ["web-stack-props.ts", "schema/health-check-schema.ts", "defaults.ts"],
  "interface InstancesProps {": ["web-stack-props.ts", "schema/instances-schema.ts", "defaults.ts"],
  "interface AcceptedFinding {": ["web-stack-props.ts", "schema/accept-schema.ts"],
  "interface ProxiedServerProps {": ["server-props.ts", "schema/server-schema.ts"],
  "interface OwnServerProps {": ["server-props.ts", "schema/server-schema.ts"],
  "interface SshProps {": ["server-props.ts", "schema/instances-schema.ts"],
  "readonly s3: {": ["backend-props.ts", "schema/backend-schema.ts"],
  "readonly cloud: {": ["backend-props.ts", "schema/backend-schema.ts", "defaults.ts"],
};

let project: Awaited<ReturnType<typeof copyOfProject>>;

beforeEach(async () => {
  project = await copyOfProject("alb-web-types-");
});

afterEach(() => project.remove());

function edit(file: string, before: string, after: string): void {
  const path = join(project.folder, "constructs/props", file);
  const text = readFileSync(path, "utf8");
  if (!text.includes(before)) throw new Error(`${file} does not have ${before}`);
  writeFileSync(path, text.replace(before, after));
}

/** What the compiler finds, below constructs/props/. */
function compiled(): { file: string; text: string }[] {
  writeFileSync(
    join(project.folder, "tsconfig.json"),
    readFileSync(join(project.folder, "tsconfig.json"), "utf8").replace(
      /"include": \[[^\]]*\]/,
      '"include": ["constructs"]',
    ),
  );
  const { stdout } = spawnSync(process.execPath, [TSC, "--pretty", "false"], { cwd: project.folder, encoding: "utf8" });
  return stdout
    .split(/\n(?=\S)/)
    .filter(Boolean)
    .map((text) => ({ text, file: /^constructs\/props\/([\w/-]+\.ts)\(/.exec(text)?.[1] ?? "elsewhere" }));
}

test("a prop without a schema entry or a default does not compile", () => {
  const props = Object.entries(TABLES_OF).map(([declaration, [declared, ...tables]], index) => {
    const name = `forgotten${index}`;
    edit(declared, declaration, `${declaration} readonly ${name}?: string;`);
    return { name, tables };
  });
  const found = compiled();
  const without = ({ name, tables }: (typeof props)[number]) =>
    tables.filter((table) => !found.some(({ file, text }) => file === table && new RegExp(`\\b${name}\\b`).test(text)));
  expect(props.flatMap((prop) => without(prop).map((table) => `${table} compiles without ${prop.name}`))).toEqual([]);
});

test("an entry without a prop does not compile, nor a rule that reads what it does not name", () => {
  edit("schema/health-check-schema.ts", "port: port(),", "port: port(), unknown0: port(),");
  edit("schema/network-schema.ts", "vpcId: idText(", 'unknown1: text(() => true, ""), vpcId: idText(');
  edit("schema/web-stack-schema.ts", "disposable: flag(),", "disposable: flag(), unknown2: flag(),");
  edit("schema/backend-schema.ts", "hostname: text(", 'unknown3: text(() => true, ""), hostname: text(');
  edit("defaults.ts", "diskGiB: 8,", "diskGiB: 8, unknown4: 8,");
  edit("rules/names-rules.ts", 'rule(["region", "certificate"]', 'rule(["certificate"]');
  const found = compiled().map(({ file, text }) => `${file}: ${/'(unknown\d|region)'/.exec(text)?.[1]}`);
  expect([...new Set(found)].sort()).toEqual([
    "defaults.ts: unknown4",
    "rules/names-rules.ts: region",
    "schema/backend-schema.ts: unknown3",
    "schema/health-check-schema.ts: unknown0",
    "schema/network-schema.ts: unknown1",
    "schema/web-stack-schema.ts: unknown2",
  ]);
});

test("the props as they are compile", () => {
  expect(compiled()).toEqual([]);
});
