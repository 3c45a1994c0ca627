import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROLE_KINDS } from "../../../cli/bootstrap/bootstrap-names";
import { permissionsPage } from "../../../cli/bootstrap/permissions-page";
import { committedPolicy } from "../../../cli/bootstrap/policies";
import { PAGES } from "../../../cli/commands/docs";
import { RULES } from "../../../path/rules/all";
import { SYMPTOMS, type Symptom } from "../../../path/rules/symptoms";
import { EXAMPLES_FILE, examples } from "../../mutants/examples";
import { actionsOf } from "../../support/iam-policy";
import { PROJECT } from "../../support/project";

/* Pages that are made of what the code says. */

test.each(Object.entries(PAGES))("%s is what npm run docs writes", (path, page) => {
  expect(readFileSync(join(PROJECT, path), "utf8")).toBe(page());
});

test("the examples on the rules' pages are what the tests' own faults give", () => {
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
      ["ec2:ReplaceRoute", "Repair: the public route, which leads elsewhere"],
      [
        "elasticloadbalancing:SetSecurityGroups",
        "Edit: another domainName in an existing VPC, where the names of the groups end with a hash of it",
      ],
      ["iam:PassRole", "Checked by AWS along with: iam:AddRoleToInstanceProfile and ec2:RunInstances with a profile"],
      ["ec2:CreateVpc", "First deploy, plan or destroy"],
    ]),
  );
});
