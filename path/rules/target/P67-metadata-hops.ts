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
      observed: `1, but the boot script starts containers (${what}), which are one hop further away`,
      required: "2, if a container uses the instance's metadata or credentials",
      symptom: 'NoCredentialProviders or "Unable to locate credentials" in the container, and errors that follow',
      fix: fix("Allow two hops for metadata responses.", "no prop sets it; override it if the containers need it", [
        setting(server.settingsAddress, "metadata_options.http_put_response_hop_limit", 2),
      ]),
    });
  }
};

export const P67: Rule = {
  id: "P67",
  hop: "target",
  title: "containers cannot reach the instance metadata service",
  certainty: ["likely"],
  why:
    "If the instance metadata service requires tokens (IMDSv2), its response to a token request can travel only as " +
    "many network hops as the instance allows. A container with its own network is one hop further away, so with a " +
    "limit of 1 it gets no token, and no credentials of the instance's role. The finding is a warning because not " +
    "every container needs them.",
  symptom: 'NoCredentialProviders or "Unable to locate credentials" in the container',
  symptoms: ["502", "unhealthy"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: { targets: checkHopLimit },
};
