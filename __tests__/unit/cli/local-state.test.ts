import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leavesEmptyLocalState } from "../../../cli/project/local-state";

/*
 * Which local state can be forgotten without asking anybody; __tests__/slow/cli/first-deploy.test.ts has terraform make
 * such folders.
 */

const EMPTY = { version: 4, serial: 4, lineage: "3241b60c", outputs: {}, resources: [] };
const LOCAL = {
  version: 3,
  backend: { type: "local", config: { path: "../../../terraform.web.tfstate", workspace_dir: null } },
};

let project: string;
let folder: string;

beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "alb-web-local-"));
  folder = join(project, "cdktf.out", "stacks", "web");
  mkdirSync(join(folder, ".terraform"), { recursive: true });
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

const initialized = (backend: object | string) =>
  writeFileSync(
    join(folder, ".terraform", "terraform.tfstate"),
    typeof backend === "string" ? backend : JSON.stringify(backend),
  );
const state = (text: string) => writeFileSync(join(project, "terraform.web.tfstate"), text);

test("one that is not there, as nothing was deployed", async () => {
  initialized(LOCAL);
  expect(await leavesEmptyLocalState(folder)).toBe(true);
});

test("one whose resources were all destroyed", async () => {
  initialized(LOCAL);
  state(JSON.stringify(EMPTY));
  expect(await leavesEmptyLocalState(folder)).toBe(true);
});

test.each([
  ["with a resource", JSON.stringify({ ...EMPTY, resources: [{ type: "aws_vpc" }] })],
  ["with an output", JSON.stringify({ ...EMPTY, outputs: { site_url: { value: "x" } } })],
  ["of another format", JSON.stringify({ version: 3, modules: [{ resources: { a: 1 } }] })],
  ["that is cut off", '{ "version": 4, "resources": ['],
  ["without text", ""],
])("not one %s", async (_, text) => {
  initialized(LOCAL);
  state(text);
  expect(await leavesEmptyLocalState(folder)).toBe(false);
});

test.each([
  [
    "another backend",
    { backend: { type: "s3", config: { bucket: "states", path: "../../../terraform.web.tfstate" } } },
  ],
  ["no backend", {}],
  ["a file that cannot be read", "{"],
])("not where terraform notes %s", async (_, backend) => {
  initialized(backend);
  expect(await leavesEmptyLocalState(folder)).toBe(false);
});

test("not where terraform was never run", async () => {
  expect(await leavesEmptyLocalState(folder)).toBe(false);
});

test("not in a workspace of another name, whose state lies elsewhere", async () => {
  initialized(LOCAL);
  writeFileSync(join(folder, ".terraform", "environment"), "staging");
  expect(await leavesEmptyLocalState(folder)).toBe(false);
  writeFileSync(join(folder, ".terraform", "environment"), "default");
  expect(await leavesEmptyLocalState(folder)).toBe(true);
});
