import { TLS_12_POLICIES } from "../../../path/facts/elb";
import { isPublicHostName, isServableName } from "../domain-names";
import { domainNameAdvice, servableNameAdvice } from "../host-name-advice";
import { type Fault, flag, idText, issuesOf, list, object, oneOf, oneOfMany, text, whole } from "../values";
import type { WebStackProps } from "../web-stack-props";
import { accept } from "./accept-schema";
import { awsRegion } from "./aws-region-schema";
import { backend, backendIssues } from "./backend-schema";
import { BUCKET_ADVICE, isBucketName } from "./bucket-names-schema";
import { healthCheck } from "./health-check-schema";
import { instances, ssh } from "./instances-schema";
import { certificate, hostedZone } from "./names-schema";
import { network } from "./network-schema";
import { port } from "./ports-schema";
import { server } from "./server-schema";
import { tags } from "./tags-schema";

const props = object<WebStackProps>(
  { domainName: text(isPublicHostName, domainNameAdvice) },
  {
    region: awsRegion(),
    alternativeNames: list(
      text(isServableName, servableNameAdvice),
      0,
      9,
      "must be a list of at most 9 different names; a certificate holds 10",
    ),
    hostedZone,
    certificate,
    network,
    appPort: port(),
    healthCheck,
    instances,
    server,
    http: oneOf(["redirect", "forward"]),
    tlsPolicy: oneOfMany(TLS_12_POLICIES, "a TLS policy of ELB that begins at TLS 1.2 or later"),
    ssh,
    idleTimeoutSec: whole(1, 4000, " of seconds"),
    deregistrationDelaySec: whole(0, 3600, " of seconds"),
    accessLogsBucket: idText(isBucketName, BUCKET_ADVICE),
    disposable: flag(),
    tags,
    backend,
    accept,
  },
);

/** Every prop by itself: unknown names, wrong types, values outside their limits. */
export function schemaFaults(input: unknown): Fault[] {
  const issues = [...issuesOf(props, input, ""), ...backendIssues(input)];
  const first = new Map(issues.map((fault) => [fault.prop, fault]).reverse() as [string, Fault][]);
  return issues.filter((fault) => first.get(fault.prop) === fault);
}
