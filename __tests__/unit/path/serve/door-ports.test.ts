import { readFileSync } from "node:fs";
import { join } from "node:path";
import { siteOf } from "../../../../path/serve/site";
import { readTopology } from "../../../../topology/topology";
import { PROJECT } from "../../../support/project";

it.each([99_999_999, 1e300, -1, 0, 1.5])("serves no listener on port %p", (port) => {
  const text = readFileSync(join(PROJECT, "docs/examples/broken.json"), "utf8");
  const plan = JSON.parse(text, (key, value) => (key === "port" && typeof value === "number" ? port : value));
  const { doors, urls } = siteOf(readTopology(plan));
  expect(doors.filter(({ listener }) => listener !== undefined)).toEqual([]);
  expect(urls.filter(({ isOwnName }) => isOwnName)).toEqual([]);
});
