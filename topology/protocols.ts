/* Protocols as security groups and network ACLs name them. */

const PROTOCOLS: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", all: "-1" };

/** The name of a protocol, also if written as a number; lower case. */
export function protocolName(protocol: string): string {
  const lower = protocol.toLowerCase().trim();
  return Object.hasOwn(PROTOCOLS, lower) ? (PROTOCOLS[lower] ?? lower) : lower;
}
