import { execFileSync } from "node:child_process";
import { basename } from "node:path";
import { PROJECT } from "../../support/project";

test("npm run test:unit -- NAME runs the files of that name, as help says", () => {
  const listed = execFileSync("npm", ["run", "--silent", "test:unit", "--", "domain-names", "--listTests"], {
    cwd: PROJECT,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  expect(
    listed
      .trim()
      .split("\n")
      .map((file) => basename(file)),
  ).toEqual(["domain-names.test.ts"]);
});
