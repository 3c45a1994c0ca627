import fc from "fast-check";
import type { SynthesizedJson } from "../mutants/mutant";
import {
  type Arguments,
  alias,
  type Blocks,
  certificate,
  fixedResponse,
  forwardTo,
  group,
  ifHeader,
  ifHost,
  ifMethod,
  ifPath,
  ifQuery,
  ifSource,
  listener,
  networkAcl,
  openToClients,
  record,
  recordOf,
  redirectTo,
  rule,
  site,
} from "../serve-cases/site";
import { MISTAKES, type Mistake } from "./serve-mistakes";

/* Random sites, correct ones and ones with mistakes, to compare a trace of them with what `serve` answers. */

export interface GeneratedSite {
  readonly document: SynthesizedJson;
  /** What is special about the site, mistakes aside. */
  readonly features: Features;
  /** The mistakes that were put in, by their names in {@link MISTAKES}; none in a correct site. */
  readonly mistakes: readonly string[];
}

/** Further target groups have their own instances, ports and rules. */
interface ExtraGroup {
  readonly port: number;
  readonly count: number;
  readonly condition: (typeof CONDITIONS)[number];
  readonly action: "forward" | "redirect" | "fixed" | "weighted";
}

interface Features {
  readonly hosts: readonly string[];
  /** Of port 80 and 443. */
  readonly listeners: "redirect" | "forward" | "HTTPS only" | "HTTP only";
  readonly alternativePort: 8080 | 8443 | undefined;
  readonly port: number;
  readonly count: number;
  readonly healthCheck: { readonly path?: string; readonly matcher?: string } | undefined;
  readonly healthPort: number | undefined;
  readonly isSticky: boolean;
  readonly groups: readonly ExtraGroup[];
  /** Two target groups behind the default action, with these weights. */
  readonly weights: readonly [number, number] | undefined;
  readonly placement: "private" | "public";
  readonly securityGroups: "single rules" | "classic rules" | "inline";
  readonly certificates: "one" | "list";
  readonly records: "alias" | "CNAME";
  readonly acl: "none" | "public" | "private";
  readonly policy: string;
  readonly balancer: Arguments;
}

const HOSTS = ["www.example.com", "example.com", "api.example.com", "shop.example.com", "*.apps.example.com"];

const POLICIES = [
  "ELBSecurityPolicy-TLS13-1-2-2021-06",
  "ELBSecurityPolicy-TLS13-1-3-2021-06",
  "ELBSecurityPolicy-2016-08",
  "ELBSecurityPolicy-FS-1-2-Res-2020-10",
];

const CONDITIONS = [
  [ifPath("/api/*")],
  [ifPath("/img/*", "/static/?.css")],
  [ifPath("/admin"), ifMethod("POST", "PUT")],
  [ifHost("api.example.com")],
  [ifHost("*.apps.example.com"), ifPath("/v1/*")],
  [ifHeader("X-Version", "2*")],
  [ifQuery({ key: "preview", value: "true" })],
  [ifSource("192.0.2.0/24")],
] as const;

/** Attributes of the load balancer that change requests, and not whether they arrive. */
const ATTRIBUTES: readonly Arguments[] = [
  {},
  {},
  { enable_http2: false },
  { drop_invalid_header_fields: true },
  { preserve_host_header: true },
  { xff_header_processing_mode: "preserve" },
  { xff_header_processing_mode: "remove" },
  { enable_xff_client_port: true, idle_timeout: 120 },
];

const mostly = <T>(usual: T, ...others: readonly T[]) =>
  fc.oneof({ arbitrary: fc.constant(usual), weight: 3 }, ...others.map((it) => fc.constant(it)));

const extraGroup: fc.Arbitrary<ExtraGroup> = fc.record({
  port: fc.constantFrom(80, 3000, 9000),
  count: fc.integer({ min: 1, max: 2 }),
  condition: fc.constantFrom(...CONDITIONS),
  action: fc.constantFrom("forward", "forward", "redirect", "fixed", "weighted"),
});

const features: fc.Arbitrary<Features> = fc.record({
  hosts: fc.shuffledSubarray(HOSTS, { minLength: 1, maxLength: 3 }),
  listeners: mostly<Features["listeners"]>("redirect", "forward", "HTTPS only", "HTTP only"),
  alternativePort: mostly<Features["alternativePort"]>(undefined, 8080, 8443),
  port: fc.constantFrom(80, 8000, 3000),
  count: fc.integer({ min: 1, max: 4 }),
  healthCheck: fc.constantFrom(
    undefined,
    { path: "/healthz" },
    { path: "/up?deep=1", matcher: "200-299" },
    { matcher: "200,301" },
  ),
  healthPort: mostly<number | undefined>(undefined, 8081),
  isSticky: fc.boolean(),
  // Of two rules with the same conditions, the second is never reached.
  groups: fc.uniqueArray(extraGroup, { maxLength: 2, selector: ({ condition }) => condition }),
  weights: mostly<readonly [number, number] | undefined>(undefined, [1, 1], [0, 5], [9, 1]),
  placement: mostly<Features["placement"]>("private", "public"),
  securityGroups: fc.constantFrom("single rules", "classic rules", "inline"),
  certificates: mostly<Features["certificates"]>("one", "list"),
  records: mostly<Features["records"]>("alias", "CNAME"),
  acl: mostly<Features["acl"]>("none", "public", "private"),
  policy: fc.constantFrom(...POLICIES),
  balancer: fc.constantFrom(...ATTRIBUTES),
});

