import { command, word } from "../../machine/text/pasteable";
import { portOf } from "../../path/facts/url-ports";

/** A URL of the site, and where it is on this machine. */
interface Place {
  readonly url: string;
  /** Such as `127.0.0.1:8443`. */
  readonly connect: string;
}

/**
 * A curl command for the first of some URLs; the others are those that its redirects lead to, so that curl follows them
 * on this machine.
 * @param ca the file with the certificate of the local authority
 * @param isOwnName no certificate covers a load balancer's own name, so its redirects are not followed
 */
export function curlFor(places: readonly Place[], ca: string, isOwnName: boolean, env: NodeJS.ProcessEnv): string {
  const pairs = places.map(({ url, connect }) => `${new URL(url).hostname}:${portOf(new URL(url))}:${connect}`);
  const distinct = [...new Set(pairs)];
  // A proxy would be asked for the names of the site.
  const direct = Object.keys(env).some((name) => /^(https?|all)_proxy$/i.test(name)) ? " --noproxy '*'" : "";
  const start = isOwnName ? "curl -i --cacert " : "curl -L --cacert ";
  const parts = [start, ...distinct.map(() => " --connect-to "), `${direct} `, ""];
  return command(parts, word.file(ca), ...distinct.map((it) => word.connectTo(it)), word.url(places[0]?.url));
}
