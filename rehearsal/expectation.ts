import { aliasNamesOf, literalText, literalTexts, regionOf, resourcesOf, type StackJson } from "./stack-files";

/** What the stack declares and terraform's outputs name; the checks hold AWS's answers against it. */
export interface Expectation {
  readonly region: string;
  /** Whether the stack holds the site itself, or as yet only its zone. */
  readonly hasSite: boolean;
  /** Every name that the site answers to. */
  readonly names: readonly string[];
  /** Whether the stack requests its certificate, or uses one that is there, however that was validated. */
  readonly requestsCertificate: boolean;
  /** The zone that the stack creates, if it does. */
  readonly createdZone?: string;
  readonly nameServers?: readonly string[];
  readonly appPort: number;
  readonly healthCheckPort: number;
  readonly healthCheckPath: string;
  readonly http: "redirect" | "forward";
  readonly isPublic: boolean;
  /** Whether the instances boot the stack's own NGINX. */
  readonly hasNginx: boolean;
  readonly targetGroupArn?: string;
  readonly balancerDnsName?: string;
  readonly instanceIds: readonly string[];
  readonly instanceCount: number;
}

/** terraform's outputs, as `terraform output -json` gives them. */
export type Outputs = Readonly<Record<string, { readonly value: unknown }>>;

/** Reads what is expected from the stack's JSON, and from the outputs what only AWS knows. */
export function expectationOf(stack: StackJson, outputs: Outputs): Expectation {
  const only = (type: string) => resourcesOf(stack, type)[0]?.arguments ?? {};
  const targetGroup = only("aws_lb_target_group");
  const check = blockOf(targetGroup.health_check);
  const appPort = Number(targetGroup.port ?? 80);
  const port80 = resourcesOf(stack, "aws_lb_listener").find((it) => it.arguments.port === 80);
  const instances = resourcesOf(stack, "aws_instance");
  return {
    region: regionOf(stack),
    hasSite: resourcesOf(stack, "aws_lb").length > 0,
    names: namesIn(stack),
    requestsCertificate: resourcesOf(stack, "aws_acm_certificate").length > 0,
    createdZone: literalText(only("aws_route53_zone").name),
    nameServers: textsOf(outputs.name_servers?.value),
    appPort,
    healthCheckPort: Number.isInteger(Number(check.port)) ? Number(check.port) : appPort,
    healthCheckPath: String(check.path ?? "/"),
    http: blockOf(port80?.arguments.default_action).type === "redirect" ? "redirect" : "forward",
    isPublic: instances.some((it) => it.arguments.associate_public_ip_address === true),
    hasNginx: instances.some((it) => String(it.arguments.user_data).includes("NGINX_CONF")),
    targetGroupArn: textsOf(outputs.target_group_arn?.value)?.[0],
    balancerDnsName: textsOf(outputs.load_balancer_dns_name?.value)?.[0],
    instanceIds: textsOf(outputs.instance_ids?.value) ?? [],
    instanceCount: instances.length,
  };
}

/**
 * From the site's URL, the certificate and the alias records together, so that none of them can be missing unnoticed.
 */
function namesIn(stack: StackJson & { output?: { site_url?: { value?: string } } }): string[] {
  const url = stack.output?.site_url?.value;
  const certified = resourcesOf(stack, "aws_acm_certificate").flatMap(({ arguments: it }) =>
    [it.domain_name, it.subject_alternative_names].flatMap(literalTexts),
  );
  return [...new Set([...(url === undefined ? [] : [new URL(url).hostname]), ...certified, ...aliasNamesOf(stack)])];
}

/** A nested block stands in the JSON as an object or as a list of one. */
function blockOf(value: unknown): Readonly<Record<string, unknown>> {
  const block: unknown = Array.isArray(value) ? value[0] : value;
  return typeof block === "object" && block !== null ? (block as Record<string, unknown>) : {};
}

function textsOf(value: unknown): string[] | undefined {
  return value === undefined ? undefined : (Array.isArray(value) ? value : [value]).map(String);
}