const indexOf = (kind: Mistake["kind"]) =>
  fc.constantFrom(...[...MISTAKES.keys()].filter((index) => MISTAKES[index]?.kind === kind));

const mistake = fc.record({
  index: fc.oneof({ arbitrary: indexOf("prevents"), weight: 3 }, { arbitrary: indexOf("hides"), weight: 2 }),
  /** Which of several places the mistake is at. */
  place: fc.nat({ max: 7 }),
});

/** A third is correct; most others have one mistake, some have two. */
export const generatedSites: fc.Arbitrary<GeneratedSite> = fc
  .tuple(
    features,
    fc.oneof(
      { arbitrary: fc.constant([]), weight: 7 },
      { arbitrary: fc.array(mistake, { minLength: 1, maxLength: 1 }), weight: 9 },
      { arbitrary: fc.array(mistake, { minLength: 2, maxLength: 2 }), weight: 4 },
    ),
  )
  .map(([chosen, drawn]) => generated(chosen, drawn));

function generated(
  chosen: Features,
  drawn: readonly { readonly index: number; readonly place: number }[],
): GeneratedSite {
  const document = correctSite(chosen);
  const mistakes = drawn.flatMap(({ index, place }) => {
    const drawnMistake = MISTAKES[index];
    return drawnMistake?.put(document, place) === true ? [drawnMistake.name] : [];
  });
  for (const [type, named] of Object.entries(document.resource))
    if (Object.keys(named).length === 0) delete document.resource[type];
  // At the end, so that a mistake only has to know one way to write a rule.
  writeRulesAs(chosen.securityGroups, document);
  return { document, features: chosen, mistakes };
}

/** A site with these features and without a mistake. */
function correctSite(chosen: Features): SynthesizedJson {
  const { hosts, count, port, healthCheck, healthPort, balancer } = chosen;
  const listed = chosen.certificates === "list" ? hosts.slice(1) : [];
  return site({
    hosts: hosts.filter((host) => !listed.includes(host)),
    web: {
      count,
      port,
      healthPort,
      healthCheck: {
        ...healthCheck,
        ...(healthPort !== undefined && { port: String(healthPort) }),
      },
      arguments: chosen.isSticky ? { stickiness: [{ type: "lb_cookie", cookie_duration: 600 }] } : {},
    },
    with: [
      ...listed.map((host) => ({ [recordOf(host)]: alias(host) })),
      ...listed.map((host, index) => listedCertificate(`more_${index}`, host, chosen)),
      ...(chosen.records === "CNAME" ? hosts.map(cnameOf) : []),
      ...chosen.groups.map((it, index) => extraRule(it, index)),
      ...(chosen.weights === undefined ? [] : [group("green", { port })]),
      ...alternativeListener(chosen),
      aclFor(chosen),
    ],
    change: {
      "aws_lb.web": balancer,
      ...listenerChanges(chosen),
      ...(chosen.placement === "public" && placedInPublic(chosen)),
    },
    without: withoutFor(chosen, listed.length),
  });
}

function defaultAction({ weights }: Features): Arguments {
  return weights === undefined ? forwardTo("web") : forwardTo({ web: weights[0], green: weights[1] });
}

function listenerChanges(chosen: Features): Blocks {
  const https = { ...listener(443, defaultAction(chosen)), ssl_policy: chosen.policy };
  const http = listener(
    80,
    chosen.listeners === "redirect" || chosen.listeners === "HTTPS only"
      ? redirectTo({ port: "443", protocol: "HTTPS" })
      : defaultAction(chosen),
  );
  return { "aws_lb_listener.http": http, "aws_lb_listener.https": https };
}

/** What a site with fewer listeners does not have. */
function withoutFor(chosen: Features, listedCertificates: number): string[] {
  if (chosen.listeners === "HTTPS only")
    return ["aws_lb_listener.http", "aws_vpc_security_group_ingress_rule.clients_80"];
  // Rules and further certificates are the HTTPS listener's.
  const needsHttps = chosen.alternativePort === 8443 || chosen.groups.length > 0 || listedCertificates > 0;
  return chosen.listeners !== "HTTP only" || needsHttps
    ? []
    : [
        "aws_lb_listener.https",
        "aws_vpc_security_group_ingress_rule.clients_443",
        ...Object.keys(certificate("web", chosen.hosts)),
      ];
}

