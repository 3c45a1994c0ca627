import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Rehearsal, type RehearsalResult } from "../cli/rehearsal-run";
import type { SynthesizedStack } from "../cli/synthesize";
import { terraformEnvironment } from "../cli/terraform-environment";
import type { LocalAws } from "../rehearsal/local-aws";
import type { WebStackProps } from "../constructs/web-stack-props";
import { asFewStacks } from "./support/combinations";
import { CACHE, RehearsalRoom, runStages } from "./support/rehearsal-room";
import { IS_EXHAUSTIVE } from "./support/sample";
import { writeApp } from "./support/synth";

/* A site that stands is edited: each edit applies on a clone of it, leaves every step well, and plans again without a change. */

const ALL_MS = 15 * 60_000;
jest.setTimeout(ALL_MS);

const domainName = "www.example.com";
const STANDING: WebStackProps = { domainName, alternativeNames: ["example.com"] };
const EACH: Readonly<Record<string, WebStackProps>> = {
  "a further name": { ...STANDING, alternativeNames: ["example.com", "shop.example.com"] },
  "a wildcard in place of a name": { ...STANDING, alternativeNames: ["*.example.com"] },
  "a third zone and a third instance": { domainName, network: { zones: 3 }, instances: { count: 3 } },
  "another app port and health check": { domainName, appPort: 8080, healthCheck: { path: "/up" } },
  "HTTP forwarded, another TLS policy, tags": { domainName, http: "forward", tlsPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06", tags: { team: "web" } },
  "another network range": { domainName, network: { cidr: "10.9.0.0/16" } },
  "another domain name": { domainName: "shop.example.com", alternativeNames: ["example.com"] },
};
/** Each by itself: npm run test:exhaustive. */
const EDITS = IS_EXHAUSTIVE ? EACH : asFewStacks(EACH);

let room: RehearsalRoom;
const clones: LocalAws[] = [];
let results: Readonly<Record<string, Promise<RehearsalResult>>>;

beforeAll(async () => {
  room = await RehearsalRoom.open();
  await room.localAws.seed({ region: "us-east-1", hostedZones: [{ name: "example.com" }], buckets: ["alb-web-rehearsal-state"] });
  await build("standing", STANDING, room.localAws, "apply");
  // The clones are made before any of them is worked on.
  for (const _ of Object.keys(EDITS)) clones.push(await room.localAws.clone());
  results = Object.fromEntries(Object.entries(EDITS).map(([name, props], index) => {
    const result = build(`edit-${index}`, { ...STANDING, ...props }, clones[index]!, "second plan");
    result.catch(() => undefined); // told by the test that awaits it
    return [name, result];
  }));
});

afterAll(async () => {
  await Promise.allSettled(Object.values(results ?? {}));
  for (const clone of clones) await clone.stop();
  await room?.close();
});

test.each(Object.keys(EDITS))("%s", async (name) => {
  const { steps } = await results[name]!;
  expect(steps.filter(({ verdict }) => verdict !== "ok")).toEqual([]);
});

async function build(name: string, props: WebStackProps, localAws: LocalAws, last: string): Promise<RehearsalResult> {
  const folder = join(room.folder, name);
  mkdirSync(folder);
  const rehearsal = new Rehearsal({
    stack: stackOf(props, join(folder, "synthesized")), localAws, terraform: room.terraform,
    env: await terraformEnvironment(CACHE, localAws.endpoint), folder: join(folder, "work"), signal: new AbortController().signal,
  });
  await rehearsal.init();
  await runStages(rehearsal, last);
  return rehearsal.result();
}

function stackOf(props: WebStackProps, folder: string): SynthesizedStack {
  mkdirSync(folder);
  writeApp(folder, { web: props });
  const text = readFileSync(join(folder, "stacks", "web", "cdk.tf.json"), "utf8");
  return { id: "web", folder: join(folder, "stacks", "web"), text, json: JSON.parse(text) as SynthesizedStack["json"] };
}
