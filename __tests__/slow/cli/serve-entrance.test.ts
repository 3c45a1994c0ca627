import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { type BrowserEntrance, startEntrance } from "../../../cli/serve/browser-entrance";
import { startChromium } from "../../support/chromium";
import { textOf } from "../../support/http-requests";
import { localAuthority } from "../../support/local-authority";

/* A site that requires HTTPS, in a browser that knows neither its names nor its authority. */

const NAMES = ["www.example.com", "api.example.com"];

let browser: Browser;
let servers: Server[];
let entrance: BrowserEntrance;
let received: { url: string; cookie: string; origin: string }[];

beforeAll(async () => {
  browser = await startChromium();
  const authority = await localAuthority();
  const secure = createTlsServer(await authority.certificateFor(NAMES), respond);
  const plain = createServer((request, response) => {
    response.writeHead(301, { location: `https://${request.headers.host}:443${request.url}` }).end();
  });
  servers = [secure, plain];
  await Promise.all(servers.map((it) => once(it.listen(0, "127.0.0.1"), "listening")));
  const connect = (server: Server) => ({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  entrance = await startEntrance({
    ca: authority.ca,
    origins: NAMES.flatMap((name) => [
      { url: `http://${name}/`, connect: connect(plain) },
      { url: `https://${name}/`, connect: connect(secure) },
    ]),
  });
});
afterAll(async () => {
  await browser?.close();
  await entrance?.close();
  for (const server of servers ?? []) {
    server.closeAllConnections();
    server.close();
  }
});
beforeEach(() => {
  received = [];
});

const COOKIES = [
  "session=1; Secure; HttpOnly; Path=/; SameSite=None",
  "shared=2; Secure; Domain=example.com; Path=/",
  "__Host-strict=3; Secure; Path=/",
];

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { headers, url, method } = request;
  const origin = `https://${headers.host}`;
  received.push({ url: `${origin}${url}`, cookie: headers.cookie ?? "", origin: headers.origin ?? "" });
  response.setHeader("strict-transport-security", "max-age=31536000; includeSubDomains");
  if (url === "/login") {
    response.writeHead(302, { location: "https://www.example.com/home", "set-cookie": COOKIES }).end();
  } else if (method === "POST") {
    await textOf(request);
    // As a framework does that compares Origin with its own address.
    response.writeHead(headers.origin === origin ? 303 : 403, { location: `https://api.example.com/done` }).end();
  } else {
    response.setHeader("content-security-policy", "upgrade-insecure-requests");
    response.setHeader("content-type", "text/html");
    response.end(`<h1>${headers.host}${url}</h1><form method="post" action="/form"><button>Send</button></form>
      <img src="/image.png" alt="">`);
  }
}

test("signs in, keeps its cookies, sends a form and follows redirects to other names", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(entrance.addressOf("http://www.example.com/login"));
  await page.getByRole("heading", { name: "www.example.com/home" }).waitFor();
  expect(page.url()).toBe(`http://www.example.com.localhost:${entrance.port}/home`);
  const all = "session=1; shared=2; __Host-strict=3";
  expect(received.find((it) => it.url === "https://www.example.com/home")?.cookie).toBe(all);
  expect(received.map((it) => it.url)).toContain("https://www.example.com/image.png");

  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("heading", { name: "api.example.com/done" }).waitFor();
  expect(received.find((it) => it.url.endsWith("/form"))).toEqual({
    url: "https://www.example.com/form",
    cookie: all,
    origin: "https://www.example.com",
  });
  expect(received.find((it) => it.url.endsWith("/done"))?.cookie).toBe("shared=2");

  // The browser has not learned to use HTTPS.
  await page.goto(entrance.addressOf("https://www.example.com/again"));
  await page.getByRole("heading", { name: "www.example.com/again" }).waitFor();
  await context.close();
});
