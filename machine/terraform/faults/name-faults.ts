import { command, word } from "../../text/pasteable";
import type { AccountFault } from "./account-fault";

/** A name's records and its certificate. */
export const NAME_FAULTS: readonly AccountFault[] = [
  {
    said: /Tried to create resource record set \[name='([^']+?)\.?', type='(\w+)'[^\]]*\] but it already exists/,
    sentence: ({ id, found: [name = "", type = ""] }) => takenBy(id, type, name),
  },
  {
    said: /RRSet of type \w+ with DNS name (\S+?)\.? is not permitted because a conflicting RRSet of type (\w+) with the same DNS name already exists/,
    sentence: ({ id, found: [name = "", type = ""] }) => takenBy(id, type, name),
  },
  {
    said: /RRSet of type (\w+) with DNS name (\S+?)\.? is not permitted as it conflicts with other records with the same DNS name/,
    // Beside an address record only a CNAME is in conflict.
    sentence: ({ id, found: [type = "", name = ""] }) => takenBy(id, /^A+$/.test(type) ? "CNAME" : "another", name),
  },
  {
    said: /waiting for ACM Certificate \(([^)]+)\) to be issued: .*?last error: CAA_ERROR/,
    sentence: ({ id, region, found: [arn] }) =>
      `A CAA record does not let Amazon issue the certificate of ${id}. dig +short CAA NAME must show nothing, ` +
      "or issue (for wildcards issuewild) with amazon.com, amazontrust.com, awstrust.com or amazonaws.com: for " +
      "the name, where it has none for its parents, and where it is a CNAME for the name that it points to. " +
      "Correct that, delete the failed certificate (" +
      `${command`aws acm delete-certificate --certificate-arn ${word.awsId(arn)} --region ${word.region(region)}`}` +
      "), and deploy again.",
  },
  {
    said: /waiting for ACM Certificate \(([^)]+)\) to be issued: unexpected state '(\w+)'.*?last error: (\w+)/,
    sentence: ({ id, region, found: [arn, , reason] }) =>
      `ACM refused the certificate of ${id}: ${reason}, which ` +
      "https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-failed.html explains. Once that is " +
      "settled, delete the failed certificate (" +
      `${command`aws acm delete-certificate --certificate-arn ${word.awsId(arn)} --region ${word.region(region)}`}` +
      ") and deploy again.",
  },
  {
    said: /waiting for ACM Certificate \([^)]+\) to be issued: timeout while waiting for state to become 'ISSUED'/,
    sentence: ({ id, program }) => {
      const [zone] = Object.values(program.data?.aws_route53_zone ?? {}).map(({ name }) => name);
      const domain = word.dnsName(zone);
      return (
        `ACM has not seen the validation record of ${id} within 15 minutes, so the world does not see the zone: ` +
        `${domain.isOne ? command`dig +short NS ${domain}` : "dig +short NS DOMAIN"} must show the zone's own ` +
        `name servers (README: "A domain bought elsewhere"). Correct them at the registrar and deploy again; it ` +
        "goes on where it stopped."
      );
    },
  },
];

/** The record is as it was: Route 53 takes all of a change or nothing. */
function takenBy(id: string, type: string, name: string): string {
  return (
    `The zone has ${articleOf(type)} record of ${name} already, so ${id} did not create its own; that record ` +
    "is unchanged, and visitors are where they were. " +
    `To switch it in place, without a gap: ${command`npx alb-web adopt ${word.stack(id)}`} shows it and the ` +
    "command that takes it over; the next deploy changes it. " +
    'Before that, read "Moving a name that is in use" in docs/before-the-first-deploy.md: test the site, note ' +
    "the record's value, and delete an AAAA record, which would keep IPv6 visitors at the old host."
  );
}

function articleOf(type: string): string {
  return type === "another" ? type : `${/^[AMNS]/.test(type) ? "an" : "a"} ${type}`;
}
