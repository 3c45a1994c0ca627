import { readFileSync } from "node:fs";
import { join } from "node:path";
import { review } from "../../../../path/review/review";
import type { Effect } from "../../../../path/review/review-report";
import { FIXTURES } from "../../../support/project";
import { created, destroyed, type Planned, planOf, replaced, SITE, type Values } from "../../../support/standing-site";

/* An outage is that nobody is answered at some declared URL, whatever share of a path each of the findings hits. */

const caseOf = (name: string): unknown =>
  JSON.parse(readFileSync(join(FIXTURES, "cases", name, "plan.json"), "utf8")) as unknown;
const withValues = (changes: Readonly<Record<string, Values>>): Record<string, Values> => ({
  ...SITE,
  ...Object.fromEntries(Object.entries(changes).map(([address, values]) => [address, { ...SITE[address], ...values }])),
});
const HTTPS = SITE["aws_lb_listener.https"]?.arn;

describe("redirects between two names", () => {
  test("that lead to the one which answers are no effect", () => {
    expect(review(caseOf("23-apex-www")).report).toMatchObject({
      effect: "none",
      summary: "New site: no error found on its path, and no existing traffic is affected.",
    });
  });

  test("that lead in a circle on all URLs are an outage, though one finding names one rule", () => {
    expect(review(caseOf("23-apex-www__loop")).report).toMatchObject({
      effect: "outage",
      summary: "Outage: the new site is unreachable because redirects form a loop.",
      causes: [{ address: "aws_lb_listener_rule.apex", effect: "outage" }],
    });
  });
});

/** A group for each instance, and a rule in each. */
const OWN_GROUPS = withValues({
  "aws_security_group.a": { id: "sg-a", name: "a", vpc_id: "vpc-1", ingress: [], egress: [] },
  "aws_security_group.b": { id: "sg-b", name: "b", vpc_id: "vpc-1", ingress: [], egress: [] },
  "aws_vpc_security_group_ingress_rule.a": {
    id: "sgr-a",
    security_group_id: "sg-a",
    ip_protocol: "tcp",
    from_port: 80,
    to_port: 80,
    referenced_security_group_id: "sg-alb",
  },
  "aws_vpc_security_group_ingress_rule.b": {
    id: "sgr-b",
    security_group_id: "sg-b",
    ip_protocol: "tcp",
    from_port: 80,
    to_port: 80,
    referenced_security_group_id: "sg-alb",
  },
  "aws_vpc_security_group_egress_rule.alb": { referenced_security_group_id: null, cidr_ipv4: "10.0.0.0/16" },
  "aws_instance.a": { vpc_security_group_ids: ["sg-a"] },
  "aws_instance.b": { vpc_security_group_ids: ["sg-b"] },
});
/** What only some paths lead to takes its requests on another port. */
const OWN_PORT = withValues({
  "aws_lb_target_group.api": { port: 8080 },
  "aws_vpc_security_group_ingress_rule.api": {
    ...SITE["aws_vpc_security_group_ingress_rule.web"],
    id: "sgr-5",
    from_port: 8080,
    to_port: 8080,
  },
  "aws_vpc_security_group_egress_rule.api": {
    ...SITE["aws_vpc_security_group_egress_rule.alb"],
    id: "sgr-6",
    from_port: 8080,
    to_port: 8080,
  },
});
const OFFICE = withValues({
  "aws_vpc_security_group_ingress_rule.office": {
    ...SITE["aws_vpc_security_group_ingress_rule.https"],
    id: "sgr-6",
    cidr_ipv4: "203.0.113.0/24",
  },
});
const { "aws_vpc_security_group_ingress_rule.https": _everyone, ...FOR_OFFICE } = OFFICE;
/** What only requests with a header lead to. */
const OF_HEADER = {
  ...OWN_PORT,
  "aws_lb_listener_rule.api": {
    ...SITE["aws_lb_listener_rule.api"],
    condition: [{ http_header: [{ http_header_name: "X-Beta", values: ["*"] }] }],
  },
};
const acl = (id: string, subnet: string): Values => ({
  id,
  vpc_id: "vpc-1",
  subnet_ids: [subnet],
  ingress: [{ rule_no: 100, action: "allow", protocol: "-1", from_port: 0, to_port: 0, cidr_block: "0.0.0.0/0" }],
  egress: [{ rule_no: 100, action: "allow", protocol: "-1", from_port: 0, to_port: 0, cidr_block: "0.0.0.0/0" }],
});
const OWN_ACLS = withValues({
  "aws_network_acl.a": acl("acl-a", "subnet-a"),
  "aws_network_acl.b": acl("acl-b", "subnet-b"),
});
const shutAcl: Planned = {
  set: {
    ingress: [{ rule_no: 100, action: "deny", protocol: "-1", from_port: 0, to_port: 0, cidr_block: "0.0.0.0/0" }],
  },
};
const elsewhere: Planned = { set: { from_port: 81, to_port: 81 } };
/** With nothing else that listens. */
const {
  "aws_lb_listener.https": _https,
  "aws_lb_listener_rule.api": _api,
  "aws_lb_listener_rule.old": _old,
  "aws_lb_target_group.api": _group,
  "aws_lb_target_group_attachment.api": _one,
  "aws_lb_target_group_attachment.api-b": _other,
  ...REST
} = SITE;
const ONE_LISTENER: Record<string, Values> = {
  ...REST,
  "aws_lb_listener.http": {
    ...SITE["aws_lb_listener.http"],
    default_action: SITE["aws_lb_listener.https"]?.default_action,
  },
};
const loopAt = (condition: unknown): Planned =>
  created({
    listener_arn: HTTPS,
    priority: 5,
    condition: [condition],
    action: [
      {
        type: "redirect",
        order: 1,
        redirect: [
          {
            protocol: "HTTP",
            port: "80",
            host: "#{host}",
            path: "/#{path}",
            query: "#{query}",
            status_code: "HTTP_301",
          },
        ],
      },
    ],
  });

