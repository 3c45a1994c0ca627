import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROLE_KINDS } from "../../../cli/bootstrap/names";
import { permissionsPage } from "../../../cli/bootstrap/permissions-page";
import { committedPolicy } from "../../../cli/bootstrap/policies";
import { actionsOf } from "../../support/iam-policy";
import { PROJECT } from "../../support/project";

/* Pages that are made of what the code says. */

test("docs/permissions.md is what npm run docs writes", () => {
  expect(readFileSync(join(PROJECT, "docs/permissions.md"), "utf8")).toBe(permissionsPage());
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
