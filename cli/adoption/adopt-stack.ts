import { join, relative } from "node:path";
import { UsageError } from "../../machine/errors";
import { TemporaryFolder } from "../../machine/files/temporary-folder";
import { regionOf } from "../../rehearsal/stack-files";
import type { StackFolder } from "../project/project";
import { ADOPTABLE } from "./adoptable";
import { type Aws, awsIn, OWNER_TAGS } from "./aws";
import { readBlocks, restoreBlocks, writeBlocks } from "./import-blocks";
import { type Rest, restOf, strayRules } from "./left-over";
import { match, type Offer } from "./match";
import type { Adoption, Ambiguity, Found, Owner, Planned } from "./model";
import { ownedInAcm, ownedInElb, ownedInIam, ownedInRoute53 } from "./owned-elsewhere";
import { ownedInEc2 } from "./owned-in-ec2";
import { type PlanFacts, type PlanJson, planFacts } from "./plan-facts";

export interface AdoptionResult extends Rest {
  readonly stackId: string;
  /** The stack's folder, relative to the current one. */
  readonly folder: string;
  readonly adoptions: readonly Adoption[];
  readonly ambiguities: readonly Ambiguity[];
  /** Addresses of the plan whose type adopt cannot search for. */
  readonly unsearched: readonly string[];
  /** Adopted addresses that the plan replaces. */
  readonly replaced: PlanFacts["replaced"];
  readonly interrupted: PlanFacts["interrupted"];
  /** The plan with the import blocks, as terraform prints it. */
  readonly planText: string;
}

/** A stack, and the choices of a person. */
export interface AdoptionOptions {
  readonly opened: StackFolder;
  /** Ids by address. */
  readonly chosen: ReadonlyMap<string, string>;
  readonly onProgress: (text: string) => void;
}

/**
 * Finds a stack's resources on AWS that are not in its state, and writes import blocks for them. Nested resources are
 * found in rounds: once a VPC has an import block, the plan has the VPC of each subnet, and so on.
 * @throws {UsageError} if a choice is invalid; the import blocks are then as before
 */
export async function adoptStack({ opened, chosen, onProgress }: AdoptionOptions): Promise<AdoptionResult> {
  const { folder, stack } = opened;
  const owner = ownerOf(opened);
  const aws = awsIn(regionOf(stack.json));
  const temporary = await TemporaryFolder.make("adopt");
  // Blocks of an earlier run may be outdated, so each run finds everything again.
  const before = await readBlocks(folder);
  try {
    await writeBlocks(folder, []);
    const result = await inRounds(
      { ...opened, terraform: opened.terraform.holding(temporary) },
      join(temporary.path, "plan"),
      aws,
      owner,
      chosen,
      onProgress,
    );
    throwIfNoChoice(chosen, result);
    return result;
  } catch (error) {
    await restoreBlocks(folder, before);
    throw error;
  } finally {
    await temporary.remove();
  }
}

async function inRounds(
  opened: StackFolder,
  planFile: string,
  aws: Aws,
  owner: Owner,
  chosen: AdoptionOptions["chosen"],
  onProgress: AdoptionOptions["onProgress"],
): Promise<AdoptionResult> {
  const adoptions: Adoption[] = [];
  onProgress("terraform plan");
  let plan = await planned(opened, planFile);
  const { knownIds } = plan;
  onProgress("reading the resources on AWS");
  const owned = (await ownedBy(aws, owner, [...plan.wanted, ...plan.standing])).filter(({ id }) => !knownIds.has(id));
  for (;;) {
    const unused = owned.filter((found) => !adoptions.some((it) => it.found === found));
    const { wanted, standing, replaced, interrupted } = plan;
    const { adoptions: more, ambiguities } = match(await offersFor(aws, wanted, unused, knownIds), chosen);
    if (more.length === 0) {
      const rest = restOf(unused, wanted, standing, ambiguities);
      return {
        stackId: opened.stack.id,
        folder: relative(process.cwd(), opened.folder),
        adoptions,
        ambiguities,
        replaced,
        interrupted,
        undecided: rest.undecided,
        leftOver: [...rest.leftOver, ...(await strayRules(aws, standing, adoptions, knownIds))],
        unsearched: wanted.filter(({ type }) => ADOPTABLE[type] === undefined).map(({ address }) => address),
        planText: (await opened.terraform.run(["show", "-no-color", planFile])).stdout.trim(),
      };
    }
    adoptions.push(...more);
    await writeBlocks(opened.folder, adoptions);
    onProgress(`terraform plan with ${adoptions.length} found`);
    plan = await planned(opened, planFile);
  }
}

