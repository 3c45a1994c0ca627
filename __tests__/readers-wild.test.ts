import { readDocument } from "../topology/document";
import { SUBNET } from "../topology/expected";
import { handMadePlan, refs, type PlannedModule } from "./support/hand-made-plan";

/* Shapes that public root modules have, each in the smallest plan that shows it. */

describe("count.index", () => {
  const SUBNETS: PlannedModule = { blocks: { "aws_subnet.public": { keys: ["a", "b"] } }, outputs: { ids: refs("aws_subnet.public") } };
  const servers = (expression: object): PlannedModule => ({ variables: { subnets: {}, others: {} }, blocks: { "aws_instance.web": { keys: [0, 1, 2], expressions: { subnet_id: expression } } } });
  const subnetOf = (expression: object, index: number) => readDocument(handMadePlan({
    calls: { net: { module: SUBNETS }, web: { expressions: { subnets: refs("module.net.ids", "module.net"), others: refs("module.net.ids", "module.net") }, module: servers(expression) } },
  })).ofType("aws_instance")[index]?.fields.text("subnet_id", SUBNET);

  test.each([[0, "a"], [1, "b"], [2, "a"]])("takes one of the list that a variable brings, round after round: %i", (index, key) => {
    expect(subnetOf(refs("var.subnets", "count.index"), index)).toBe(`\${module.net.aws_subnet.public["${key}"].id}`);
  });

  test("that may choose between two things stays open", () => {
    expect(subnetOf(refs("count.index", "var.subnets", "var.others"), 0)).toMatchObject({ attribute: "subnet_id" });
  });
});
