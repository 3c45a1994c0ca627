import { isPublicHostName } from "../domain-names";
import { zoneNameAdvice } from "../host-name-advice";
import { flag, idText, object, text } from "../values";
import type { CertificateProps, HostedZoneProps } from "../web-stack-props";

export const hostedZone = object<HostedZoneProps>(
  {},
  {
    name: text(isPublicHostName, zoneNameAdvice),
    // The AWS CLI prints it with the prefix.
    id: idText(
      (it) => /^(\/hostedzone\/)?Z[A-Z0-9]{5,31}$/.test(it),
      'must be the id of a Route 53 hosted zone, such as "Z0123456789ABCDEFGHIJ"',
    ),
    create: flag(),
    delegated: flag(),
  },
);

export const certificate = object<CertificateProps>(
  {
    arn: idText(
      (it) => /^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[\w-]+$/.test(it),
      'must be the ARN of an ACM certificate in the form "arn:aws:acm:<region>:<account>:certificate/<id>"',
    ),
  },
  {},
);
