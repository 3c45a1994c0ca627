import { serveFor } from "../../../cli/rehearsing/serve-for";
import { readSite, type Site } from "../../../rehearsal/site";
import { sendRequests } from "../../../rehearsal/traffic";
import { checkBy, type PlanFacts, type StepResult } from "../../../rehearsal/walkthrough";
import { type AppliedSite, applySite } from "../../support/applied-site";
import { AUTHORITY_FOLDER } from "../../support/served-site";
import { accountOf, SPOILT_STEPS, type SpoiltStep } from "../../support/spoilt-steps";

/*
 * What a client receives from the applied site, and from a clone of it from which something was taken away: the state
 * is refreshed there and served.
 */

jest.setTimeout(600_000);

const PLAN: PlanFacts = { added: 30, driftedAddresses: [] };
const BY_TRAFFIC = ["2", "4", "5.1-2", "5.3", "5.4", "5.5", "5.6", "6", "7", "8"];
const NAMES = ["www.example.com", "example.com", "any-name.shop.example.com", "www.example.net"];

let applied: AppliedSite;
let site: Site;

beforeAll(async () => {
  applied = await applySite("site-with-more");
  site = await readSite(applied.localAws.endpoint, applied.expected);
});

afterAll(() => applied?.stop());

/** The rows that traffic decides, without what AWS's API returns. */
async function rowsBy(spoil: SpoiltStep["spoil"], change = (state: string) => state): Promise<Map<string, StepResult>> {
  const clone = await applied.localAws.clone();
  try {
    await spoil(accountOf(clone, site));
    const state = change(JSON.stringify(await applied.stateOn(clone)));
    const sent = await sendRequests(
      serveFor("state of the clone", { authorityFolder: AUTHORITY_FOLDER }),
      JSON.parse(state),
      applied.expected,
    );
    const rows = checkBy({ sent, notApplied: "AWS's API is not asked" }, applied.expected, PLAN);
    return new Map(rows.flatMap((row) => (BY_TRAFFIC.includes(row.id) ? [[row.id, row] as const] : [])));
  } finally {
    await clone.stop();
  }
}

function spoilt(what: string): SpoiltStep["spoil"] {
  const found = SPOILT_STEPS.find((it) => it.what === what);
  if (found === undefined) throw new Error(`no step is spoilt by "${what}"`);
  return found.spoil;
}

test("the applied site answers as declared, and each row says what came back", async () => {
  const rows = await rowsBy(() => Promise.resolve());
  expect(Object.fromEntries([...rows].map(([id, { verdict, observed }]) => [id, `${verdict}: ${observed}`]))).toEqual({
    "2": "ok: by traffic: NGINX answered 200 for /health on each of 2",
    "4": "ok: by traffic: 2 of 2 healthy by real health checks",
    "5.1-2": `ok: by traffic: its name resolves, and http://${applied.expected.balancerDnsName}/ returned 301`,
    "5.3": "ok: by traffic: a client's packets reached port 80 and port 443, and returned",
    "5.4": "ok: by traffic: a client's packets reached port 80 and port 443, and returned",
    "5.5": "ok: by traffic: HTTP:80 and HTTPS:443 answered",
    "5.6": `ok: by traffic: verified for ${NAMES.join(", ")} (TLSv1.3)`,
    "6": `ok: by traffic: 200 from each of 2 targets for ${NAMES.map((name) => `https://${name}/`).join(", ")}`,
    "7": `ok: by traffic: ${NAMES.map((name) => `${name} resolves to the load balancer`).join(", ")}`,
    "8":
      "ok: by traffic: http://www.example.com/ returned 301 to https://www.example.com:443/, which returned 200; the " +
      "same for 3 more",
  });
});

test.each<[step: string, what: string, observed: RegExp]>([
  ["2", "an instance's NGINX does not know the health check's path", /aws_instance\S+: 404 for \/health/],
  ["2", "an instance is terminated", /health checks are sent to 1 of 2 instances/],
  ["4", "the health check's port is closed to the load balancer", /0 of 2 targets are healthy.*Target\.Timeout/],
  ["4", "a target is deregistered", /1 of 2 targets are healthy/],
  ["5.3", "the public subnets have no way to the internet", /port (80|443) does not answer: .*(route|internet)/i],
  ["5.4", "443 is closed", /port 443 does not answer: .*security_group/],
  ["5.5", "the HTTPS listener is gone", /port 443 does not answer: .*no listener on port 443/],
  ["6", "HTTPS answers 503", /https:\/\/www\.example\.com\/ and 3 more: 503/],
  ["6", "all targets are deregistered", /no target is healthy.*: 503/],
  ["7", "the domain's alias is gone", /www\.example\.com does not resolve \(no A record\)/],
  ["7", "a wildcard's alias is gone", /any-name\.shop\.example\.com does not resolve \(NXDOMAIN\)/],
  [
    "8",
    "port 80 redirects for the time being",
    /www\.example\.com\/ and 3 more: must be 301 to HTTPS with the same host \(got 302/,
  ],
  ["8", "port 80 serves the site", /www\.example\.com\/ .*must be 301 to HTTPS with the same host \(got 200\)/],
])("step %s: the client notices when %s", async (step, what, observed) => {
  const row = (await rowsBy(spoilt(what))).get(step);
  expect(row?.verdict).toBe("broken");
  expect(row?.observed).toMatch(observed);
});

test("step 5.1-2: without the load balancer, nothing can be served, and no row is ok", async () => {
  const rows = await rowsBy(spoilt("the load balancer is gone"));
  expect([...rows.values()].filter(({ verdict }) => verdict === "ok")).toEqual([]);
});

// The local AWS cannot change the names of a certificate.
test("step 5.6: the client notices when the certificate has other names", async () => {
  const names = { domain_name: "www.example.org", subject_alternative_names: ["www.example.org"] };
  const renamed = (state: string) =>
    JSON.stringify(
      JSON.parse(state, (_name, it: { type?: string; values?: object } | null) =>
        it?.type === "aws_acm_certificate" ? { ...it, values: { ...it.values, ...names } } : it,
      ),
    );
  const row = (await rowsBy(() => Promise.resolve(), renamed)).get("5.6");
  expect(row?.verdict).toBe("broken");
  expect(row?.observed).toContain(
    "www.example.com and 3 more: the TLS handshake failed with ERR_TLS_CERT_ALTNAME_INVALID",
  );
});
