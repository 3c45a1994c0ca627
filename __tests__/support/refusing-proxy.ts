import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Runs a proxy that refuses every connection while `work` runs.
 * @returns the hosts of the requested connections
 */
export async function askedOfProxy(work: (address: string) => Promise<unknown>): Promise<string[]> {
  const asked: string[] = [];
  const proxy = createServer().on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  await new Promise<void>((listening) => proxy.listen(0, "127.0.0.1", listening));
  try {
    await work(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  } finally {
    await new Promise((closed) => proxy.close(closed));
  }
  return asked;
}