async function planned({ terraform }: StackFolder, file: string): Promise<PlanFacts> {
  await terraform.run(["plan", "-input=false", "-no-color", `-out=${file}`]);
  return planFacts(JSON.parse((await terraform.run(["show", "-json", file])).stdout) as PlanJson);
}

async function ownedBy(aws: Aws, owner: Owner, resources: readonly Planned[]): Promise<Found[]> {
  const prefixes = resources
    .filter(({ type }) => type === "aws_iam_role" || type === "aws_iam_instance_profile")
    .map(({ values }) => values.name_prefix);
  const zones = resources.filter(({ type }) => type === "aws_route53_zone");
  const found = await Promise.all([
    ownedInEc2(aws, owner),
    ownedInElb(aws, owner),
    ownedInAcm(aws, owner),
    ownedInRoute53(aws, owner, zones),
    ownedInIam(aws, owner, [...new Set(prefixes.filter((it) => typeof it === "string"))]),
  ]);
  return found.flat();
}

/**
 * An address whose parents are unknown gets no offers, and nothing is offered that the state has at another address.
 */
async function offersFor(
  aws: Aws,
  wanted: readonly Planned[],
  unused: readonly Found[],
  knownIds: ReadonlySet<string>,
): Promise<Offer[]> {
  const offers = await Promise.all(
    wanted.map(async (planned): Promise<Offer[]> => {
      const adoptable = ADOPTABLE[planned.type];
      if (
        adoptable === undefined ||
        adoptable.by === "nothing" ||
        adoptable.parents.some((it) => planned.unknown.has(it))
      )
        return [];
      if (adoptable.by === "parent")
        return [
          {
            planned,
            inPlace: true,
            candidates: (await adoptable.find(aws, planned.values)).filter(({ id }) => !knownIds.has(id)),
          },
        ];
      return [{ planned, inPlace: false, candidates: unused }];
    }),
  );
  return offers.flat();
}

function ownerOf({ stack: { id, json } }: StackFolder): Owner {
  const provider = (json.provider?.aws ?? []) as readonly {
    readonly alias?: string;
    readonly default_tags?: readonly { readonly tags?: Readonly<Record<string, string>> }[];
  }[];
  const tags = provider.find(({ alias }) => alias === undefined)?.default_tags?.[0]?.tags ?? {};
  const { [OWNER_TAGS.stack]: stack, [OWNER_TAGS.domain]: domain } = tags;
  if (stack === undefined || domain === undefined) {
    throw new UsageError(
      `${id} must tag its resources with ${OWNER_TAGS.stack} and ${OWNER_TAGS.domain}, by which adopt finds them; ` +
        "without these tags, use terraform import.",
    );
  }
  return { stack, domain };
}

function throwIfNoChoice(chosen: ReadonlyMap<string, string>, { adoptions, ambiguities }: AdoptionResult): void {
  for (const [address, id] of chosen) {
    if (adoptions.some((it) => it.address === address && it.found.id === id)) continue;
    const candidates = ambiguities
      .find((it) => it.address === address)
      ?.candidates.map((it) => it.id)
      .join(" or ");
    const allowed =
      candidates === undefined ? "--use must name an ambiguous address" : `--use ${address} must be ${candidates}`;
    throw new UsageError(
      `${allowed} (got ${address}=${id}); copy the address and the id from the ambiguous resources that adopt lists.`,
    );
  }
}
