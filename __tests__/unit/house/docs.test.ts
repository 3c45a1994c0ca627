import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROLE_KINDS } from "../../../cli/bootstrap/bootstrap-names";
import { permissionsPage } from "../../../cli/bootstrap/permissions-page";
import { committedPolicy } from "../../../cli/bootstrap/policies";
import { PAGES } from "../../../cli/commands/docs";
import { MOMENTS } from "../../../cli/moments";
import { exitCodesOf, loaded } from "../../../cli/reference/commands-page";
import { allProps, propDocs } from "../../../cli/reference/prop-docs";
import { PROP_EXAMPLES } from "../../../cli/reference/prop-examples";
import { DEFAULTS } from "../../../constructs/props/defaults";
import type { WebStackProps } from "../../../constructs/props/web-stack-props";
import { RULES } from "../../../path/rules/all";
import { SYMPTOMS, type Symptom } from "../../../path/rules/symptoms";
import { EXAMPLES_FILE, examples } from "../../mutants/examples";
import { actionsOf } from "../../support/iam-policy";
import { PROJECT } from "../../support/project";
import { refusalOf, synthOf } from "../../support/synth";

/* Pages that are made of what the code says. */

test.each(Object.entries(PAGES))("%s is what npm run docs writes", (path, page) => {
  expect(readFileSync(join(PROJECT, path), "utf8")).toBe(page());
});

test("the examples on the rules' pages are what the mutants give", () => {
  expect(JSON.parse(readFileSync(EXAMPLES_FILE, "utf8"))).toEqual(examples());
});

test("there is a page for each rule, and none for what is no rule", () => {
  const pages = readdirSync(join(PROJECT, "docs/rules")).filter((name) => name !== "README.md");
  expect(pages.sort()).toEqual(RULES.map(({ id }) => `${id}.md`));
});

describe.each(RULES.map((rule) => [rule.id, rule] as const))("%s", (id, { hop, why, symptom, symptoms, source }) => {
  test("says why in two or three sentences, what a person sees, and where that is documented", () => {
    expect(why.split(/(?<=[.!?])\s+/).length).toBeGreaterThanOrEqual(2);
    expect([symptom.length > 0, symptoms.length > 0]).toEqual([true, true]);
    expect(source).toMatch(
      /^https:\/\/(docs\.aws\.amazon\.com|developer\.hashicorp\.com|registry\.terraform\.io|www\.rfc-editor\.org)\//,
    );
  });

  test("stands in a file of its name, in the folder of its hop", () => {
    const named = readdirSync(join(PROJECT, "path/rules", hop)).filter((name) => name.startsWith(`${id}-`));
    expect(named).toHaveLength(1);
  });
});

test("each symptom leads to a rule", () => {
  const led = new Set(RULES.flatMap(({ symptoms }) => symptoms));
  expect(Object.keys(SYMPTOMS).filter((it) => !led.has(it as Symptom))).toEqual([]);
});

test("the page of permissions has a row for each action that a role may do, and no other", () => {
  const rows = [...permissionsPage().matchAll(/^\| `([\w-]+:\w+)` \| (.+) \| /gm)];
  expect(rows.map(([, action]) => action).sort()).toEqual(
    [...new Set(ROLE_KINDS.flatMap((kind) => actionsOf(committedPolicy(kind))))].sort(),
  );
  expect(rows.map(([, action, why]) => [action, why])).toEqual(
    expect.arrayContaining([
      ["ec2:ReplaceRoute", "Repair: the public route has a different target"],
      [
        "elasticloadbalancing:SetSecurityGroups",
        "Edit: a different domainName in an existing VPC, where the names of the security groups end with a hash of it",
      ],
      ["iam:PassRole", "Checked by AWS along with: iam:AddRoleToInstanceProfile and ec2:RunInstances with a profile"],
      ["ec2:CreateVpc", "First deploy, plan or destroy"],
    ]),
  );
});

