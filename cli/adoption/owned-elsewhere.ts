import {
  DescribeCertificateCommand,
  ListTagsForCertificateCommand,
  paginateListCertificates,
} from "@aws-sdk/client-acm";
import {
  DescribeTagsCommand,
  paginateDescribeLoadBalancers,
  paginateDescribeTargetGroups,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  GetInstanceProfileCommand,
  GetRoleCommand,
  paginateListInstanceProfiles,
  paginateListRoles,
} from "@aws-sdk/client-iam";
import { type HostedZone, ListHostedZonesByNameCommand, ListTagsForResourceCommand } from "@aws-sdk/client-route-53";
import { command, word } from "../../machine/text/pasteable";
import { type Aws, all, asked, isOwned, OWNER_TAGS, valueOf } from "./aws";
import { type Found, namesKey, type Owner, type Planned } from "./model";

/** Elastic Load Balancing returns the tags of at most this many resources per call. */
const ELB_TAGS_AT_ONCE = 20;
/** The length of the suffix that terraform appends to a name prefix. */
const IAM_SUFFIX = 26;
const USABLE_CERTIFICATE = new Set(["PENDING_VALIDATION", "ISSUED"]);

/** Load balancers and target groups with the owner's tags. Listeners are found by their load balancer. */
export async function ownedInElb({ elb, region }: Aws, owner: Owner): Promise<Found[]> {
  const [balancers, groups] = await asked(
    Promise.all([
      all(paginateDescribeLoadBalancers({ client: elb }, {}), (page) => page.LoadBalancers),
      all(paginateDescribeTargetGroups({ client: elb }, {}), (page) => page.TargetGroups),
    ]),
  );
  const found: Found[] = [
    ...balancers.map(({ LoadBalancerArn = "", LoadBalancerName, AvailabilityZones = [], CreatedTime }) => ({
      type: "aws_lb",
      id: LoadBalancerArn,
      values: { name: LoadBalancerName, subnets: AvailabilityZones.map(({ SubnetId }) => SubnetId) },
      createdAt: CreatedTime,
      look: command`aws elbv2 describe-load-balancers --load-balancer-arns ${word.awsId(LoadBalancerArn)} --region ${word.region(region)}`,
    })),
    ...groups.map(({ TargetGroupArn = "", TargetGroupName, VpcId }) => ({
      type: "aws_lb_target_group",
      id: TargetGroupArn,
      values: { name: TargetGroupName, vpc_id: VpcId },
      look: command`aws elbv2 describe-target-groups --target-group-arns ${word.awsId(TargetGroupArn)} --region ${word.region(region)}`,
    })),
  ];
  const owned = new Set<string>();
  for (let from = 0; from < found.length; from += ELB_TAGS_AT_ONCE) {
    const ResourceArns = found.slice(from, from + ELB_TAGS_AT_ONCE).map(({ id }) => id);
    const { TagDescriptions = [] } = await asked(elb.send(new DescribeTagsCommand({ ResourceArns })));
    for (const { ResourceArn = "", Tags } of TagDescriptions) if (isOwned(Tags, owner)) owned.add(ResourceArn);
  }
  return found.filter(({ id }) => owned.has(id));
}

/** Certificates with the owner's tags; the first name of a stack's certificate is its domain. */
export async function ownedInAcm({ acm, region }: Aws, owner: Owner): Promise<Found[]> {
  const certificates = await asked(
    all(paginateListCertificates({ client: acm }, {}), (page) => page.CertificateSummaryList),
  );
  const found = await Promise.all(
    certificates
      .filter(({ DomainName }) => DomainName === owner.domain)
      .map(async ({ CertificateArn = "" }): Promise<Found[]> => {
        const { Tags } = await asked(acm.send(new ListTagsForCertificateCommand({ CertificateArn })));
        if (!isOwned(Tags, owner)) return [];
        const { Certificate: { DomainName, SubjectAlternativeNames = [], Status = "", CreatedAt } = {} } = await asked(
          acm.send(new DescribeCertificateCommand({ CertificateArn })),
        );
        const names = namesKey([DomainName ?? "", ...SubjectAlternativeNames]);
        const unusable = USABLE_CERTIFICATE.has(Status) ? undefined : Status;
        return [
          {
            type: "aws_acm_certificate",
            id: CertificateArn,
            values: { names },
            createdAt: CreatedAt,
            unusable,
            look: command`aws acm describe-certificate --certificate-arn ${word.awsId(CertificateArn)} --region ${word.region(region)}`,
          },
        ];
      }),
  );
  return found.flat();
}

