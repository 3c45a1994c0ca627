import { largePlan } from "../../../../bench/many-sites";
import { poolsOf } from "../../../../cli/serve/pools";
import type { RunningTarget } from "../../../../cli/serve/targets";
import { siteOf } from "../../../../path/serve/site";
import { readTopology } from "../../../../topology/topology";
import { type Blocks, group, type SiteOptions, site as siteFile } from "../../../serve-cases/site";

/* The pools of several load balancers in one file. */

const nothing = async () => undefined;
const program: RunningTarget = {
  id: "program",
  kind: "stand-in",
  notes: [],
  listens: new Map([[80, 8080]]),
  isRunning: () => true,
  stop: nothing,
  start: nothing,
  close: nothing,
};

test("a load balancer has the target groups that its own listeners forward to, and its targets wait for checks", () => {
  const site = siteOf(readTopology(largePlan(76).plan));
  const balancers = [...new Set(site.doors.map(({ balancer }) => balancer))];
  const machines = [...site.members.values()].flat().map(({ machine }) => [machine, program] as const);
  const pools = poolsOf(site, balancers, new Map(machines));
  const seen = balancers.map((balancer) =>
    [...(pools.get(balancer)?.values() ?? [])].map(({ group, members }) => [
      group.address.split(".aws_")[0],
      members.map(({ health }) => health.state),
    ]),
  );
  expect(seen).toEqual([
    [['module.site_0["s0"]', ["initial", "initial"]]],
    [['module.site_1["s1"]', ["initial", "initial"]]],
  ]);
});

describe("instances that run NGINX", () => {
  const protocols = (options: SiteOptions) => {
    const site = siteOf(readTopology(siteFile(options)));
    const balancers = [...new Set(site.doors.map(({ balancer }) => balancer))];
    const machines = [...site.members.values()].flat().map(({ machine }) => machine);
    const pools = poolsOf(site, balancers, new Map(machines.map((it) => [it, { ...program, kind: "nginx" }])));
    return balancers.flatMap((balancer) =>
      [...(pools.get(balancer)?.values() ?? [])].flatMap(({ members }) =>
        members.map(({ backend }) => backend().protocol),
      ),
    );
  };

  test.each([
    ["HTTP", "HTTP"],
    ["HTTPS", "HTTPS"],
    ["https", "HTTPS"],
  ])("are reached by the protocol of the target group (%s)", (protocol, expected) => {
    expect(protocols({ web: { arguments: { protocol } } })).toEqual([expected, expected]);
  });

  test("use TLS for each of their target groups that does", () => {
    const secure: Blocks = {
      ...group("api", { count: 0, port: 443, arguments: { protocol: "HTTPS" } }),
      "aws_lb_target_group_attachment.both": {
        target_group_arn: "${aws_lb_target_group.api.arn}",
        target_id: "${aws_instance.web_a.id}",
        port: 443,
      },
    };
    expect(protocols({ with: [secure] })).toEqual(["HTTP", "HTTP", "HTTPS"]);
  });
});