describe("docs/reference/props.md", () => {
  const props = allProps();
  const DOMAIN = { domainName: "www.example.com" };

  test("has an example of each prop, and of nothing else", () => {
    expect(Object.keys(PROP_EXAMPLES).sort()).toEqual(props.map(({ key }) => key).sort());
  });

  test.each(props.map((it) => [it.key, it] as const))(
    "the example of %s sets it, and a stack takes it",
    (key, { path }) => {
      const example = { ...DOMAIN, ...PROP_EXAMPLES[key] } as unknown as WebStackProps;
      expect(valueAt(example, path)).toBeDefined();
      expect(refusalOf({ web: example })?.message).toBeUndefined();
      // What is accepted must be found, which an example by itself does not bring.
      const { accept: _, ...others } = example;
      expect(Object.keys(synthOf(others).resource ?? {})).not.toEqual([]);
    },
  );

  test("says of each prop what it is", () => {
    const silent = props.filter(({ text, objects }) => text.length === 0 && objects.length === 0);
    // Its name says it.
    expect(silent.map(({ key }) => key).filter((key) => key !== "CloudBackendProps.organization")).toEqual([]);
  });

  test("has the defaults that the code has", () => {
    const literal = props.filter(({ default: said = "" }) => /^("[^"]*"|\d+|true|false)$/.test(said));
    expect(literal.length).toBeGreaterThan(20);
    const inCode = { ...DEFAULTS, network: DEFAULTS.network };
    const others = literal.filter(({ path }) => path.startsWith("backend."));
    expect(others.map(({ path }) => path)).toEqual(["backend.s3.key", "backend.cloud.hostname"]);
    expect(literal.filter((it) => !others.includes(it)).map(({ path, default: said }) => [path, said])).toEqual(
      literal.filter((it) => !others.includes(it)).map(({ path }) => [path, JSON.stringify(valueAt(inCode, path))]),
    );
  });

  test.each(props.filter(({ type }) => /^number/.test(type)).map((it) => [it.key, it] as const))(
    "says of %s which numbers are allowed",
    (key, { path, text }) => {
      const { message = "" } = refusalOf({ web: withValue({ ...DOMAIN, ...PROP_EXAMPLES[key] }, path, -1) }) ?? {};
      const [, least = "", most = ""] = /from (\d+) to (\d+)/.exec(message) ?? [];
      expect(message).toContain(path);
      expect(text.join(" ")).toMatch(new RegExp(`\\b${least} to ${most}\\b`));
    },
  );

  test("describes every prop of the top level", () => {
    expect(
      propDocs()
        .map(({ path }) => path)
        .sort(),
    ).toEqual(["domainName", ...Object.keys(DEFAULTS)].sort());
  });

  /** The value at `network.egress`, or at `accept[].finding` of the first item. */
  function valueAt(value: unknown, path: string): unknown {
    return path
      .replaceAll("[]", ".0")
      .split(".")
      .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], value);
  }

  function withValue(value: object, path: string, set: unknown): unknown {
    const [first = "", ...rest] = path.split(".");
    const inner = (value as Record<string, object>)[first] ?? {};
    return { ...value, [first]: rest.length === 0 ? set : withValue(inner, rest.join("."), set) };
  }
});

describe("docs/reference/commands.md", () => {
  const names = Object.values(MOMENTS).flatMap((commands) => Object.keys(commands));

  test("has every command that there is", () => {
    const files = readdirSync(join(PROJECT, "cli/commands")).map((name) => name.replace(/\.ts$/, ""));
    expect([...names].sort()).toEqual(files.sort());
  });

  test.each(names)("%s names its exit codes, 0 and internal errors among them", (name) => {
    const codes = [...exitCodesOf(loaded(name))];
    expect(codes.map(([code]) => code)).toEqual(expect.arrayContaining([0, 2, 70]));
    expect(codes.filter(([, meaning]) => !/\w/.test(meaning))).toEqual([]);
  });
});
