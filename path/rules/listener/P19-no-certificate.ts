import type { Listener, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { madeListeners, ownCertificates } from "../../analysis/requests/listeners";
import { fix, setting } from "../../fixes/fix";
import { certificateArn } from "../../fixes/listener-repairs";
import type { FileReporter, FindingDetails, Rule } from "../rule";

export const P19: Rule = {
  id: "P19",
  hop: "listener",
  title: "an HTTPS listener has no certificate",
  certainty: ["apply"],
  why:
    "An HTTPS listener ends TLS itself, so it needs a default certificate, which clients get whose name no other " +
    "certificate covers. AWS creates no HTTPS listener without one; further certificates can only be added to a " +
    "listener that has a default one.",
  symptom: "the apply fails: ValidationError, a certificate must be specified for HTTPS listeners",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html",
  needs: [],
  review: { effect: "fails" },
  check: { file: hasACertificate },
};

function hasACertificate(topology: Topology, report: FileReporter): void {
  for (const balancer of topology.balancers)
    for (const listener of madeListeners(balancer))
      if (known(listener.protocol)?.toUpperCase() === "HTTPS" && ownCertificates(listener).length === 0)
        report.finding(findingOf(topology, listener), [balancer]);
}

function findingOf(topology: Topology, { address, certificates }: Listener): FindingDetails {
  const further = certificates.filter(({ arn }) => arn !== "");
  const arn = certificateArn(topology, "") ?? known(further[0]?.arn);
  return {
    address,
    attribute: "certificate_arn",
    observed:
      further.length === 0
        ? "an HTTPS listener without a certificate"
        : "an HTTPS listener with further certificates, but no default one",
    required: "certificate_arn with an issued certificate",
    symptom: P19.symptom,
    fix: fix(
      `Give ${address} the ARN of an issued certificate.`,
      "certificate: { arn }, or none, so that one is requested; remove the override",
      arn === undefined ? [] : [setting(address, "certificate_arn", arn)],
    ),
  };
}
