import { type IncomingMessage, request as overHttp, type RequestOptions } from "node:http";
import { request as overHttps } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import type { Backend } from "../../path/serve/decisions";
import type { CheckResult, HealthSettings } from "../../path/serve/health";

/* One health check, sent as a load balancer does. */

export interface HealthCheck {
  readonly settings: HealthSettings;
  /** The target on the port of its health checks. */
  readonly backend: Backend;
  /** The target's own address, if the file contains it. */
  readonly ip?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** @returns the result; never rejects, and is a timeout if the signal aborts */
export async function checkHealth({ settings, backend, ip, timeoutMs, signal }: HealthCheck): Promise<CheckResult> {
  if (backend.way.kind === "closed") {
    await pause(timeoutMs, undefined, { signal, ref: false }).catch(() => undefined);
    return { kind: "timeout" };
  }
  if (backend.listens === undefined) return { kind: "refused" };
  if (signal.aborted) return { kind: "timeout" };
  const { host, port } = backend.listens;
  const options: RequestOptions & { rejectUnauthorized: boolean } = {
    host,
    port,
    path: settings.path,
    method: "GET",
    agent: false,
    signal,
    // Load balancers do not verify the certificates of targets.
    rejectUnauthorized: false,
    headers: { host: `${ip ?? host}:${backend.port}`, "user-agent": "ELB-HealthChecker/2.0", connection: "close" },
  };
  return new Promise((resolve) => {
    const request = (settings.protocol === "HTTPS" ? overHttps : overHttp)(options);
    const timer = setTimeout(() => {
      resolve({ kind: "timeout" });
      request.destroy();
    }, timeoutMs);
    const end = (result: CheckResult) => {
      clearTimeout(timer);
      resolve(result);
      request.destroy();
    };
    request.once("response", ({ statusCode = 0 }: IncomingMessage) => end({ kind: "response", status: statusCode }));
    request.once("error", () => end(signal.aborted ? { kind: "timeout" } : { kind: "refused" }));
    request.end();
  });
}

/** Such as "200 for /healthz". */
export function checkInWords(result: CheckResult, { path }: HealthSettings, port: number): string {
  if (result.kind === "response") return `${result.status} for ${path} on port ${port}`;
  return result.kind === "timeout" ? `no response on port ${port}` : `connection refused on port ${port}`;
}
