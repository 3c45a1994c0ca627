import type { Listener, Topology } from "../../../topology/model";
import { known } from "../../../topology/value";
import { madeListeners, ownCertificates } from "../../analysis/requests/listeners";
import { fix, setting } from "../../fixes/fix";
import { certificateArn } from "../../fixes/listener-repairs";
import type { FileReporter, FindingDetails, Rule } from "../rule";

export const P19: Rule = {
  id: "P19",
  hop: "listener",
  title: "an HTTPS listener has no default certificate",
  certainty: ["apply"],
  why:
    "An HTTPS listener terminates TLS, so it needs a default certificate. Clients get it if no other certificate " +
    "covers the name. AWS refuses to create an HTTPS listener without one, and additional certificates can be added " +
    "only to a listener that has a default one.",
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
        : "an HTTPS listener with additional certificates, but no default certificate",
    required: "certificate_arn with an issued certificate",
    symptom: P19.symptom,
    fix: fix(
      `Set certificate_arn of ${address} to the ARN of an issued certificate.`,
      "set certificate: { arn }, or omit it to request one; remove the override",
      arn === undefined ? [] : [setting(address, "certificate_arn", arn)],
    ),
  };
}
