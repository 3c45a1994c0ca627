import { entriesOf } from "../../../../path/analysis/requests/entries";
import { routeOf } from "../../../../path/analysis/requests/route";
import { targetPorts } from "../../../../path/analysis/targets/target-ports";
import { readTopology } from "../../../../topology/topology";
import { baseStack } from "../../../mutants/bases";
import { the } from "../../../mutants/pick";

describe("the ports at which a target is asked, where its health check", () => {
  const portsWith = (healthCheck: object) => {
    const stack = baseStack("site");
    Object.assign(the(stack, "aws_lb_target_group").body.health_check as object, healthCheck);
    const topology = readTopology(stack);
    const entry = entriesOf(topology)[1];
    if (entry === undefined) throw new Error("the site has no HTTPS");
    const [target] = routeOf(entry, topology).targets;
    if (target === undefined) throw new Error("the site has no target");
    return targetPorts(target).map(({ port, use }) => [use, port]);
  };

  test.each<[string, object, unknown]>([
    ["goes to the same port", { port: "traffic-port" }, [["requests and health checks", 80]]],
    ["names that port", { port: "80" }, [["requests and health checks", 80]]],
    [
      "goes to another one",
      { port: "8080" },
      [
        ["requests", 80],
        ["health checks", 8080],
      ],
    ],
    ["is off", { port: "8080", enabled: false }, [["requests", 80]]],
  ])("%s", (_, healthCheck, expected) => {
    expect(portsWith(healthCheck)).toEqual(expected);
  });
});
