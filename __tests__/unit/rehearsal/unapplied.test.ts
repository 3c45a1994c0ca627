import type { WebStackProps } from "../../../constructs/props/web-stack-props";
import type { StackJson, SynthesizedStack } from "../../../rehearsal/stack-files";
import { UnappliedRehearsal } from "../../../rehearsal/unapplied";
import { type SmallSite, serveSmall, WELL } from "../../support/small-site";
import { synthOf } from "../../support/synth";

const WHY = "terraform is missing";

function stackOf(props: Partial<WebStackProps>, change: (json: StackJson) => StackJson = (it) => it): SynthesizedStack {
  const json = change(synthOf({ domainName: "www.example.com", ...props } as WebStackProps) as unknown as StackJson);
  return { id: "web", folder: "", text: JSON.stringify(json), json };
}

async function rehearsed(stack: SynthesizedStack, site?: Partial<SmallSite>) {
  const serve = site === undefined ? undefined : () => serveSmall({ ...WELL, ...site });
  const rehearsal = new UnappliedRehearsal({ stack, why: WHY, serve });
  const done: string[] = [];
  for (const { title, run } of rehearsal.stages()) done.push(`${title}: ${await run(() => undefined)}`);
  const { steps, verdict } = rehearsal.result();
  return { done, verdict, rows: new Map(steps.map((it) => [it.id, it])) };
}

test("the synthesized stack is traced and served, and what needs an apply is unknown and says why", async () => {
  const { done, verdict, rows } = await rehearsed(stackOf({}), {});
  expect(done).toEqual([expect.stringMatching(/^trace the synthesized stack: /), "send requests: nothing broken"]);
  expect(verdict).toBe("unknown");
  const verdicts = Object.fromEntries([...rows.values()].map((it) => [it.id, it.verdict]));
  const byTraffic = {
    "2": "ok",
    "4": "ok",
    "5.3": "ok",
    "5.4": "ok",
    "5.5": "ok",
    "5.6": "ok",
    "6": "ok",
    "7": "ok",
    "8": "ok",
  };
  const needApply = ["0a", "0b", "0c", "1a", "1b", "3", "5.1-2", "5.7", "trace"].map((id) => [id, "unknown"]);
  expect(verdicts).toEqual({ ...byTraffic, ...Object.fromEntries(needApply) });
  for (const id of ["0a", "0b", "0c", "1a", "1b", "3", "5.7"])
    expect(rows.get(id)?.observed).toBe(`not applied: ${WHY}`);
  expect(rows.get("5.1-2")?.observed).toBe("by traffic: the load balancer's name is assigned by an apply");
  expect(rows.get("trace")?.observed).toMatch(/^the synthesized stack is .*; there is no plan and no state$/);
});

test("it is broken if a client notices it", async () => {
  const { done, verdict, rows } = await rehearsed(stackOf({}), { https: 503 });
  expect(done.at(-1)).toBe("send requests: broken: 6, 8");
  expect(verdict).toBe("broken");
  expect(rows.get("6")?.verdict).toBe("broken");
});

test("it is broken if the trace of the synthesized stack is", async () => {
  const stack = stackOf({}, (json) => {
    const rules = Object.entries(json.resource?.aws_vpc_security_group_ingress_rule ?? {}).map(([name, rule]) => [
      name,
      rule.referenced_security_group_id === undefined ? rule : { ...rule, from_port: 8080, to_port: 8080 },
    ]);
    return { ...json, resource: { ...json.resource, aws_vpc_security_group_ingress_rule: Object.fromEntries(rules) } };
  });
  const { verdict, rows } = await rehearsed(stack, {});
  expect(verdict).toBe("broken");
  expect(rows.get("trace")?.observed).toMatch(/^the synthesized stack is broken \(P33 at /);
});

test("without a server for requests, everything is unknown", async () => {
  const { done, verdict, rows } = await rehearsed(stackOf({}));
  expect(done).toHaveLength(1);
  expect(verdict).toBe("unknown");
  expect([...rows.values()].filter((it) => it.verdict !== "unknown")).toEqual([]);
});

test("a stack without a site is neither served nor traced in a row", async () => {
  const { done, rows } = await rehearsed(stackOf({ hostedZone: { create: true, delegated: false } }), {});
  expect(done).toHaveLength(1);
  expect([...rows.keys()]).toEqual(["0b", "5.7", "site"]);
});
