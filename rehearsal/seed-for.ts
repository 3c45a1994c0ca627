import { stateLocation } from "./override";
import type { Seed, SeedCertificate, SeedHostedZone, SeedVpc } from "./seed";
import { aliasNamesOf, dataOf, literalText, literalTexts, regionOf, resourcesOf, type StackJson } from "./stack-files";

/** What a real account would already have: everything that the stack refers to and does not create. */
export function seedFor(stackId: string, stack: StackJson): Seed[] {
  const state = stateLocation(stackId, stack);
  const region = regionOf(stack);
  return [
    { region: state.region, buckets: [state.bucket] },
    {
      region,
      hostedZones: zonesOf(stack),
      vpcs: vpcsOf(stack),
      certificates: certificatesOf(stack),
      buckets: logBucketsOf(stack),
      keyPairs: keyPairsOf(stack),
    },
  ];
}

/**
 * The same for all stacks of one account. Zones with known ids come first; otherwise zones with the same names would be
 * created with made-up ids.
 */
export function seedsFor(stacks: readonly { readonly id: string; readonly json: StackJson }[]): Seed[] {
  const seeds = stacks.flatMap(({ id, json }) => seedFor(id, json));
  const knowsId = ({ hostedZones = [] }: Seed) => hostedZones.some(({ id }) => id !== undefined);
  return [...seeds.filter(knowsId), ...seeds.filter((seed) => !knowsId(seed))];
}

/** A zone that is looked up by its id gets the name that the lookup's postcondition expects. */
function zonesOf(stack: StackJson): SeedHostedZone[] {
  return dataOf(stack, "aws_route53_zone").flatMap(({ arguments: { name, zone_id, lifecycle } }) => {
    const id = literalText(zone_id);
    const zoneName = literalText(name) ?? JSON.stringify(lifecycle ?? "").match(/== \\+"([a-z0-9.-]+)\\+"/)?.[1];
    return zoneName === undefined ? [] : [{ name: zoneName, ...(id === undefined ? {} : { id }) }];
  });
}

/** The load balancer's subnets are public. */
function vpcsOf(stack: StackJson): SeedVpc[] {
  const balancerSubnets = resourcesOf(stack, "aws_lb").flatMap(({ arguments: { subnets } }) =>
    Array.isArray(subnets) ? subnets.map(String) : [],
  );
  const subnets = dataOf(stack, "aws_subnet").flatMap(({ address, arguments: args }) =>
    literalTexts(args.id).map((id) => ({
      id,
      public: balancerSubnets.some((subnet) => subnet.includes(`${address}.`)),
    })),
  );
  return dataOf(stack, "aws_vpc").flatMap(({ arguments: args }) =>
    literalTexts(args.id).map((id) => ({ id, subnets })),
  );
}

/** The stack does not contain an existing certificate's names; it gets all names of the stack. */
function certificatesOf(stack: StackJson): SeedCertificate[] {
  const names = [...new Set(aliasNamesOf(stack))];
  return resourcesOf(stack, "aws_lb_listener").flatMap(({ arguments: args }) =>
    literalTexts(args.certificate_arn).map((arn) => ({ arn, names })),
  );
}

function logBucketsOf(stack: StackJson): string[] {
  const accessLogs = resourcesOf(stack, "aws_lb").flatMap(({ arguments: { access_logs } }) =>
    access_logs === undefined ? [] : [(access_logs as { bucket: string }).bucket],
  );
  const flowLogs = resourcesOf(stack, "aws_flow_log").flatMap(({ arguments: it }) =>
    literalTexts(it.log_destination).map((arn) => arn.replace("arn:aws:s3:::", "")),
  );
  return [...new Set([...accessLogs, ...flowLogs])];
}

function keyPairsOf(stack: StackJson): string[] {
  return [
    ...new Set(
      resourcesOf(stack, "aws_instance").flatMap(({ arguments: args }) =>
        args.key_name === undefined ? [] : literalTexts(args.key_name),
      ),
    ),
  ];
}
