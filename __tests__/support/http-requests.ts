import { type IncomingMessage, type OutgoingHttpHeaders, request } from "node:http";

/* Requests on loopback with headers that fetch does not allow, such as Host. */

export interface Response {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** The response without its body, which has not ended. */
export function open(
  port: number,
  path: string,
  options: { method?: string; headers?: OutgoingHttpHeaders; body?: string } = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method = "GET", headers = {}, body } = options;
    request({ host: "127.0.0.1", port, path, method, headers, agent: false }, resolve).on("error", reject).end(body);
  });
}

export async function send(...args: Parameters<typeof open>): Promise<Response> {
  const response = await open(...args);
  return { status: response.statusCode ?? 0, headers: response.headers, body: await textOf(response) };
}

export async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
