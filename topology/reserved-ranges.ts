/*
 * IPv4 ranges that are not on the internet, from the registry of RFC 6890 and later RFCs: the only list of them.
 *
 * The documentation ranges (192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24) are not included. In examples they stand for
 * addresses on the internet and are treated as such.
 */

/** Private networks: AWS allows each of them for a VPC. */
export const PRIVATE_RANGES: readonly string[] = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16", // RFC 1918
  "100.64.0.0/10", // RFC 6598: between a provider's NAT and its customers
  "198.18.0.0/15", // RFC 2544: of benchmarks
];

/** This host, link-local addresses, protocol assignments, multicast, and reserved ranges. */
const OTHERS: readonly string[] = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "192.0.0.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];

export const RESERVED_RANGES: readonly string[] = [...PRIVATE_RANGES, ...OTHERS];
