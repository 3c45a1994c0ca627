import { review } from "../../../../path/review/review";
import { trace } from "../../../../path/trace/trace";
import { destroyed, type Planned, planOf, SITE } from "../../../support/standing-site";

/* What still names, by its id, something that the plan destroys. */

type Plan = { prior_state: { values: { root_module: { resources: object[] } } } };

const without = (...addresses: readonly string[]): typeof SITE =>
  Object.fromEntries(Object.entries(SITE).filter(([address]) => !addresses.includes(address)));
const effectOf = (changes: Record<string, Planned>, site?: typeof SITE): string =>
  review(planOf(changes, site)).report.effect;

test("a route table that goes leaves its subnets to the VPC's main one", () => {
  const main = {
    "aws_route_table.main": { id: "rtb-main", vpc_id: "vpc-1", route: [] },
    "aws_route.main": {
      id: "r-2",
      route_table_id: "rtb-main",
      destination_cidr_block: "0.0.0.0/0",
      gateway_id: "igw-1",
    },
  };
  const gone = { "aws_route_table.public": destroyed(), "aws_route.out": destroyed() };
  expect(effectOf(gone)).toBe("outage");
  expect(effectOf(gone, { ...SITE, ...main })).toBe("none");
});

test("a route to a gateway that goes leads nowhere", () => {
  const { verdict, findings } = trace(planOf({ "aws_internet_gateway.main": destroyed() }));
  expect([verdict, findings.map(({ id }) => id)]).toEqual(["broken", expect.arrayContaining(["P44"])]);
});

test("an instance that goes is in no target group, though its attachment stays", () => {
  const { verdict } = trace(planOf({ "aws_instance.a": destroyed() }));
  expect(verdict).toBe("ok");
  expect(trace(planOf({ "aws_instance.a": destroyed(), "aws_instance.b": destroyed() })).verdict).not.toBe("ok");
});

describe("a data source that shows what the plan destroys", () => {
  /** The site's load balancer, read by another part of the configuration. */
  const reading = (changes: Record<string, Planned>): object => {
    const plan = planOf(changes, without()) as unknown as Plan;
    plan.prior_state.values.root_module.resources.push({
      address: "data.aws_lb.web",
      mode: "data",
      type: "aws_lb",
      name: "web",
      values: SITE["aws_lb.web"],
    });
    return plan;
  };

  test("shows nothing that will answer", () => {
    expect(trace(reading({})).verdict).toBe("ok");
    expect(trace(reading({ "aws_lb.web": destroyed() })).verdict).not.toBe("ok");
    expect(review(reading({ "aws_lb.web": destroyed() })).report.effect).toBe("outage");
  });
});
