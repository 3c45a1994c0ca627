/** The port of a URL, which names it only if it is not the default one of its scheme. */
export function portOf({ port, protocol }: URL): number {
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
