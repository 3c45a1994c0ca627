import { command, word } from "../../text/pasteable";
import type { AccountError, Context } from "./account-error";

/** Existing resources and limits that prevent a resource from being created, replaced or deleted. */
export const IN_THE_WAY_ERRORS: readonly AccountError[] = [
  {
    said: /InvalidGroup\.Duplicate: The security group '([^']+)' already exists/,
    sentence: ({ id, found: [name] }) => leftBehind(id, `security group ${name}`),
  },
  {
    // The provider's own words, before it calls AWS.
    said: /ELBv2 Target Group \(([^)]+)\) already exists/,
    sentence: ({ id, found: [name] }) => leftBehind(id, `target group ${name}`),
  },
  {
    said: /Load balancer (?:'[^']*' )?cannot be deleted because deletion protection is enabled/,
    sentence: ({ id }) =>
      `The load balancer of ${id} has deletion protection. Set disposable: true, deploy only that change, and ` +
      "then repeat the command that deletes or replaces it.",
  },
  {
    said: /DependencyViolation: (?:The vpc '|Network )(vpc-[0-9a-f]+)/,
    sentence: (context) => stillUsed(context, "vpc-id"),
  },
  {
    said: /DependencyViolation: The subnet '(subnet-[0-9a-f]+)' has dependencies/,
    sentence: (context) => stillUsed(context, "subnet-id"),
  },
  {
    said: /DependencyViolation: resource (sg-[0-9a-f]+) has a dependent object/,
    sentence: (context) => stillUsed(context, "group-id"),
  },
  {
    said: /InsufficientInstanceCapacity: We currently do not have sufficient (\S+) capacity in the Availability Zone you requested \(([^)]+)\)(?:.*?choosing ([a-z0-9, -]+?)\.(?: |$))?/,
    sentence: ({ id, found: [type, zone, others] }) =>
      `AWS currently has no ${type} capacity in ${zone} for ` +
      `${id}${others ? `; it has capacity in ${others}` : ""}. Deploy again later, or change instances.type; ` +
      "before the first deploy, you can also set other zones in network.zones.",
  },
  {
    said: /ModifyVolume.{0,300}?New size cannot be smaller than existing size/,
    sentence: ({ id }) =>
      `The disk of an instance of ${id} was enlarged by hand, and AWS cannot shrink a disk. Set ` +
      "instances.diskGiB to its size, which replaces the instances and creates the new ones first; or replace only " +
      "that instance: terraform apply -replace=ADDRESS in the stack's folder.",
  },
  {
    said: /VolumeModificationRateExceeded/,
    sentence: ({ id }) =>
      `A disk of ${id} was modified four times within 24 hours, after which AWS refuses further changes. ` +
      "Deploy again tomorrow.",
  },
  {
    said: /Resource\.AlreadyAssociated: the specified association for route table (rtb-[0-9a-f]+)/,
    sentence: ({ id, found: [table] }) =>
      `A subnet of ${id} that belongs to ${table} was associated with another route table by hand, and a ` +
      "subnet can have only one association. Remove that association (VPC console: Route tables, Subnet " +
      "associations), and deploy again; until then, the subnet uses the VPC's main route table.",
  },
  {
    said: /There are not enough free addresses in subnet '(subnet-[0-9a-f]+)'/,
    sentence: ({ id, found: [subnet] }) =>
      `The subnet ${subnet} of ${id} has too few free addresses for the instances. Lower instances.count, or ` +
      "add subnets (network.privateSubnetIds, or network.publicSubnetIds with public placement).",
  },
  {
    said: /Not enough IP space available in (subnet-[0-9a-f]+)/,
    sentence: ({ id, found: [subnet] }) =>
      `The subnet ${subnet} of ${id} has fewer than the 8 free addresses that a load balancer needs in each ` +
      "subnet. Free some, or use another subnet in network.publicSubnetIds.",
  },
];

function leftBehind(id: string, what: string): string {
  return (
    `The ${what} already exists and is not in the state of ${id}; a deploy that was killed can leave such ` +
    `resources behind. ${command`npx alb-web adopt ${word.stack(id)}`} finds those that belong to the stack, and the ` +
    "next deploy imports them."
  );
}

function stillUsed({ id, region, found: [resource] }: Context, filter: "vpc-id" | "subnet-id" | "group-id"): string {
  const look = {
    "vpc-id": command`aws ec2 describe-network-interfaces --filters Name=vpc-id,Values=${word.awsId(resource)} --region ${word.region(region)}`,
    "subnet-id": command`aws ec2 describe-network-interfaces --filters Name=subnet-id,Values=${word.awsId(resource)} --region ${word.region(region)}`,
    "group-id": command`aws ec2 describe-network-interfaces --filters Name=group-id,Values=${word.awsId(resource)} --region ${word.region(region)}`,
  }[filter];
  return (
    `A resource that ${id} did not create still uses ${resource}, so AWS does not delete it (${look} shows which). ` +
    "Delete that resource, and repeat the command."
  );
}