/** Roles and instance profiles with the stack's name prefixes and the owner's tags. */
export async function ownedInIam({ iam }: Aws, owner: Owner, prefixes: readonly string[]): Promise<Found[]> {
  if (prefixes.length === 0) return [];
  const isOurs = (name: string | undefined): name is string => prefixes.some((prefix) => name?.startsWith(prefix));
  const [roles, profiles] = await asked(
    Promise.all([
      all(paginateListRoles({ client: iam }, {}), (page) => page.Roles),
      all(paginateListInstanceProfiles({ client: iam }, {}), (page) => page.InstanceProfiles),
    ]),
  );
  // Neither list includes tags.
  const found = [
    ...roles.map(async ({ RoleName = "", CreateDate }): Promise<Found[]> => {
      if (!isOurs(RoleName) || !isOwned((await asked(iam.send(new GetRoleCommand({ RoleName })))).Role?.Tags, owner))
        return [];
      return [
        {
          type: "aws_iam_role",
          id: RoleName,
          values: { name_prefix: RoleName.slice(0, -IAM_SUFFIX) },
          createdAt: CreateDate,
          look: command`aws iam get-role --role-name ${word.awsId(RoleName)}`,
        },
      ];
    }),
    ...profiles.map(async ({ InstanceProfileName = "", Roles = [], CreateDate }): Promise<Found[]> => {
      if (
        !isOurs(InstanceProfileName) ||
        !isOwned(
          (await asked(iam.send(new GetInstanceProfileCommand({ InstanceProfileName })))).InstanceProfile?.Tags,
          owner,
        )
      )
        return [];
      // After a kill it may not have its role yet.
      const values = { name_prefix: InstanceProfileName.slice(0, -IAM_SUFFIX), role: Roles[0]?.RoleName };
      return [
        {
          type: "aws_iam_instance_profile",
          id: InstanceProfileName,
          values,
          createdAt: CreateDate,
          look: command`aws iam get-instance-profile --instance-profile-name ${word.awsId(InstanceProfileName)}`,
        },
      ];
    }),
  ];
  return (await Promise.all(found)).flat();
}

/**
 * Public zones with the planned names and the owner's tags, or with no owner's tags and the planned comment: terraform
 * tags a zone only after it has waited for its creation.
 */
export async function ownedInRoute53({ route53 }: Aws, owner: Owner, zones: readonly Planned[]): Promise<Found[]> {
  const found = await Promise.all(
    zones.map(async ({ values: { name, comment } }): Promise<Found[]> => {
      const { HostedZones = [] } = await asked(
        route53.send(new ListHostedZonesByNameCommand({ DNSName: String(name) })),
      );
      const candidates = HostedZones.filter((zone) => nameOf(zone) === name && zone.Config?.PrivateZone !== true);
      const owned = await Promise.all(
        candidates.map(async (zone) => {
          const id = (zone.Id ?? "").replace("/hostedzone/", "");
          const { ResourceTagSet } = await asked(
            route53.send(new ListTagsForResourceCommand({ ResourceType: "hostedzone", ResourceId: id })),
          );
          const isUntagged =
            valueOf(ResourceTagSet?.Tags, OWNER_TAGS.stack) === null &&
            typeof comment === "string" &&
            zone.Config?.Comment === comment;
          return isOwned(ResourceTagSet?.Tags, owner) || isUntagged
            ? [
                {
                  type: "aws_route53_zone",
                  id,
                  values: { name },
                  look: command`aws route53 get-hosted-zone --id ${word.awsId(id)}`,
                },
              ]
            : [];
        }),
      );
      return owned.flat();
    }),
  );
  return found.flat();
}

function nameOf({ Name = "" }: HostedZone): string {
  return Name.replace(/\.$/, "");
}
