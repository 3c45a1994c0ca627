import { servedState } from "../../../rehearsal/applied-state";
import type { InstanceView, ZoneView } from "../../../rehearsal/site";
import { readTopology } from "../../../topology/topology";

const HASH = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
const SCRIPT = "#!/bin/sh\nsystemctl enable --now nginx\n";
const instance = (name: string, id: string, user_data: string | null) => ({
  address: `aws_instance.${name}`,
  mode: "managed",
  type: "aws_instance",
  name,
  provider_name: "registry.terraform.io/hashicorp/aws",
  values: { id, user_data },
});
const zone = (address: string, zone_id: string) => ({
  address,
  mode: "data",
  type: "aws_route53_zone",
  name: "zone",
  provider_name: "registry.terraform.io/hashicorp/aws",
  values: { zone_id, name: "example.com" },
});
const STATE = {
  format_version: "1.0",
  values: {
    root_module: {
      resources: [instance("a", "i-1", HASH), instance("none", "i-2", null), instance("other", "i-3", HASH)],
      child_modules: [{ address: "module.m", resources: [instance("inner", "i-4", HASH)] }],
    },
  },
};
const INSTANCES = ["i-1", "i-2", "i-4"].map((InstanceId): InstanceView => ({ InstanceId, userData: SCRIPT }));
const zones: ZoneView[] = [{ id: "Z1", name: "example.com", nameServers: [], records: [] }];
const shown = servedState(STATE, { instances: INSTANCES, zones: [] }) as typeof STATE;

test("a state has the boot scripts that AWS's API returns in place of their hashes, in modules too", () => {
  const [a, none, other] = shown.values.root_module.resources;
  expect(a?.values.user_data).toBe(SCRIPT);
  expect(none?.values.user_data).toBeNull();
  expect(other?.values.user_data).toBe(HASH);
  expect(shown.values.root_module.child_modules[0]?.resources[0]?.values.user_data).toBe(SCRIPT);
});

test("nothing else of it changes, and the state that was given does not either", () => {
  const hashed = (text: string) => text.replaceAll(JSON.stringify(SCRIPT), JSON.stringify(HASH));
  expect(hashed(JSON.stringify(shown))).toBe(JSON.stringify(STATE));
  expect(STATE.values.root_module.resources[0]?.values.user_data).toBe(HASH);
});

test("the topology then reads the script, which a state alone does not contain", () => {
  const scriptIn = (state: unknown) =>
    readTopology(state).servers.find(({ address }) => address === "aws_instance.a")?.userData;
  expect(scriptIn(STATE)).toMatchObject({ why: "the state contains only its hash" });
  expect(scriptIn(shown)).toBe(SCRIPT);
});

test("zones that the rehearsal created empty are shown as resources, in modules too; others stay data sources", () => {
  const looksUp = {
    ...STATE,
    values: {
      root_module: {
        resources: [zone("data.aws_route53_zone.zone", "Z1"), zone("data.aws_route53_zone.other", "Z2")],
        child_modules: [{ address: "module.m", resources: [zone("module.m.data.aws_route53_zone.zone", "Z1")] }],
      },
    },
  };
  const { root_module } = (servedState(looksUp, { instances: [], zones }) as typeof looksUp).values;
  const all = [...root_module.resources, ...(root_module.child_modules[0]?.resources ?? [])];
  expect(all.map(({ mode, address }) => [mode, address])).toEqual([
    ["managed", "aws_route53_zone.zone"],
    ["data", "data.aws_route53_zone.other"],
    ["managed", "module.m.aws_route53_zone.zone"],
  ]);
});
