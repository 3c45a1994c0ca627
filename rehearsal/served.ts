import type { Hop } from "../path/report";

/* A site that is served on loopback, as `alb-web serve` does it; cli/ provides it, because the sockets are there. */

/** A response, or a connection that was never answered. */
export interface ServedRequest {
  /** As the client requested it, such as `https://www.example.com/`; for a connection `https://*:443`. */
  readonly url: string;
  /** Absent: never answered. */
  readonly status?: number;
  /** The hop that decided the response. */
  readonly hop: Hop;
  /** Why, in one sentence that names the resource. */
  readonly text: string;
  /** The target that responded. */
  readonly target?: string;
  /** Whether a stand-in responded, or the file leaves open whether the packets pass. */
  readonly isAssumed: boolean;
}

export interface ServedTarget {
  /** Such as `aws_instance.web[0]`. */
  readonly address: string;
  readonly kind: "nginx" | "app" | "stand-in";
  /** Why it is a stand-in, or why nothing listens. */
  readonly reason?: string;
}

/** The result of the health checks of a target. */
export interface ServedHealth {
  /** Such as `aws_instance.web[0]`; with the port if the target is registered with several. */
  readonly id: string;
  readonly targetGroup: string;
  readonly health: "initial" | "healthy" | "unhealthy" | "unused" | "draining" | "unavailable";
  /** AWS's reason code, such as `Target.Timeout`. */
  readonly code?: string;
  /** Of the last check, such as "200 for /healthz in 2 ms". */
  readonly lastCheck?: { readonly text: string };
}

interface ServedListener {
  readonly address: string;
  readonly protocol: string;
  /** The port of the listener on AWS. */
  readonly port: number;
  /** `127.0.0.1:PORT` */
  readonly listens: string;
}

export interface Served {
  readonly urls: readonly { readonly url: string; readonly connect: string }[];
  readonly listeners: readonly ServedListener[];
  /** `127.0.0.1:PORT` */
  readonly dns: string;
  /** The certificate of the local authority, in PEM. */
  readonly ca: string;
  /** The address of the page that shows the site. */
  readonly page: string;
  readonly targets: readonly ServedTarget[];
  readonly notModelled: readonly string[];
  /** The header of responses of stand-ins, in lower case; its value is the reason. */
  readonly standInHeader?: string;
  /** Why there is no NGINX on this machine, if a target would run it; absent: there is one, or none is needed. */
  readonly withoutNginx?: string;
  status(): readonly ServedHealth[];
  /** Resolves when each target has had enough health checks to be healthy or unhealthy. */
  settled(): Promise<void>;
  /** Calls the listener after each request and for each connection that is never answered. @returns how to stop it */
  onRequest(listener: (request: ServedRequest) => void): () => void;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** How many times faster than on AWS health checks and timeouts run. */
  readonly clock: number;
}

/** Serves the load balancer of a state or of a synthesized stack on loopback. */
export type Serve = (document: unknown, options: ServeOptions) => Promise<Served>;
