import { serveFor } from "../../../cli/rehearsing/serve-for";
import type { StackJson } from "../../../rehearsal/stack-files";
import { UnappliedRehearsal } from "../../../rehearsal/unapplied";
import type { StepResult } from "../../../rehearsal/walkthrough";
import { COMBINATIONS } from "../../support/combinations";
import { AUTHORITY_FOLDER } from "../../support/served-site";
import { synthOf } from "../../support/synth";

/* Each combination of props, synthesized and served: a client receives what the stack declares. */

/** Without an apply, the load balancer's name is not known. */
const BY_TRAFFIC = ["2", "4", "5.3", "5.4", "5.5", "5.6", "6", "7", "8"];
const WITH_SITE = Object.entries(COMBINATIONS).filter(([, { hostedZone }]) => hostedZone?.delegated !== false);

async function rowsOf(props: (typeof COMBINATIONS)[string]): Promise<StepResult[]> {
  const json = synthOf(props) as unknown as StackJson;
  const stack = { id: "web", folder: "", text: JSON.stringify(json), json };
  const serve = serveFor("stack web", { authorityFolder: AUTHORITY_FOLDER });
  const rehearsal = new UnappliedRehearsal({ stack, why: "it is not tried", serve });
  for (const { run } of rehearsal.stages()) await run(() => undefined);
  return rehearsal.result().steps.filter(({ id }) => BY_TRAFFIC.includes(id));
}

test.each(WITH_SITE)("%s: each row by traffic is ok, and names what is assumed", async (_name, props) => {
  const rows = await rowsOf(props);
  expect(rows.map(({ id }) => id)).toEqual(BY_TRAFFIC);
  expect(rows.filter(({ verdict }) => verdict !== "ok")).toEqual([]);
  const assumed = rows.flatMap(({ id, observed }) => (observed.includes("assumed") ? [id] : []));
  const { server, network, certificate } = props;
  const isElsewhere = network !== undefined && "vpcId" in network;
  // NGINX itself answers the health check in front of an app.
  if (server !== undefined && "userData" in server) expect(assumed).toEqual(["2", "4", "6", "8"]);
  // The names of a certificate that the account has are not in the file.
  else if (certificate !== undefined) expect(assumed).toEqual(["5.6", "6", "8"]);
  else if (isElsewhere || server !== undefined) expect(assumed).toEqual(["6", "8"]);
  else expect(assumed).toEqual([]);
});
