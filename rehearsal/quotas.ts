import type { Quotas } from "./local-aws";

/** AWS's default quotas of a new account in each region. */
export const NEW_ACCOUNT: Quotas = { vcpus: 5, addresses: 5 };

interface Quota {
  /** AWS's error code when it is exceeded. */
  readonly code: string;
  readonly option: string;
  /** Name and code in AWS's Service Quotas. */
  readonly name: string;
  readonly number: string;
}

const QUOTAS: Readonly<Record<keyof Quotas, Quota>> = {
  vcpus: {
    code: "VcpuLimitExceeded",
    option: "--vcpus",
    name: "Running On-Demand Standard instances (vCPUs)",
    number: "L-1216C47A",
  },
  addresses: { code: "AddressLimitExceeded", option: "--addresses", name: "EC2-VPC Elastic IPs", number: "L-0263D0A3" },
};

/**
 * A sentence for each quota that a rehearsal exceeded.
 * @param said everything that terraform printed
 */
export function exceededQuotas(said: string, quotas: Quotas): string[] {
  const exceeded = (Object.keys(QUOTAS) as (keyof Quotas)[]).filter((key) => said.includes(QUOTAS[key].code));
  return exceeded.map((key) => {
    const { option, name, number } = QUOTAS[key];
    const whose = quotas[key] === NEW_ACCOUNT[key] ? "as in a new AWS account" : `as set with ${option}`;
    return (
      `The quota "${name}" is ${quotas[key]} in this rehearsal, ${whose}, for all stacks of a region together: ` +
      `if your account's quota is higher, pass it with ${option}; otherwise request an increase from AWS ` +
      `(Service Quotas, ${number}).`
    );
  });
}
