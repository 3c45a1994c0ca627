import { command, word } from "../../text/pasteable";
import type { AccountError } from "./account-error";

/** Errors of a name's records and certificate. */
export const NAME_ERRORS: readonly AccountError[] = [
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
    // Only a CNAME conflicts with an address record.
    sentence: ({ id, found: [type = "", name = ""] }) => takenBy(id, /^A+$/.test(type) ? "CNAME" : "another", name),
  },
  {
    said: /waiting for ACM Certificate \(([^)]+)\) to be issued: .*?last error: CAA_ERROR/,
    sentence: ({ id, region, found: [arn] }) =>
      `A CAA record does not allow Amazon to issue the certificate of ${id}. dig +short CAA NAME must show nothing, ` +
      "or issue (for wildcards issuewild) with amazon.com, amazontrust.com, awstrust.com or amazonaws.com. This " +
      "applies to the name, to its parents if it has no CAA record, and to the target if it is a CNAME. " +
      "Correct the CAA record, delete the failed certificate (" +
      `${command`aws acm delete-certificate --certificate-arn ${word.awsId(arn)} --region ${word.region(region)}`}` +
      "), and deploy again.",
  },
  {
    said: /waiting for ACM Certificate \(([^)]+)\) to be issued: unexpected state '(\w+)'.*?last error: (\w+)/,
    sentence: ({ id, region, found: [arn, , reason] }) =>
      `ACM did not issue the certificate of ${id}: ${reason}, which ` +
      "https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-failed.html explains. After you have " +
      "resolved it, delete the failed certificate (" +
      `${command`aws acm delete-certificate --certificate-arn ${word.awsId(arn)} --region ${word.region(region)}`}` +
      ") and deploy again.",
  },
  {
    said: /waiting for ACM Certificate \([^)]+\) to be issued: timeout while waiting for state to become 'ISSUED'/,
    sentence: ({ id, program }) => {
      const [zone] = Object.values(program.data?.aws_route53_zone ?? {}).map(({ name }) => name);
      const domain = word.dnsName(zone);
      return (
        `ACM did not find the validation record of ${id} within 15 minutes, so the zone is not in public DNS: ` +
        `${domain.isOne ? command`dig +short NS ${domain}` : "dig +short NS DOMAIN"} must show the zone's own ` +
        "name servers (docs/guides/domain-bought-elsewhere.md). Correct them at the registrar and deploy again; the " +
        "deploy continues where it stopped."
      );
    },
  },
];

/** The existing record is unchanged: Route 53 applies a change completely or not at all. */
function takenBy(id: string, type: string, name: string): string {
  return (
    `The zone already has ${articleOf(type)} record for ${name}, so ${id} did not create its own; that record ` +
    "is unchanged, and visitors still reach the current host. " +
    `To switch it in place without downtime, ${command`npx alb-web adopt ${word.stack(id)}`} shows the record and ` +
    "the command that imports it; the next deploy then changes it. " +
    'First read "Moving a name that is in use" in docs/guides/before-the-first-deploy.md: test the site, note ' +
    "the record's value, and delete an AAAA record, which would keep sending IPv6 visitors to the old host."
  );
}

function articleOf(type: string): string {
  return type === "another" ? type : `${/^[AMNS]/.test(type) ? "an" : "a"} ${type}`;
}
