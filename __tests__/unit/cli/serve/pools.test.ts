import { largePlan } from "../../../../bench/many-sites";
import { poolsOf } from "../../../../cli/serve/pools";
import type { RunningTarget } from "../../../../cli/serve/targets";
import { siteOf } from "../../../../path/serve/site";
import { readTopology } from "../../../../topology/topology";

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