test.each<[string, Record<string, Planned>, Effect, Record<string, Values>?]>([
  [
    "the group of each of two targets is shut",
    { "aws_vpc_security_group_ingress_rule.a": elsewhere, "aws_vpc_security_group_ingress_rule.b": elsewhere },
    "outage",
    OWN_GROUPS,
  ],
  [
    "the group of one of two targets is shut",
    { "aws_vpc_security_group_ingress_rule.a": elsewhere },
    "brief",
    OWN_GROUPS,
  ],
  [
    "one of two targets in one group is asked on a port that is shut",
    { "aws_lb_target_group_attachment.a": { ...replaced("port", { port: 81 }) } },
    "brief",
  ],
  [
    "the port of all targets is shut, and only those of some paths are left",
    { "aws_vpc_security_group_ingress_rule.web": elsewhere },
    "outage",
    OWN_PORT,
  ],
  [
    "the port of what only some paths lead to is shut",
    { "aws_vpc_security_group_ingress_rule.api": elsewhere },
    "brief",
    OWN_PORT,
  ],
  [
    "the network ACL of each of the load balancer's subnets is shut",
    { "aws_network_acl.a": shutAcl, "aws_network_acl.b": shutAcl },
    "outage",
    OWN_ACLS,
  ],
  [
    "the network ACL of one of the load balancer's subnets is shut",
    { "aws_network_acl.a": shutAcl },
    "brief",
    OWN_ACLS,
  ],
  [
    "the only listener speaks HTTP/1.1 to a group that takes HTTP/2",
    {
      "aws_lb_target_group.web": {
        actions: ["create", "delete"],
        set: { protocol_version: "HTTP2", name: "web-2" },
        forcedBy: [["protocol_version"]],
      },
    },
    "outage",
    ONE_LISTENER,
  ],
  [
    "a name's every request is led in a circle",
    { "aws_lb_listener_rule.loop": loopAt({ host_header: [{ values: ["www.example.com"] }] }) },
    "outage",
  ],
  [
    "the requests of some paths are led in a circle",
    { "aws_lb_listener_rule.loop": loopAt({ path_pattern: [{ values: ["/legacy/*"] }] }) },
    "brief",
  ],
  [
    "only those with some header have a target left",
    { "aws_vpc_security_group_ingress_rule.web": elsewhere },
    "outage",
    OF_HEADER,
  ],
  [
    "only those with some header have none",
    { "aws_vpc_security_group_ingress_rule.api": elsewhere },
    "brief",
    OF_HEADER,
  ],
  [
    "clients over IPv6 have no answer",
    { "aws_route53_record.www6": created({ ...SITE["aws_route53_record.www"], type: "AAAA" }) },
    "brief",
  ],
  [
    "only one office gets to a port that was open to everyone",
    { "aws_vpc_security_group_ingress_rule.https": { set: { cidr_ipv4: "203.0.113.0/24" } } },
    "brief",
  ],
  [
    "half of all clients get to a port that was open to everyone",
    { "aws_vpc_security_group_ingress_rule.https": { set: { cidr_ipv4: "0.0.0.0/1" } } },
    "brief",
  ],
  [
    "the rule for everyone goes, and one for an office stays",
    { "aws_vpc_security_group_ingress_rule.https": destroyed() },
    "brief",
    OFFICE,
  ],
  [
    "a port was open to an office, and is open to everyone",
    { "aws_vpc_security_group_ingress_rule.office": { set: { cidr_ipv4: "0.0.0.0/0" } } },
    "none",
    FOR_OFFICE,
  ],
  [
    "everyone has two rules, and one is destroyed",
    { "aws_vpc_security_group_ingress_rule.https": destroyed() },
    "none",
    withValues({
      "aws_vpc_security_group_ingress_rule.low": {
        ...SITE["aws_vpc_security_group_ingress_rule.https"],
        id: "sgr-7",
        cidr_ipv4: "0.0.0.0/1",
      },
      "aws_vpc_security_group_ingress_rule.high": {
        ...SITE["aws_vpc_security_group_ingress_rule.https"],
        id: "sgr-8",
        cidr_ipv4: "128.0.0.0/1",
      },
    }),
  ],
  [
    "no target group that the listener forwards to has a weight",
    {
      "aws_lb_listener.https": {
        set: {
          default_action: [
            {
              type: "forward",
              order: 1,
              forward: [
                {
                  target_group: [
                    { arn: SITE["aws_lb_target_group.web"]?.arn, weight: 0 },
                    { arn: SITE["aws_lb_target_group.api"]?.arn, weight: 0 },
                  ],
                },
              ],
            },
          ],
        },
      },
    },
    "unknown",
  ],
  [
    "a rule sends its requests to a host that is in no record",
    {
      "aws_lb_listener_rule.api": {
        set: {
          action: [
            {
              type: "redirect",
              order: 1,
              redirect: [
                {
                  protocol: "HTTPS",
                  port: "443",
                  host: "api.example.net",
                  path: "/#{path}",
                  query: "#{query}",
                  status_code: "HTTP_302",
                },
              ],
            },
          ],
        },
      },
    },
    "unknown",
  ],
  [
    "a rule sends its requests to the site itself",
    {
      "aws_lb_listener_rule.api": {
        set: {
          action: [
            {
              type: "redirect",
              order: 1,
              redirect: [
                {
                  protocol: "HTTPS",
                  port: "443",
                  host: "#{host}",
                  path: "/",
                  query: "#{query}",
                  status_code: "HTTP_302",
                },
              ],
            },
          ],
        },
      },
    },
    "none",
  ],
  ["a listener of a URL goes", { "aws_lb_listener.http": destroyed() }, "outage"],
])("where %s", (_, changes, effect, site = SITE) => {
  const { report } = review(planOf(changes, site));
  expect([report.effect, review(planOf({}, site)).report.effect]).toEqual([effect, "none"]);
});
