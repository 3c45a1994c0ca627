import type { Subnet, Topology, Vpc } from "../../../topology/model";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { covers, prefixOf, type Range, rangesOf } from "../../analysis/network/ipv4";
import { vpcRanges } from "../../analysis/network/places";
import { balancersByVpc } from "../../analysis/targets/vpcs";
import { fix, setting } from "../../fixes/fix";
import { freeRange } from "../../fixes/free-ranges";
import { BY_NO_PROP } from "../../fixes/shared-wording";
import type { Edit } from "../../report";
import type { FileCheck, FindingDetails, Rule } from "../rule";

/** Findings that get a free block; each search takes time in proportion to the VPC's subnets. */
const MAX_BLOCKS = 20;

/** In each VPC that has a load balancer. */
const ranges: FileCheck = (topology, report) => {
  const used = new Set(topology.balancers.flatMap(({ subnetIds }) => subnetIds.items));
  let reported = 0;
  for (const [vpcId, balancers] of balancersByVpc(topology.balancers, topology)) {
    if (vpcId === undefined) continue;
    const vpc = topology.byId.vpc(vpcId);
    const placed = analyse(topology)
      .network.subnetsOf(vpcId)
      .flatMap((subnet) => rangesOf(known(subnet.cidr) ?? "").map((range): Placed => ({ subnet, range })));
    for (const { subnet, ...seen } of [...outsideOf(vpc, placed), ...overlapsOf(placed, used)])
      report.finding(
        {
          address: subnet.address,
          attribute: "cidr_block",
          ...seen,
          fix: fix(
            `Choose a free CIDR block of the VPC for ${subnet.address}.`,
            BY_NO_PROP,
            reported++ < MAX_BLOCKS ? newBlock(topology, subnet) : [],
          ),
        },
        balancers,
      );
  }
};

/** A subnet and one of its blocks. */
interface Placed {
  readonly subnet: Subnet;
  readonly range: Range;
}

type Misplaced = Pick<FindingDetails, "observed" | "required" | "symptom"> & { readonly subnet: Subnet };

function outsideOf(vpc: Vpc | undefined, placed: readonly Placed[]): Misplaced[] {
  const inside = vpc?.isData === true ? [] : vpcRanges(vpc);
  if (inside.length === 0) return [];
  return placed
    .filter(({ subnet, range }) => !subnet.isData && !covers(inside, range))
    .map(({ subnet }) => ({
      subnet,
      observed: `${known(subnet.cidr)}; ${vpc?.address} has ${vpc?.cidrs.items.join(" and ")}`,
      required: "a CIDR block within its VPC",
      symptom: "InvalidSubnet.Range at apply: the CIDR is invalid",
    }));
}

/** In the order of their addresses, each is compared with the earlier one that ends last. */
function overlapsOf(placed: readonly Placed[], used: ReadonlySet<string>): Misplaced[] {
  const sorted = [...placed].sort((a, b) => a.range.first - b.range.first || a.range.last - b.range.last);
  const found: Misplaced[] = [];
  let furthest = sorted[0];
  for (const next of sorted.slice(1)) {
    if (furthest !== undefined && next.range.first <= furthest.range.last && !isSame(furthest.subnet, next.subnet)) {
      const [first, second] = later(used, furthest.subnet, next.subnet);
      found.push({
        subnet: second,
        observed: `${known(second.cidr)} overlaps ${known(first.cidr)} of ${first.address}`,
        required: "a CIDR block that no other subnet uses",
        symptom: "InvalidSubnet.Conflict at apply: the CIDR conflicts with another subnet",
      });
    }
    if (furthest === undefined || next.range.last > furthest.range.last) furthest = next;
  }
  return found;
}

/** One subnet can be in a file as a resource and as a data source. */
function isSame(a: Subnet, b: Subnet): boolean {
  return a === b || a.isData || b.isData;
}

/** The subnet that no load balancer uses is easier to move. */
function later(used: ReadonlySet<string>, a: Subnet, b: Subnet): readonly [Subnet, Subnet] {
  return used.has(known(b.id) ?? "") ? [b, a] : [a, b];
}

function newBlock(topology: Topology, subnet: Subnet): readonly Edit[] {
  const vpc = topology.byId.vpc(subnet.vpcId);
  const cidr = vpc === undefined ? undefined : freeRange(topology, vpc, prefixOf(subnet.cidr) ?? 24, subnet);
  return cidr === undefined ? [] : [setting(subnet.address, "cidr_block", cidr)];
}

export const P46: Rule = {
  id: "P46",
  hop: "target",
  title: "subnets overlap or are outside their VPC's CIDR blocks",
  certainty: ["apply"],
  why:
    "A subnet's CIDR block must be within the CIDR blocks of its VPC, and no two subnets of a VPC may overlap, " +
    "because each address must belong to one subnet. AWS checks this when it creates the subnet. Terraform does " +
    "not compare the blocks, so only the apply fails.",
  symptom: "InvalidSubnet.Conflict or InvalidSubnet.Range at apply",
  symptoms: ["apply"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html",
  needs: [],
  review: { effect: "fails", headline: "observed" },
  check: { file: ranges },
};
