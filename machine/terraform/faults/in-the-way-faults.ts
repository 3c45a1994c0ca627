import { command, word } from "../../text/pasteable";
import type { AccountFault, Context } from "./account-fault";

/** What stands in the way of a resource that is created, replaced or deleted. */
export const IN_THE_WAY_FAULTS: readonly AccountFault[] = [
  {
    said: /InvalidGroup\.Duplicate: The security group '([^']+)' already exists/,
    sentence: ({ id, found: [name] }) => leftBehind(id, `security group ${name}`),
  },
  {
    // The provider's own words, before it asks AWS.
    said: /ELBv2 Target Group \(([^)]+)\) already exists/,
    sentence: ({ id, found: [name] }) => leftBehind(id, `target group ${name}`),
  },
  {
    said: /Load balancer (?:'[^']*' )?cannot be deleted because deletion protection is enabled/,
    sentence: ({ id }) =>
      `The load balancer of ${id} is protected from deletion. Set disposable: true, deploy that alone, and ` +
      "then repeat what deletes or replaces it.",
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
      `AWS has no ${type} left in ${zone} at the moment, which ${id} ` +
      `needs${others ? `; it has some in ${others}` : ""}. Deploy again later, or change instances.type; ` +
      "before the first deploy, network.zones can name other zones.",
  },
  {
    said: /ModifyVolume.{0,300}?New size cannot be smaller than existing size/,
    sentence: ({ id }) =>
      `The disk of an instance of ${id} was made larger by hand, and AWS makes no disk smaller. Set ` +
      "instances.diskGiB to its size, which replaces the instances, the new ones first; or replace that " +
      "instance alone: terraform apply -replace=ADDRESS in the stack's folder.",
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
      `A subnet of ${id} that belongs to ${table} was associated with another route table by hand, and AWS ` +
      "gives a subnet no second one. Remove that association (VPC console: Route tables, Subnet associations), " +
      "and deploy again; the subnet uses the VPC's main route table in between.",
  },
  {
    said: /There are not enough free addresses in subnet '(subnet-[0-9a-f]+)'/,
    sentence: ({ id, found: [subnet] }) =>
      `The subnet ${subnet} of ${id} has too few free addresses for the instances. Lower instances.count, or ` +
      "name further subnets (network.privateSubnetIds, or network.publicSubnetIds with public placement).",
  },
  {
    said: /Not enough IP space available in (subnet-[0-9a-f]+)/,
    sentence: ({ id, found: [subnet] }) =>
      `The subnet ${subnet} of ${id} has fewer than the 8 free addresses that a load balancer needs in each ` +
      "subnet. Free some, or name another subnet in network.publicSubnetIds.",
  },
];

function leftBehind(id: string, what: string): string {
  return (
    `The ${what} exists already, and the state of ${id} does not know it; a deploy that was killed leaves such ` +
    `things. ${command`npx alb-web adopt ${word.stack(id)}`} finds what belongs to the stack, and the next deploy ` +
    "takes it over."
  );
}

function stillUsed({ id, region, found: [resource] }: Context, filter: "vpc-id" | "subnet-id" | "group-id"): string {
  const look = {
    "vpc-id": command`aws ec2 describe-network-interfaces --filters Name=vpc-id,Values=${word.awsId(resource)} --region ${word.region(region)}`,
    "subnet-id": command`aws ec2 describe-network-interfaces --filters Name=subnet-id,Values=${word.awsId(resource)} --region ${word.region(region)}`,
    "group-id": command`aws ec2 describe-network-interfaces --filters Name=group-id,Values=${word.awsId(resource)} --region ${word.region(region)}`,
  }[filter];
  return (
    `Something that ${id} did not create still uses ${resource}, so AWS does not delete it (${look} shows what). ` +
    "Delete that, and repeat the command."
  );
}
