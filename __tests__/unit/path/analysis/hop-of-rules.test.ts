import { hopOfRulesIn } from "../../../../path/analysis/network/hop-of-rules";
import { readTopology } from "../../../../topology/topology";
import { Unknown } from "../../../../topology/value";
import { site } from "../../../serve-cases/site";

/* Where a mistake in a security group's rules shows. */

const hopOf = (id: unknown) => hopOfRulesIn(id, readTopology(site()));

test("in the load balancer's group it shows at the listener, in any other at the target", () => {
  expect(hopOf("${aws_security_group.alb.id}")).toBe("listener");
  expect(hopOf("${aws_security_group.web.id}")).toBe("target");
});

test("in a group that is not known it shows at the target", () => {
  expect(hopOf(undefined)).toBe("target");
  expect(hopOf(new Unknown("a", "b", "c"))).toBe("target");
});
