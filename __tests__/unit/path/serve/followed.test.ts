import { readFileSync } from "node:fs";
import { join } from "node:path";
import { followed } from "../../../../path/serve/followed";
import { siteOf } from "../../../../path/serve/site";
import { readTopology } from "../../../../topology/topology";
import { PROJECT } from "../../../support/project";

/* Where the redirects of a URL lead: printed commands connect there on this machine, and never to the real names. */

const PLAN = readFileSync(join(PROJECT, "docs/examples/broken.json"), "utf8");

/** The blocks of a resource's values; the configuration has expressions in their place. */
function changed(blocks: unknown, to: Record<string, unknown>): unknown {
  return Array.isArray(blocks) && typeof blocks[0]?.port === "string" ? blocks.map((it) => ({ ...it, ...to })) : blocks;
}

/** The origins of each URL of the example, whose HTTP listener redirects to HTTPS unless it is changed. */
function origins(redirect: Record<string, unknown> = {}): Record<string, string[]> {
  const plan = JSON.parse(PLAN, (key, value) => (key === "redirect" ? changed(value, redirect) : value));
  const site = siteOf(readTopology(plan));
  return Object.fromEntries(
    site.urls.map((it) => [it.url.href, followed(it, site, "203.0.113.10").map(({ url }) => url.origin)]),
  );
}

const OWN = "web-0000000001.us-east-1.elb.amazonaws.com";

it("follows the redirect of each name to the HTTPS listener of its load balancer", () => {
  expect(origins()).toEqual({
    "http://www.example.com/": ["http://www.example.com", "https://www.example.com"],
    "https://www.example.com/": ["https://www.example.com"],
    [`http://${OWN}/`]: [`http://${OWN}`, `https://${OWN}`],
  });
});

it("follows a redirect to another name of the file", () => {
  expect(origins({ host: "www.example.com" })[`http://${OWN}/`]).toEqual([`http://${OWN}`, "https://www.example.com"]);
});

it.each([
  ["a name that the file does not contain", { host: "www.example.org" }],
  ["a port without a listener", { port: "8443" }],
])("does not follow a redirect to %s", (_what, redirect) => {
  expect(origins(redirect)["http://www.example.com/"]).toEqual(["http://www.example.com"]);
});

it("ends at a loop", () => {
  expect(origins({ protocol: "HTTP", port: "80" })["http://www.example.com/"]).toEqual(["http://www.example.com"]);
});
