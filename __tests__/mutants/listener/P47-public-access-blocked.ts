import type { RuleMutant } from "../mutant";
import { NOT_EMULATED } from "../parts/subnets";
import { add } from "../pick";

export const P47: readonly RuleMutant[] = [
  {
    name: "the account blocks public access in both directions",
    base: "site",
    at: { type: "aws_vpc_block_public_access_options", attribute: "internet_gateway_block_mode" },
    cannot: { state: NOT_EMULATED },
    mutate: (stack) => {
      add(stack, "aws_vpc_block_public_access_options", "all", { internet_gateway_block_mode: "block-bidirectional" });
    },
  },
  {
    name: "the account blocks inbound traffic, and one of two subnets is excluded",
    base: "auto-scaling",
    at: { type: "aws_vpc_block_public_access_options", attribute: "internet_gateway_block_mode" },
    cannot: { state: NOT_EMULATED },
    mutate: (stack) => {
      add(stack, "aws_vpc_block_public_access_options", "all", { internet_gateway_block_mode: "block-ingress" });
      add(stack, "aws_vpc_block_public_access_exclusion", "a", {
        internet_gateway_exclusion_mode: "allow-bidirectional",
        subnet_id: "${aws_subnet.public_a.id}",
      });
    },
  },
];
