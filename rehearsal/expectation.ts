import { aliasNamesOf, literalText, literalTexts, regionOf, resourcesOf, type StackJson } from "./stack-files";

/** What the stack declares and terraform outputs; the checks compare AWS's responses with it. */
export interface Expectation {
  readonly region: string;
  /** Whether the stack contains the site, and not only its zone. */
  readonly hasSite: boolean;
  /** Every name of the site. */
  readonly names: readonly string[];
  /** Whether the stack requests its certificate; otherwise it uses an existing one, however that was validated. */
  readonly requestsCertificate: boolean;
  /** The zone that the stack creates, if it creates one. */
  readonly createdZone?: string;
  readonly nameServers?: readonly string[];
  readonly appPort: number;
  readonly healthCheckPort: number;
  readonly healthCheckPath: string;
  /** The longest time until health checks have decided whether a target is healthy. */
  readonly healthDecidedAfterSec: number;
  readonly http: "redirect" | "forward";
  readonly isPublic: boolean;
  /** Whether the instances run the stack's own NGINX. */
  readonly hasNginx: boolean;
  readonly targetGroupArn?: string;
  readonly balancerDnsName?: string;
  readonly instanceIds: readonly string[];
  readonly instanceCount: number;
}

/** terraform's outputs, as `terraform output -json` prints them. */
export type Outputs = Readonly<Record<string, { readonly value: unknown }>>;

/** Reads the expectation from the stack's JSON, and values that AWS assigns from the outputs. */
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
    healthDecidedAfterSec: decidedAfter(check),
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
 * The names in the site's URL, the certificate and the alias records together, so that a missing one is noticed.
 */
function namesIn(stack: StackJson & { output?: { site_url?: { value?: string } } }): string[] {
  const url = stack.output?.site_url?.value;
  const certified = resourcesOf(stack, "aws_acm_certificate").flatMap(({ arguments: it }) =>
    [it.domain_name, it.subject_alternative_names].flatMap(literalTexts),
  );
  return [...new Set([...(url === undefined ? [] : [new URL(url).hostname]), ...certified, ...aliasNamesOf(stack)])];
}

/** With the provider's defaults for what the block does not contain. */
function decidedAfter({
  interval = 30,
  healthy_threshold = 3,
  unhealthy_threshold = 3,
}: Record<string, unknown>): number {
  return Number(interval) * Math.max(Number(healthy_threshold), Number(unhealthy_threshold));
}

/** A nested block, which is an object or a list of one object in the JSON. */
function blockOf(value: unknown): Readonly<Record<string, unknown>> {
  const block: unknown = Array.isArray(value) ? value[0] : value;
  return typeof block === "object" && block !== null ? (block as Record<string, unknown>) : {};
}

function textsOf(value: unknown): string[] | undefined {
  return value === undefined ? undefined : (Array.isArray(value) ? value : [value]).map(String);
}
