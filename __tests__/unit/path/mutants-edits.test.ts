import { applyEdits } from "../../mutants/edits";
import type { SynthesizedJson } from "../../mutants/mutant";

/* That what a fix says can be done to a synthesized stack, so that the tests can hold that it helps. */

let stack: SynthesizedJson;

beforeEach(() => {
  stack = {
    resource: {
      aws_lb: { web: { name: "web", depends_on: ["aws_route.out", "aws_route.in"], provider: "aws.west" } },
      aws_route: { out: {}, in: {} },
      aws_lb_target_group: { web: { port: 80, health_check: { port: "81", path: "/" } } },
      aws_security_group: { web: { ingress: [{ from_port: 80 }, { from_port: 443 }] } },
    },
  };
});

test("sets and takes away arguments", () => {
  applyEdits(stack, [
    { set: "aws_lb.web", path: ["internal"], value: true },
    { set: "aws_lb.web", path: ["name"], value: undefined },
  ]);
  expect(stack.resource.aws_lb?.web).toMatchObject({ internal: true });
  expect(stack.resource.aws_lb?.web).not.toHaveProperty("name");
});

test.each([[["health_check", "port"]], [["health_check", 0, "port"]]])(
  "finds a block that is an object by %j",
  (path) => {
    applyEdits(stack, [{ set: "aws_lb_target_group.web", path, value: "80" }]);
    expect(stack.resource.aws_lb_target_group?.web).toMatchObject({ health_check: { port: "80", path: "/" } });
  },
);

test.each([
  [
    ["ingress", 1, "from_port"],
    [{ from_port: 80 }, { from_port: 1 }],
  ],
  [
    ["ingress", "from_port"],
    [{ from_port: 1 }, { from_port: 443 }],
  ],
  [
    ["ingress", 2, "from_port"],
    [{ from_port: 80 }, { from_port: 443 }, { from_port: 1 }],
  ],
])("finds a block of several by %j", (path, expected) => {
  applyEdits(stack, [{ set: "aws_security_group.web", path, value: 1 }]);
  expect(stack.resource.aws_security_group?.web?.ingress).toEqual(expected);
});

test("takes one of several blocks away, adds one to a single one, and makes what is missing", () => {
  applyEdits(stack, [
    { set: "aws_security_group.web", path: ["ingress", 0], value: undefined },
    { set: "aws_lb_target_group.web", path: ["health_check", 1], value: { port: "82" } },
    { set: "aws_lb.web", path: ["access_logs", "bucket"], value: "logs" },
    { set: "aws_lb.web", path: ["subnet_mapping", 0, "subnet_id"], value: "a" },
  ]);
  expect(stack.resource).toMatchObject({
    aws_security_group: { web: { ingress: [{ from_port: 443 }] } },
    aws_lb_target_group: { web: { health_check: [{ port: "81" }, { port: "82" }] } },
    aws_lb: { web: { access_logs: { bucket: "logs" }, subnet_mapping: [{ subnet_id: "a" }] } },
  });
});

test("adds a resource next to another, with its provider", () => {
  applyEdits(stack, [
    {
      add: "aws_lb_listener",
      name: "http",
      body: { port: 80, load_balancer_arn: "${aws_lb.web.arn}" },
      like: "aws_lb.web",
    },
  ]);
  expect(stack.resource.aws_lb_listener).toEqual({
    http: { port: 80, load_balancer_arn: "${aws_lb.web.arn}", provider: "aws.west" },
  });
});

test("removes a resource, and what waits for it waits no more", () => {
  applyEdits(stack, [{ remove: "aws_route.out" }]);
  expect(stack.resource.aws_route).toEqual({ in: {} });
  expect(stack.resource.aws_lb?.web?.depends_on).toEqual(["aws_route.in"]);
});

test.each([
  [{ remove: "aws_lb.other" }],
  [{ set: "aws_lb.other", path: ["name"], value: 1 }],
  [{ add: "aws_lb", name: "web", body: {}, like: "aws_lb.web" }],
  [{ add: "aws_lb", name: "b", body: {}, like: "aws_lb.c" }],
  [{ set: "aws_lb.web", path: ["name", "first"], value: 1 }],
  [{ set: "aws_lb.web", path: [], value: 1 }],
])("says that it cannot do %j", (edit) => {
  expect(() => applyEdits(stack, [edit])).toThrow(/there is|has no block|is empty/);
});
