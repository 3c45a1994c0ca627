import type { Finding, Hop } from "./report";

/* The failure modes that a trace knows, by their stable ids. */

/**
 * How sure a row is: `apply`, AWS refuses it; `certain`, requests fail; `plan`, terraform itself refuses it; `likely`, often but not always
 * wrong, which makes it a warning.
 */
export type Certainty = "apply" | "certain" | "plan" | "likely";

export interface Row {
  readonly id: string;
  readonly hop: Hop;
  readonly title: string;
  readonly certainty: readonly Certainty[];
}

const row = (number: number, hop: Hop, certainty: Certainty | readonly Certainty[], title: string): Row => ({
  id: `P${String(number).padStart(2, "0")}`,
  hop,
  title,
  certainty: typeof certainty === "string" ? [certainty] : certainty,
});

export const ROWS: readonly Row[] = [
  row(1, "dns", "certain", "the record is in a private zone"),
  row(2, "dns", "likely", "the zone is made here and nothing delegates to it"),
  row(3, "dns", "likely", "two public zones have one name"),
  row(4, "dns", "certain", "the record's name is outside its zone"),
  row(5, "dns", "apply", "the alias names a zone that is not the balancer's own"),
  row(6, "dns", ["certain", "likely"], "the record leads to another balancer, to one by a fixed name, or to nothing"),
  row(7, "dns", "apply", "a CNAME stands at the top of its zone"),
  row(8, "dns", "certain", "IPv6 is answered or listened to on one side only"),
  row(9, "dns", "certain", "a public record leads to an internal balancer"),
  row(10, "dns", "likely", "target health decides on a record, with nothing to decide on"),
  row(11, "tls", "certain", "the certificate does not cover the name"),
  row(12, "tls", "certain", "a wildcard is taken for a name that it does not cover"),
  row(13, "tls", "apply", "the certificate is in another region"),
  row(14, "tls", "apply", "the listener does not wait for the certificate's validation"),
  row(15, "tls", "certain", "a name of the certificate has no validation record where it is looked for"),
  row(16, "tls", "apply", "validation by mail is wired as validation by DNS"),
  row(17, "tls", "certain", "a CAA record keeps Amazon from issuing"),
  row(18, "tls", "certain", "a certificate in use is destroyed before its replacement is there"),
  row(19, "listener", "apply", "an HTTPS listener has no certificate"),
  row(20, "listener", "apply", "a listener's or group's protocol, certificate or TLS policy does not fit the balancer"),
  row(21, "listener", "certain", "nothing listens on the client's port"),
  row(22, "listener", "certain", "a redirect leads to a port on which nothing listens"),
  row(23, "listener", "apply", "a redirect leads to itself"),
  row(24, "listener", "certain", "redirects lead in a circle"),
  row(25, "listener", "likely", "the application redirects to HTTPS behind a plain HTTP target group"),
  row(26, "listener", "certain", "no rule matches, and the default only answers a fixed text"),
  row(27, "listener", "apply", "two listeners on one port, or two rules of one priority"),
  row(28, "listener", "certain", "a rule that matches everything hides later ones"),
  row(29, "listener", "certain", "the target group speaks a protocol that the clients do not"),
  row(30, "listener", "certain", "the balancer's group does not open the listener's port"),
  row(31, "listener", "certain", "the balancer has no security group of its own"),
  row(32, "target", "certain", "the balancer's group does not let requests out to the targets"),
  row(33, "target", "certain", "the targets' group does not open their port to the balancer"),
  row(34, "target", ["certain", "likely"], "the targets' group does not open the health check's port"),
  row(35, "target", "certain", "a rule's ports, protocol or addresses miss what it is for"),
  row(36, "target", "apply", "a rule refers to a group of another VPC"),
  row(37, "target", "certain", "rules stand in a group and beside it"),
  row(38, "listener", "likely", "a prefix list takes more rules than a group may have"),
  row(39, "target", "certain", "a network ACL keeps out answers or health checks"),
  row(40, "target", "certain", "a network ACL denies what a later entry allows, or has no entries"),
  row(41, "listener", "apply", "the balancer has fewer than two subnets"),
  row(42, "listener", "apply", "two of the balancer's subnets are in one zone"),
  row(43, "listener", ["apply", "likely"], "a subnet of the balancer is too small"),
  row(44, "listener", "certain", "a subnet of the public balancer has no route to the internet"),
  row(45, "listener", "certain", "the public route table is not associated, or leads to another VPC's gateway"),
  row(46, "target", "apply", "subnets overlap or lie outside their VPC"),
  row(47, "listener", "certain", "the VPC blocks public access"),
  row(48, "target-group", "certain", "no listener uses the target group"),
  row(49, "target-group", "certain", "nothing is registered in the target group"),
  row(50, "target", "certain", "a target is in a zone that the balancer is not in"),
  row(51, "target-group", "apply", "balancer, target group and targets are in different VPCs"),
  row(52, "target-group", "apply", "the targets are not of the group's type"),
  row(53, "target", ["certain", "likely"], "an attachment's port is one that the targets do not serve"),
  row(54, "target", "likely", "the target group speaks HTTPS to a plain HTTP application, or the reverse"),
  row(55, "target", "likely", "the health check's path does not answer as expected"),
  row(56, "target-group", "apply", "the health check expects codes that AWS does not allow"),
  row(57, "target-group", "apply", "the health check's timeout is not shorter than its interval"),
  row(58, "target-group", "plan", "the health check or the group is not one of an application load balancer"),
  row(59, "listener", "plan", "a name is one that AWS does not allow"),
  row(60, "target-group", "likely", "the deregistration delay does not suit the requests"),
  row(61, "target", "certain", "the targets have no security group of their own"),
  row(62, "target", "certain", "the instances cannot fetch what they install"),
  row(63, "target", "certain", "the NAT gateway has no way out, or not for all addresses"),
  row(64, "target", "certain", "the instances' group lets no packages in"),
  row(65, "target", "likely", "the application listens on another port"),
  row(66, "target", "certain", "new user data is not run on instances that stay"),
  row(67, "target", "likely", "containers cannot reach the instance's metadata"),
  row(68, "listener", ["apply", "certain"], "the log bucket refuses the balancer, or the web ACL blocks everything"),
  row(69, "dns", "apply", "two records have one name and type"),
  row(70, "target", "apply", "two security groups of a VPC have one name"),
  row(71, "listener", "apply", "two routes of a table have one destination"),
  row(72, "target", "apply", "a rule exists already in its security group"),
  row(73, "target", "apply", "an entry of that number exists already in its network ACL"),
  row(74, "listener", "apply", "a resource has a new address, and the old one is in the way"),
  row(75, "target-group", "certain", "a destroy takes away what another resource writes"),
];

const BY_ID = new Map(ROWS.map((it) => [it.id, it]));

/** @throws {Error} if there is no such row, which is a rule's own fault */
export function rowOf(id: string): Row {
  const found = BY_ID.get(id);
  if (found === undefined) throw new Error(`no row ${id}`);
  return found;
}

/** What a row is unless its rule knows better. */
export function severityOf(id: string): Finding["severity"] {
  return rowOf(id).certainty[0] === "likely" ? "warning" : "error";
}
