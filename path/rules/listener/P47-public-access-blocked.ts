import type { Balancer, BlockPublicAccess, Topology } from "../../../topology/model";
import { isUnknown, known } from "../../../topology/value";
import { accessSettingsOf, blocksInbound, isExcluded } from "../../analysis/network/public-access";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP, shareOf } from "../../fixes/shared-wording";
import type { PathCheck, Reporter, Rule } from "../rule";

/** The account blocks internet access to its VPCs. */
const publicAccess: PathCheck = ({ balancer, topology, from }, report) => {
  if (balancer === undefined || from !== "internet" || known(balancer.isInternal) === true) return;
  for (const it of accessSettingsOf(topology, balancer)) {
    if (isUnknown(it.mode)) report.open("listener", it.mode);
    const mode = known(it.mode);
    if (blocksInbound(mode)) blocked(it, mode, balancer, topology, report);
  }
};

function blocked(
  blocking: BlockPublicAccess,
  mode: string,
  { subnetIds }: Balancer,
  { byId }: Topology,
  report: Reporter,
): void {
  const { address, excluded } = blocking;
  const open = excluded.open ?? subnetIds.open;
  if (open !== undefined) return report.open("listener", open);
  const subnets = subnetIds.items;
  const shut = subnets.filter((id) => !isExcluded(blocking, id, byId.subnet(id)?.vpcId));
  if (shut.length === 0) return;
  const isPart = shut.length < subnets.length;
  report.finding({
    address,
    attribute: "internet_gateway_block_mode",
    observed:
      `${mode}, and neither the load balancer's VPC nor ` +
      `${isPart ? "each of its subnets" : "any of its subnets"} is excluded`,
    required: "`off`, or an exclusion of the load balancer's VPC",
    symptom: P47.symptom,
    ...shareOf(shut.length, subnets.length, "subnets"),
    fix: fix("Turn Block Public Access off, or exclude the load balancer's VPC.", BY_NO_PROP, [
      setting(address, "internet_gateway_block_mode", "off"),
    ]),
  });
}

export const P47: Rule = {
  id: "P47",
  hop: "listener",
  title: "VPC Block Public Access blocks inbound traffic",
  certainty: ["certain"],
  why:
    "VPC Block Public Access is an account setting for all VPCs in a region. While it is on, internet gateways drop " +
    "inbound traffic, whatever routes and security groups allow. Only a VPC or subnet with an exclusion can have an " +
    "internet-facing load balancer that clients reach.",
  symptom: "ERR_CONNECTION_TIMED_OUT; Reachability Analyzer: VPC_BLOCK_PUBLIC_ACCESS_ENABLED",
  symptoms: ["timeout", "sometimes"],
  source: "https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html",
  needs: [],
  review: { effect: "outage" },
  check: { path: publicAccess },
};
