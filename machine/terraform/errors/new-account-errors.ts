import { command, word } from "../../text/pasteable";
import type { AccountError, Program } from "./account-error";

const CASE =
  "open a case with it (https://aws.amazon.com/contact-us/, Account and billing, which every support plan includes)";

/** What AWS refuses to an account as a whole, mostly a new one. A change of main.ts helps only where one is named. */
export const NEW_ACCOUNT_ERRORS: readonly AccountError[] = [
  {
    said: /This AWS account currently does not support creating load balancers/,
    sentence: ({ id }) =>
      `AWS does not allow this account to create load balancers, which ${id} needs; only AWS Support can change ` +
      `that: ${CASE}, request Elastic Load Balancing for this region, and deploy again once it is allowed.`,
  },
  {
    said: /The specified instance type is not eligible for Free Tier/,
    sentence: ({ id, region, program }) =>
      `This account is on AWS's free plan, which does not include ${typeOf(program)} of ${id}. Set instances.type ` +
      "to a type that it includes (" +
      `${command`aws ec2 describe-instance-types --filters Name=free-tier-eligible,Values=true --query "InstanceTypes[].InstanceType" --region ${word.region(region)}`}` +
      "), or upgrade to the paid plan: aws freetier upgrade-account-plan --account-plan-type PAID",
  },
  {
    said: /PendingVerification: Your (?:request for accessing resources in this region is being validated|account is currently being verified)/,
    sentence: ({ id, region }) =>
      `AWS is still verifying this account for ${region} and starts no instances of ${id} until this ends: ` +
      `usually minutes, at most 4 hours. Deploy again after AWS has sent its email; after 4 hours, ${CASE}.`,
  },
  {
    said: /This account is currently blocked and not recognized as a valid account/,
    sentence: () =>
      `AWS has blocked this account; only AWS Support can change that: ${CASE}. Until then it starts no instances.`,
  },
  {
    said: /OptInRequired: You are not subscribed to this service/,
    sentence: ({ region }) =>
      `This account cannot use the service in ${region} yet. Complete its registration (payment method, phone ` +
      `number, support plan), which can take up to 24 hours to take effect; if ${region} is an opt-in ` +
      `region, enable it: ${command`aws account enable-region --region-name ${word.region(region)}`}`,
  },
];

function typeOf({ resource }: Program): string {
  return String(Object.values(resource?.aws_instance ?? {})[0]?.instance_type ?? "the instance type");
}
