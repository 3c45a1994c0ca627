import { createSocket } from "node:dgram";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import * as x509 from "@peculiar/x509";
import * as packet from "dns-packet";
import type { Served, ServedHealth, ServedRequest, ServedTarget } from "../../rehearsal/served";

/*
 * A site on loopback that does as it is asked, so that each thing a client can notice is seen once without the rest of
 * `serve`.
 */

export interface SmallSite {
  /** A records by name. */
  readonly names: Readonly<Record<string, string>>;
  /** The names of the certificate. */
  readonly certified: readonly string[];
  /** What port 80 responds; "silent": it never does; absent: there is no listener. */
  readonly http?: "redirect" | "redirect-302" | "forward" | "silent";
  readonly https?: "forward" | "silent" | number;
  readonly targets: readonly (ServedTarget & Omit<ServedHealth, "id" | "targetGroup">)[];
  readonly withoutNginx?: string;
  /** Responses of targets are those of a stand-in behind NGINX, for this reason. */
  readonly standInBehind?: string;
  /** The file leaves open whether packets pass. */
  readonly isOpen?: boolean;
  /** The reason of a silent port. */
  readonly reason?: string;
}

/** Like the default stack: two instances with NGINX, both healthy. */
export const WELL: SmallSite = {
  names: { "www.example.com": "127.0.0.1", "alb-1.elb.amazonaws.com": "127.0.0.1" },
  certified: ["www.example.com"],
  http: "redirect",
  https: "forward",
  targets: ["aws_instance.a", "aws_instance.b"].map((address) => ({
    address,
    kind: "nginx",
    health: "healthy",
    lastCheck: { text: "200 for /health in 2 ms" },
  })),
};

type Listening = { readonly listens: string; readonly close: () => Promise<void> };

/** Serves it. The requests that it receives are counted in `seen`, by URL. */
export async function serveSmall(site: SmallSite, seen: string[] = []): Promise<Served> {
  const listeners = new Set<(request: ServedRequest) => void>();
  const log = (request: ServedRequest) => {
    for (const each of listeners) each(request);
  };
  const authority = await authorityFor(site.certified);
  const dns = await nameServer(site.names);
  const ports = new Map<number, Listening>();
  if (site.http !== undefined) ports.set(80, await listen(createServer(handler(site, "http", log, seen))));
  if (site.https !== undefined)
    ports.set(443, await listen(createTlsServer(authority.leaf, handler(site, "https", log, seen))));
  return {
    urls: [],
    listeners: [...ports].map(([port, { listens }]) => ({
      address: `aws_lb_listener.on_${port}`,
      protocol: port === 80 ? "HTTP" : "HTTPS",
      port,
      listens,
    })),
    dns: dns.listens,
    ca: authority.ca,
    page: "http://127.0.0.1:1/",
    targets: site.targets,
    notModelled: [],
    withoutNginx: site.withoutNginx,
    standInHeader: "x-stand-in",
    status: () => site.targets.map(({ address, ...health }) => ({ ...health, id: address, targetGroup: "group" })),
    settled: () => Promise.resolve(),
    onRequest: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      for (const each of [dns, ...ports.values()]) await each.close();
    },
  };
}

function handler(
  site: SmallSite,
  protocol: "http" | "https",
  log: (request: ServedRequest) => void,
  seen: string[],
): RequestListener {
  let turn = 0;
  return ({ headers: { host = "" }, url: path = "/" }, response) => {
    const url = `${protocol}://${host}${path}`;
    seen.push(url);
    const does = site[protocol];
    if (does === "silent") {
      log({
        url: `${protocol}://*:${protocol === "http" ? 80 : 443}`,
        hop: "listener",
        text: site.reason ?? "",
        isAssumed: false,
      });
      return;
    }
    const isRedirect = does === "redirect" || does === "redirect-302";
    const healthy = site.targets.filter(({ health }) => health === "healthy");
    const target = isRedirect || typeof does === "number" ? undefined : healthy[turn++ % healthy.length];
    const status = isRedirect
      ? does === "redirect"
        ? 301
        : 302
      : typeof does === "number"
        ? does
        : target === undefined
          ? 503
          : 200;
    response.writeHead(status, {
      ...(isRedirect ? { location: `https://${host}:443${path}` } : {}),
      ...(target === undefined || site.standInBehind === undefined ? {} : { "x-stand-in": site.standInBehind }),
    });
    response.end("<h1>It works</h1>\nmore\n");
    log({
      url,
      status,
      hop: target === undefined ? "listener" : "target",
      text: `decided by ${target?.address ?? "the listener"}`,
      target: target?.address,
      isAssumed: site.isOpen === true || target?.kind === "stand-in",
    });
  };
}

async function listen(server: Server): Promise<Listening> {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  return {
    listens: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

async function nameServer(names: SmallSite["names"]): Promise<Listening> {
  const socket = createSocket("udp4");
  socket.on("message", (message, { port, address }) => {
    const { id, questions = [] } = packet.decode(message);
    const name = questions[0]?.name ?? "";
    const data = names[name];
    // RCODE 3 is NXDOMAIN.
    const flags = packet.AUTHORITATIVE_ANSWER | (data === undefined ? 3 : 0);
    const answers: packet.Answer[] = data === undefined ? [] : [{ type: "A", name, ttl: 60, data }];
    socket.send(packet.encode({ type: "response", id, flags, questions, answers }), port, address);
  });
  await new Promise<void>((ready) => socket.bind(0, "127.0.0.1", ready));
  return {
    listens: `127.0.0.1:${socket.address().port}`,
    close: () => new Promise((closed) => socket.close(() => closed())),
  };
}

async function authorityFor(names: readonly string[]): Promise<{ ca: string; leaf: { key: string; cert: string } }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const generated = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const [caKeys, keys] = await Promise.all([generated(), generated()]);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: "CN=small site",
    keys: caKeys,
    signingAlgorithm: algorithm,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: "02",
    subject: `CN=${names[0]}`,
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: algorithm,
    extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns", value })))],
  });
  const key = x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { ca: ca.toString("pem"), leaf: { key, cert: leaf.toString("pem") } };
}
