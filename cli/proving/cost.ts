/** One line of an estimate. */
export interface CostLine {
  readonly what: string;
  /** USD for an hour. */
  readonly anHour: number;
}

/** AWS's list prices in us-east-1, in USD, as in the cost table of docs/reference/cost.md. */
export const RATES = {
  loadBalancer: 0.0225,
  capacityUnit: 0.008,
  address: 0.005,
  instance: 0.0104,
  gibMonth: 0.08,
} as const;
/** The default site. */
export const CHARGED = { addresses: 2, instances: 2, instanceType: "t3.micro", diskGib: 8 } as const;
const HOURS_A_MONTH = 730;

/**
 * The cost of the default site per hour. AWS charges a load balancer for each started hour, so a shorter time costs
 * hardly less.
 */
export function costOfAnHour(): CostLine[] {
  const { addresses, instances, instanceType, diskGib } = CHARGED;
  return [
    { what: "Application Load Balancer, one capacity unit", anHour: RATES.loadBalancer + RATES.capacityUnit },
    { what: `its public IPv4 addresses, ${addresses}`, anHour: addresses * RATES.address },
    { what: `${instances} × ${instanceType}`, anHour: instances * RATES.instance },
    { what: `${instances} × ${diskGib} GiB gp3`, anHour: (instances * diskGib * RATES.gibMonth) / HOURS_A_MONTH },
  ];
}

/** The estimate that is shown before the confirmation. */
export function costInWords(lines: readonly CostLine[] = costOfAnHour()): string {
  const total = lines.reduce((sum, { anHour }) => sum + anHour, 0);
  const width = Math.max(...lines.map(({ what }) => what.length));
  const row = (what: string, usd: number) => `  ${what.padEnd(width)}  ${usd.toFixed(4)} USD`;
  return [
    "Estimated cost per hour at list prices in us-east-1 (other regions differ; without taxes):",
    ...lines.map(({ what, anHour }) => row(what, anHour)),
    row("total", total),
  ].join("\n");
}
