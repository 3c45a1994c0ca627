import type { SynthesizedJson } from "../mutant";
import { add, all, type Picked, the } from "../pick";

export const REFUSED_BALANCER = "ELB refuses to make such a load balancer, so that no state has it";

export const REFUSED_SUBNET = "EC2 refuses to create such a subnet, so no state has it";

/** Not a limit of the form: these tests cannot create such a state. */
export const NOT_EMULATED =
  "the local AWS lacks the block; `__tests__/unit/path/rules/subnets.test.ts` finds it in a state to which it " +
  "is added by hand";

export const balancer = (stack: SynthesizedJson) =>
  the(stack, stack.resource.aws_alb === undefined ? "aws_lb" : "aws_alb").body;

export const idOf = ({ address }: Picked) => `\${${address}.id}`;

/** A subnet of this project's network, and what belongs to it: `public-b`. */
export const part = (stack: SynthesizedJson, type: string, name: string) => {
  const found = all(stack, type).find(({ address }) => address.includes(`network_${name}_`));
  if (found === undefined) throw new Error(`no ${type} ${name}`);
  return found;
};

export const publicRoute = (stack: SynthesizedJson) =>
  the(stack, "aws_route", ({ gateway_id }) => gateway_id !== undefined);

/** Another VPC, with an internet gateway. */
export function gatewayElsewhere(stack: SynthesizedJson): string {
  const vpc = add(stack, "aws_vpc", "other", { cidr_block: "10.99.0.0/16" });
  return `\${${add(stack, "aws_internet_gateway", "other", { vpc_id: `\${${vpc}.id}` })}.id}`;
}
