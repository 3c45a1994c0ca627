import { known } from "../../../topology/value";
import { usesContainers } from "../../analysis/boot-scripts/containers";
import { targetsByServer } from "../../analysis/targets/targets-by-server";
import { fix, setting } from "../../fixes/fix";
import type { Rule, TargetCheck } from "../rule";

const checkHopLimit: TargetCheck = ({ targets }, report) => {
  for (const server of targetsByServer(targets).keys()) {
    const { httpTokens, hopLimit } = server.metadataOptions ?? {};
    if (known(httpTokens) !== "required" || known(hopLimit) !== 1) continue;
    const what = usesContainers(known(server.userData) ?? "");
    if (what === undefined) continue;
    report.finding({
      address: server.settingsAddress,
      attribute: "metadata_options.http_put_response_hop_limit",
      observed: `1, while the boot script starts containers (${what}), which are one hop further away`,
      required: "2, where a container asks for the instance's metadata or its credentials",
      symptom: 'NoCredentialProviders or "Unable to locate credentials" in the container, and what follows from it',
      fix: fix("Let the metadata's answer go two hops.", "no prop sets it: override it where the containers need it", [
        setting(server.settingsAddress, "metadata_options.http_put_response_hop_limit", 2),
      ]),
    });
  }
};

export const P67: Rule = {
  id: "P67",
  hop: "target",
  title: "containers cannot reach the instance's metadata",
  certainty: ["likely"],
  why:
    "Where the metadata service requires tokens (IMDSv2), its answer to the request for a token may travel only as " +
    "many network hops as the instance allows. A container with a network of its own is one hop further away, so " +
    "with a limit of 1 it gets no token, and no credentials of the instance's role. A warning: not every container " +
    "asks.",
  symptom: 'NoCredentialProviders or "Unable to locate credentials" in the container',
  symptoms: ["502", "unhealthy"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: { targets: checkHopLimit },
};