/** A further certificate of every HTTPS listener. */
function listedCertificate(label: string, host: string, { alternativePort }: Features): Blocks {
  const certificate_arn = `\${aws_acm_certificate_validation.${label}.certificate_arn}`;
  return {
    ...certificate(label, [host]),
    [`aws_lb_listener_certificate.${label}`]: { listener_arn: "${aws_lb_listener.https.arn}", certificate_arn },
    ...(alternativePort === 8443 && {
      [`aws_lb_listener_certificate.alternative_${label}`]: {
        listener_arn: "${aws_lb_listener.alternative.arn}",
        certificate_arn,
      },
    }),
  };
}

/** DNS does not allow a CNAME at the apex. */
function cnameOf(host: string): Blocks {
  return host === "example.com" ? {} : { [recordOf(host)]: record(host, "CNAME", ["${aws_lb.web.dns_name}"]) };
}

function extraRule({ port, count, condition, action }: ExtraGroup, index: number): Blocks {
  const name = index === 0 ? "first" : "second";
  const priority = 10 * (index + 1);
  if (action === "redirect")
    return rule(name, priority, condition, redirectTo({ host: "www.example.net", path: `/moved/${index}` }));
  if (action === "fixed") return rule(name, priority, condition, fixedResponse(index === 0 ? 403 : 200, "fixed"));
  const to = action === "weighted" ? { [name]: 3, web: 1 } : name;
  return { ...group(name, { port, count }), ...rule(name, priority, condition, forwardTo(to)) };
}

function alternativeListener(chosen: Features): Blocks[] {
  const { alternativePort: port } = chosen;
  if (port === undefined) return [];
  return [{ "aws_lb_listener.alternative": listener(port, defaultAction(chosen)) }, openToClients(port)];
}

/** A network ACL that lets pass what the site needs. */
function aclFor({ acl, port, healthPort, groups, alternativePort }: Features): Blocks {
  const everything = [{ number: 300, allow: true }];
  if (acl === "none") return {};
  const ports = [port, healthPort, ...groups.map((it) => it.port)].flatMap((it) => it ?? []);
  return acl === "public"
    ? networkAcl("public", {
        ingress: [
          { number: 100, allow: true, ports: [80, 443] },
          { number: 110, allow: true, ports: [1024, 65_535] },
          ...(alternativePort === undefined
            ? []
            : [{ number: 120, allow: true, ports: [alternativePort, alternativePort] as const }]),
          // Instances may be in these subnets, too.
          ...[...new Set(ports)].map((it, index) => ({
            number: 130 + index,
            allow: true,
            ports: [it, it] as const,
            cidr: "10.0.0.0/16",
          })),
        ],
        egress: everything,
      })
    : networkAcl("private", {
        ingress: [{ number: 90, allow: false, ports: [22, 22] }, ...everything],
        egress: [{ number: 100, allow: true, ports: [1024, 65_535], cidr: "10.0.0.0/16" }],
      });
}

function placedInPublic({ count }: Features): Blocks {
  return Object.fromEntries(
    [..."abcd"].slice(0, count).map((letter, index) => [
      `aws_instance.web_${letter}`,
      {
        subnet_id: `\${aws_subnet.public_${index % 2 === 0 ? "a" : "b"}.id}`,
        associate_public_ip_address: true,
      },
    ]),
  );
}

/** Writes the single rules of security groups in an older way. */
function writeRulesAs(style: Features["securityGroups"], { resource }: SynthesizedJson): void {
  if (style === "single rules") return;
  for (const direction of ["ingress", "egress"] as const) {
    const type = `aws_vpc_security_group_${direction}_rule`;
    for (const [name, single] of Object.entries(resource[type] ?? {})) {
      const { security_group_id: of, ip_protocol: protocol, from_port, to_port } = single;
      const { referenced_security_group_id: peer, cidr_ipv4: cidr } = single;
      const [, owner = ""] = /^\$\{aws_security_group\.(\w+)\.id\}$/.exec(String(of)) ?? [];
      const ports = { protocol, from_port, to_port };
      if (style === "classic rules" || resource.aws_security_group?.[owner] === undefined)
        (resource.aws_security_group_rule ??= {})[name] = {
          type: direction,
          security_group_id: of,
          ...ports,
          ...(peer === undefined ? { cidr_blocks: [cidr] } : { source_security_group_id: peer }),
        };
      // Two groups that name each other inline would be a cycle, so the rules of targets stay on their own.
      else if (owner === "alb" && direction === "egress" && peer !== undefined) continue;
      else {
        const own = resource.aws_security_group[owner] as Record<string, unknown>;
        own[direction] = [...((own[direction] as object[] | undefined) ?? []), inlineOf(ports, peer, cidr)];
      }
      delete resource[type]?.[name];
    }
    if (Object.keys(resource[type] ?? {}).length === 0) delete resource[type];
  }
}

/** JSON requires all arguments of such a block. */
function inlineOf(ports: Arguments, peer: unknown, cidr: unknown): Arguments {
  return {
    description: null,
    ...ports,
    cidr_blocks: peer === undefined ? [cidr] : null,
    ipv6_cidr_blocks: null,
    prefix_list_ids: null,
    security_groups: peer === undefined ? null : [peer],
    self: null,
  };
}
