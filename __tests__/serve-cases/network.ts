import type { ServeCase } from "./serve-case";
import { networkAcl, openToClients, site } from "./site";

/* Security groups, network ACLs and routes: which packets arrive. */

const GROUPS = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html";
const GROUP_RULES = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html";
const OF_BALANCERS =
  "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-update-security-groups.html";
const ACLS = "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html";
const ACL_RULES = "https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html";
const ERRORS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html";
const GATEWAYS = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html";

const WEB = "aws_lb_target_group.web";
const CLIENT = "203.0.113.7";
const get = { request: { url: "https://www.example.com/" } };
const never = (...address: readonly string[]) => ({ neverAnswered: { hop: "listener" as const, address } });

const EPHEMERAL = [1024, 65_535] as const;
/** What a load balancer needs in its subnets: clients, responses of targets; responses to clients, targets. */
const BALANCER_IN = { number: 200, allow: true, ports: EPHEMERAL, cidr: "10.0.0.0/16" };
const BALANCER_OUT = { number: 200, allow: true, ports: [80, 80] as const, cidr: "10.0.0.0/16" };

export const NETWORK: readonly ServeCase[] = [
  // Security groups
  {
    name: "a client outside the CIDR block of the load balancer's security group is never answered",
    source: `${ERRORS}#client-cannot-connect`,
    says: "The load balancer's security group must allow inbound traffic from the clients on the listener port.",
    file: site({ with: [openToClients(443, "198.51.100.0/24")] }),
    client: CLIENT,
    ask: get,
    expect: never("aws_security_group.alb"),
  },
  {
    name: "a client in the CIDR block of the load balancer's security group is answered",
    source: GROUP_RULES,
    says: "The source of an inbound rule can be a range of addresses in CIDR notation.",
    file: site({ with: [openToClients(443, "198.51.100.0/24")] }),
    client: "198.51.100.20",
    ask: get,
    expect: { status: 200, group: WEB },
  },
  {
    name: "a listener whose port the security group does not allow is never answered",
    source: `${ERRORS}#client-cannot-connect`,
    says: "The security group must allow inbound traffic on the listener ports.",
    file: site({ without: ["aws_vpc_security_group_ingress_rule.clients_443"] }),
    verdict: "broken",
    client: CLIENT,
    ask: get,
    expect: never("aws_security_group.alb"),
  },
  {
    name: "the other listener's port is still open",
    source: GROUP_RULES,
    says: "A rule allows the ports of its range only, and each rule on its own.",
    file: site({ without: ["aws_vpc_security_group_ingress_rule.clients_443"] }),
    verdict: "broken",
    client: CLIENT,
    ask: { request: { url: "http://www.example.com/" } },
    expect: { status: 301, headers: { location: "https://www.example.com:443/" } },
  },
  {
    name: "a range of ports includes those between",
    source: GROUP_RULES,
    says: "The ports of a rule can be a range, such as 7000-8000.",
    file: site({
      change: { "aws_vpc_security_group_ingress_rule.clients_443": { from_port: 400, to_port: 500 } },
    }),
    client: CLIENT,
    ask: get,
    expect: { status: 200, group: WEB },
  },
  {
    name: "responses need no rule, as security groups are stateful",
    source: GROUPS,
    says: "Responses to allowed inbound traffic may leave, regardless of outbound rules.",
    file: site(),
    client: CLIENT,
    ask: get,
    expect: { status: 200, group: WEB, hop: "target" },
  },
  {
    name: "a load balancer whose security group does not allow packets to its targets responds with 504",
    source: OF_BALANCERS,
    says: "The load balancer's security group must allow outbound traffic to the instances' port.",
    file: site({ without: ["aws_vpc_security_group_egress_rule.to_web_80"] }),
    verdict: "broken",
    ask: get,
    expect: { status: 504, hop: "target", cause: "aws_security_group.alb" },
  },
  {
    name: "targets that allow the load balancer's subnets instead of its group are reached",
    source: GROUP_RULES,
    says: "The source of a rule can be a security group or a CIDR block.",
    file: site({
      change: {
        "aws_vpc_security_group_ingress_rule.web_80": {
          referenced_security_group_id: undefined,
          cidr_ipv4: "10.0.0.0/23",
        },
      },
    }),
    ask: get,
    expect: { status: 200, group: WEB },
  },
  {
    name: "targets that allow another security group only are not reached",
    source: GROUP_RULES,
    says: "A rule whose source is a security group allows traffic from what that group is associated with.",
    file: site({
      change: {
        "aws_vpc_security_group_ingress_rule.web_80": {
          referenced_security_group_id: "${aws_security_group.web.id}",
        },
      },
    }),
    verdict: "broken",
    ask: get,
    expect: { status: 504, hop: "target", cause: "aws_security_group.web" },
  },

  // Network ACLs
  {
    name: "a network ACL with what a load balancer needs lets requests pass",
    source: `${ERRORS}#target-not-inservice`,
    says: "The subnets of the load balancer need ephemeral ports inbound, and targets and ephemeral ports outbound.",
    file: site({
      with: [
        networkAcl("public", {
          ingress: [{ number: 100, allow: true, ports: [80, 443] }, BALANCER_IN],
          egress: [{ number: 100, allow: true, ports: EPHEMERAL }, BALANCER_OUT],
        }),
      ],
    }),
    client: CLIENT,
    ask: get,
    expect: { status: 200, group: WEB },
  },
  {
    name: "a network ACL without the ephemeral ports outbound never lets a response leave",
    source: ACLS,
    says: "Network ACLs are stateless: responses to allowed inbound traffic are not automatically allowed.",
    file: site({
      with: [
        networkAcl("public", {
          ingress: [{ number: 100, allow: true, ports: [80, 443] }, BALANCER_IN],
          egress: [{ number: 100, allow: true, ports: [443, 443] }, BALANCER_OUT],
        }),
      ],
    }),
    verdict: "broken",
    client: CLIENT,
    ask: get,
    expect: never("aws_network_acl.public"),
  },
  {
    name: "a network ACL denies what no entry allows",
    source: "https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html",
    says: "The last entry, whose number is an asterisk, denies a packet that matches no other one.",
    file: site({
      with: [
        networkAcl("public", {
          ingress: [{ number: 100, allow: true, ports: [80, 80] }, BALANCER_IN],
          egress: [{ number: 100, allow: true }],
        }),
      ],
    }),
    verdict: "broken",
    client: CLIENT,
    ask: get,
    expect: never("aws_network_acl.public"),
  },
  {
    name: "a lower number that denies the client comes before the one that allows everybody",
    source: ACL_RULES,
    says: "As soon as an entry matches, it applies regardless of higher-numbered ones that contradict it.",
    file: site({
      with: [
        networkAcl("public", {
          ingress: [
            { number: 90, allow: false, ports: [443, 443], cidr: "203.0.113.0/24" },
            { number: 100, allow: true },
          ],
          egress: [{ number: 100, allow: true }],
        }),
      ],
    }),
    client: CLIENT,
    ask: get,
    expect: never("aws_network_acl.public"),
  },
  {
    name: "a denied neighbor does not concern another client",
    source: ACL_RULES,
    says: "An entry applies to its CIDR block; other addresses go on to the next number.",
    file: site({
      with: [
        networkAcl("public", {
          ingress: [
            { number: 90, allow: false, ports: [443, 443], cidr: "203.0.113.0/24" },
            { number: 100, allow: true },
          ],
          egress: [{ number: 100, allow: true }],
        }),
      ],
    }),
    client: "198.51.100.20",
    ask: get,
    expect: { status: 200, group: WEB },
  },
  {
    name: "a higher number that denies comes too late",
    source: ACL_RULES,
    says: "Entries are evaluated from the lowest number; the first that matches is applied.",
    file: site({
      with: [
        networkAcl("public", {
          ingress: [
            { number: 100, allow: true },
            { number: 110, allow: false, cidr: "203.0.113.0/24" },
          ],
          egress: [{ number: 100, allow: true }],
        }),
      ],
    }),
    client: CLIENT,
    ask: get,
    expect: { status: 200, group: WEB },
  },
  {
    name: "a network ACL that keeps the targets' responses from leaving is a 504",
    source: `${ERRORS}#http-504-issues`,
    says: "504: the network ACL did not allow traffic from the targets to the load balancer on the ephemeral ports.",
    file: site({
      with: [
        networkAcl("private", {
          ingress: [{ number: 100, allow: true, ports: [80, 80] }],
          egress: [{ number: 100, allow: true, ports: [443, 443] }],
        }),
      ],
    }),
    verdict: "broken",
    ask: get,
    expect: { status: 504, hop: "target", cause: "aws_network_acl.private" },
  },
  {
    name: "a network ACL is not evaluated for packets within a subnet",
    source: ACLS,
    says: "Entries are evaluated when traffic enters and leaves a subnet, not as it is routed within it.",
    file: site({
      with: [
        networkAcl("public", {
          ingress: [
            { number: 90, allow: true, ports: [443, 443] },
            // In the load balancer's other subnet, the responses of the instance in this one.
            { number: 100, allow: true, ports: EPHEMERAL, cidr: "10.0.0.0/23" },
            { number: 110, allow: true, ports: [80, 80], cidr: "10.0.1.0/24" },
          ],
          egress: [{ number: 100, allow: true }],
        }),
      ],
      web: { count: 1 },
      change: { "aws_instance.web_a": { subnet_id: "${aws_subnet.public_a.id}" } },
      without: ["aws_lb_listener.http"],
    }),
    client: CLIENT,
    ask: get,
    expect: { status: 200, group: WEB },
  },

  // Routes
  {
    name: "a load balancer whose subnets have no route to an internet gateway is never answered",
    source: `${ERRORS}#client-cannot-connect`,
    says: "An internet-facing load balancer needs public subnets, which have a route to the internet gateway.",
    file: site({ without: ["aws_route.internet"] }),
    verdict: "broken",
    client: CLIENT,
    ask: get,
    expect: never("aws_route_table.public"),
  },
  {
    name: "subnets without an association use the main route table, which has only the local route",
    source: "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html",
    says: "A subnet that is not explicitly associated with a route table uses the VPC's main one.",
    file: site({
      without: ["aws_route_table_association.public_a", "aws_route_table_association.public_b"],
    }),
    verdict: "broken",
    client: CLIENT,
    ask: get,
    expect: never("aws_vpc.main", "aws_subnet.public_a", "aws_subnet.public_b"),
  },
  {
    name: "a route to the internet gateway for other addresses does not lead back to the client",
    source: GATEWAYS,
    says: "Traffic for the internet leaves by a route whose destination includes it, such as 0.0.0.0/0.",
    file: site({ change: { "aws_route.internet": { destination_cidr_block: "8.0.0.0/8" } } }),
    verdict: "broken",
    client: CLIENT,
    ask: get,
    expect: never("aws_route_table.public", "aws_route.internet"),
  },
  {
    name: "an internal load balancer is never answered from the internet",
    source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
    says: "An internal load balancer has private addresses only, and takes requests from clients with VPC access.",
    file: site({ change: { "aws_lb.web": { internal: true } } }),
    verdict: "broken",
    client: CLIENT,
    ask: { request: { ...get.request, to: "aws_lb.web" } },
    expect: { neverAnswered: { hop: ["dns", "listener"], address: "aws_lb.web" } },
  },
  {
    name: "an internal load balancer is answered in its VPC",
    source: "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
    says: "The nodes of an internal load balancer have private addresses, for clients with access to the VPC.",
    file: site({ change: { "aws_lb.web": { internal: true } } }),
    verdict: "broken",
    client: "10.0.10.77",
    ask: get,
    expect: { status: 200, group: WEB },
  },
];
