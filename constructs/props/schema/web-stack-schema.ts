import { TLS_12_POLICIES } from "../../../path/facts/elb";
import { isPublicHostName, isServableName } from "../domain-names";
import { domainNameAdvice, servableNameAdvice } from "../host-name-advice";
import { flag, idText, issuesOf, list, object, oneOf, oneOfMany, type PropError, text, whole } from "../values";
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
      "must be a list of at most 9 different names; a certificate has at most 10 names by default",
    ),
    hostedZone,
    certificate,
    network,
    appPort: port(),
    healthCheck,
    instances,
    server,
    http: oneOf(["redirect", "forward"]),
    tlsPolicy: oneOfMany(
      TLS_12_POLICIES,
      "an Elastic Load Balancing security policy whose lowest version is TLS 1.2 or later",
    ),
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

/** The errors of each prop on its own: unknown names, wrong types, values outside their limits. */
export function schemaErrors(input: unknown): PropError[] {
  const issues = [...issuesOf(props, input, ""), ...backendIssues(input)];
  const first = new Map(issues.map((error) => [error.prop, error]).reverse() as [string, PropError][]);
  return issues.filter((error) => first.get(error.prop) === error);
}
