import { plainName } from "./dns";
import * as expected from "./expected";
import type { Certificate, CertificateUse } from "./model";
import { partOf } from "./part";
import type { Resource, Source } from "./source";
import { Unknown } from "./value";

export function certificatesOf(source: Source): Certificate[] {
  const validations = new Map<string, string[]>();
  for (const validation of source.ofType("aws_acm_certificate_validation")) {
    const arn = validation.fields.text("certificate_arn", expected.CERTIFICATE);
    if (typeof arn === "string") validations.set(arn, [...(validations.get(arn) ?? []), validation.address]);
  }
  const beside = usedBeside(source);
  return source
    .ofType("aws_acm_certificate", "data.aws_acm_certificate", "aws_iam_server_certificate")
    .map((it): Certificate => {
      const arn = it.identity("arn");
      const isImported =
        it.type === "aws_iam_server_certificate" ||
        it.isConfigured("private_key") ||
        it.isConfigured("certificate_body");
      const domain = plainName(it.fields.text(it.isData ? "domain" : "domain_name"));
      const others = it.fields.list("subject_alternative_names");
      // Only the body of an imported certificate contains its names.
      const open =
        domain instanceof Unknown
          ? domain
          : isImported
            ? new Unknown(it.address, "certificate_body", "its names are in the certificate itself")
            : others.open;
      const lifecycle = it.fields.block("lifecycle");
      return {
        ...partOf(it),
        arn,
        names: {
          items: [
            ...new Set([
              ...(typeof domain === "string" ? [domain] : []),
              ...others.items.map((name) => name.toLowerCase()),
            ]),
          ],
          ...(open !== undefined && { open }),
        },
        validationMethod: isImported ? "NONE" : it.fields.text("validation_method"),
        keyAlgorithm: it.fields.text("key_algorithm"),
        status: it.fields.text("status"),
        createBeforeDestroy: lifecycle?.flag("create_before_destroy"),
        validations: typeof arn === "string" ? (validations.get(arn) ?? []) : [],
        usedBeside: typeof arn === "string" && beside.has(arn),
      };
    });
}

/** Other resources that serve a name with a certificate. */
const OTHER_USERS = [
  "aws_api_gateway_domain_name",
  "aws_apigatewayv2_domain_name",
  "aws_appsync_domain_name",
  "aws_cognito_user_pool_domain",
  "aws_apprunner_custom_domain_association",
];

function usedBeside(source: Source): ReadonlySet<string> {
  const others = source.ofType(...OTHER_USERS).map(({ fields }) => fields);
  const blocks = [
    ...source.ofType("aws_cloudfront_distribution").flatMap(({ fields }) => fields.blocks("viewer_certificate").items),
    ...others,
    ...others.flatMap((fields) => fields.blocks("domain_name_configuration").items),
  ];
  const arns = blocks.flatMap((it) =>
    ["acm_certificate_arn", "certificate_arn", "regional_certificate_arn"].map((name) =>
      it.text(name, expected.CERTIFICATE),
    ),
  );
  return new Set(arns.filter((arn) => typeof arn === "string"));
}

/** A certificate of a listener or of an `aws_lb_listener_certificate`. */
export function certificateUse(resource: Resource): CertificateUse | undefined {
  const arn = resource.fields.text("certificate_arn", expected.CERTIFICATE);
  if (arn === undefined) return undefined;
  const through = [...resource.fields.through("certificate_arn", expected.CERTIFICATE)];
  const isOf = (type: string) => through.some((address) => new RegExp(`(^|\\.)${type}\\.[^.]+$`).test(address));
  // Other dependencies may be the author's own way to wait.
  const waits = resource.dependsOn.some((it) =>
    /^(module\.|aws_acm_certificate_validation\.|null_resource\.|time_sleep\.|terraform_data\.)/.test(it),
  );
  const via =
    isOf("aws_acm_certificate_validation") || (waits && through.length > 0)
      ? "validation"
      : isOf("aws_acm_certificate")
        ? "certificate"
        : undefined;
  return { arn, address: resource.address, ...(via !== undefined && { via }) };
}
