import { execFileSync } from "node:child_process";
import { createServer as createHttpServer, request as httpRequest, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Tools } from "../../../cli/project/project";
import type { ProvingFolder } from "../../../cli/proving/folder";
import { Interruptions } from "../../../cli/proving/interruptions";
import { ProvingRun } from "../../../cli/proving/proving-run";
import { answers200, redirectsToHttps, targetsAreWell } from "../../../cli/proving/traffic";
import { findEmulatorPython } from "../../../machine/setup/emulator-python";
import { expectationOf } from "../../../rehearsal/expectation";
import { readSite } from "../../../rehearsal/site";
import { PROJECT } from "../../support/project";
import { CACHE, startLocalAws } from "../../support/rehearsal-room";
import { synthOf } from "../../support/synth";

/* What npx alb-web prove asks over the network, of servers on this machine, and how much of an account it reads. */

/** A key and a certificate that nobody has signed but itself, for 127.0.0.1. */
const SELF_SIGNED = `
import datetime, ipaddress
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
now = datetime.datetime.now(datetime.timezone.utc)
names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1).not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1)).add_extension(names, False).sign(key, hashes.SHA256())
print(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode())
print(made.public_bytes(serialization.Encoding.PEM).decode())
`;

const never = new AbortController().signal;
const servers: Server[] = [];
const opened = async (server: Server): Promise<string> => {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const serving = async (answer: RequestListener): Promise<string> => `http://${await opened(createHttpServer(answer))}/`;

afterAll(() =>
  Promise.all(
    servers.map(
      (server) =>
        new Promise((resolve) => {
          server.closeAllConnections();
          server.close(resolve);
        }),
    ),
  ),
);

test.each<[status: number, location: string | undefined, isGood: boolean, observed: string]>([
  [301, "https://127.0.0.1:443/", true, "301 to https://127.0.0.1:443/"],
  [302, "https://127.0.0.1/", false, "302 to https://127.0.0.1/"],
  [301, "https://www.example.com/", false, "301 to https://www.example.com/"],
  [301, "http://127.0.0.1/", false, "301 to http://127.0.0.1/"],
  [301, "/", false, "301 to /"],
  [301, "https://[", false, "301 to https://["],
  [200, undefined, false, "200"],
  [503, undefined, false, "503"],
])("%s to %s redirects to HTTPS: %s", async (status, location, isGood, observed) => {
  const url = await serving((_, response) =>
    response.writeHead(status, location === undefined ? {} : { location }).end(),
  );
  expect(await redirectsToHttps(url, never)).toEqual({ isGood, observed });
});

test.each([
  [200, true],
  [204, false],
  [301, false],
  [503, false],
])("%s is the answer of a healthy site: %s", async (status, isGood) => {
  let asked = 0;
  const url = await serving((_, response) => {
    asked += 1;
    response.writeHead(status, { location: "/elsewhere" }).end();
  });
  expect(await answers200(url, never)).toEqual({ isGood, observed: `${status}` });
  expect(asked).toBe(1);
});

test("each question makes a connection of its own", async () => {
  const ports = new Set<number | undefined>();
  const url = await serving(({ socket }, response) => {
    ports.add(socket.remotePort);
    response.end();
  });
  for (let count = 0; count < 3; count++) await answers200(url, never);
  expect(ports.size).toBe(3);
});

test("a server that is not there gives no answer", async () => {
  const url = await serving((_, response) => response.end());
  await new Promise((resolve) => servers.pop()?.close(resolve));
  expect(await answers200(url, never)).toEqual({ isGood: false, observed: "no response (ECONNREFUSED)" });
});

test("a certificate that nobody trusts is no good answer", async () => {
  const python = await findEmulatorPython({
    cacheDir: CACHE,
    env: process.env,
    requirementsFile: join(PROJECT, "rehearsal", "requirements.txt"),
  });
  const pem = execFileSync(python, ["-c", SELF_SIGNED], { encoding: "utf8" });
  const url = `https://${await opened(createHttpsServer({ key: pem, cert: pem }, (_, response) => response.end()))}/health`;
  expect(await answers200(url, never)).toEqual({
    isGood: false,
    observed: "no response (DEPTH_ZERO_SELF_SIGNED_CERT)",
  });
});

test("an interrupted question ends", async () => {
  const stopping = new AbortController();
  const url = await serving(() => stopping.abort());
  expect(await answers200(url, stopping.signal)).toMatchObject({ isGood: false });
});

/** What DescribeTargetHealth answers. @param states each as `state reason` */
function targetHealth(states: readonly string[]): string {
  const members = states
    .map((it) => it.split(" "))
    .map(
      ([state = "", reason]) =>
        `<member><TargetHealth><State>${state}</State>` +
        `${reason === undefined ? "" : `<Reason>${reason}</Reason>`}</TargetHealth></member>`,
    );
  return (
    `<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions>${members.join("")}` +
    "</TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>"
  );
}

test.each<[states: string[], isGood: boolean, observed: string]>([
  [["healthy", "healthy"], true, "healthy, healthy"],
  [["healthy", "initial Elb.RegistrationInProgress"], false, "healthy, initial (Elb.RegistrationInProgress)"],
  [["healthy"], false, "healthy"],
  [[], false, "no targets"],
])("targets that are %j are both healthy: %s", async (states, isGood, observed) => {
  const endpoint = await serving((_, response) =>
    response.writeHead(200, { "content-type": "text/xml" }).end(targetHealth(states)),
  );
  const elb = new ElasticLoadBalancingV2Client({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
  });
  expect(await targetsAreWell(elb, "arn", 2, never)).toEqual({ isGood, observed });
});

/*
 * Where it is AWS that answers, which no test can have: the local one stands for ELB, and terraform's outputs are
 * given.
 */
describe("on AWS", () => {
  const { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  afterAll(() => {
    for (const [name, value] of Object.entries({ AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });

  test("targets and requests are waited for side by side, and measured; what was not reached stays unknown", async () => {
    let asked = 0;
    const elb = await serving((_, response) =>
      response.writeHead(200, { "content-type": "text/xml" }).end(targetHealth(["healthy", "healthy"])),
    );
    const site = await serving((_, response) => {
      asked += 1;
      response.writeHead(asked > 1 ? 301 : 503, { location: "https://127.0.0.1/" }).end();
    });
    Object.assign(process.env, { AWS_ENDPOINT_URL: elb, AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" });
    const interruptions = new Interruptions();
    const stdout = JSON.stringify({ target_group_arn: { value: "arn" } });
    const folder = {
      id: "prove-1a2b3c",
      json: synthOf({ domainName: "www.example.com", disposable: true }),
      terraform: () => ({ run: () => Promise.resolve({ stdout, events: [] }) }),
    } as unknown as ProvingFolder;
    const tools = { binary: { command: "terraform", product: "terraform", version: "1.11.4" } } as unknown as Tools;
    const run = new ProvingRun({
      folder,
      tools,
      interruptions,
      domain: new URL(site).host,
      zone: "example.com",
      account: { number: "123456789012", isAws: true },
    });
    const stages = new Map(run.stages().map((stage) => [stage.title, stage]));
    await stages.get("apply")?.run(() => undefined);
    const said: string[] = [];
    const waiting = stages.get("wait for targets and requests")?.run((text) => {
      // HTTPS of a server without it is never answered; what was good by then is kept.
      if (/http: 301.*https: no response/.test(said.at(-1) ?? "")) interruptions.hear("SIGINT");
      said.push(text);
    });
    await expect(waiting).rejects.toThrow("Interrupted by SIGINT");
    expect(said.at(-1)).toMatch(/healthy: healthy, healthy/);
    const { steps, times, verdict, on_aws } = await run.record();
    expect(steps.filter(({ id }) => ["healthy", "http", "https"].includes(id))).toEqual([
      { id: "healthy", verdict: "ok", observed: expect.stringMatching(/^healthy, healthy, \d+ s after the apply$/) },
      {
        id: "http",
        verdict: "ok",
        observed: expect.stringMatching(/^301 to https:\/\/ADDRESS\/, [2-9] s after the apply$/),
      },
      { id: "https", verdict: "unknown", observed: "not reached" },
    ]);
    expect([times.http! >= 2, times.targets_healthy! >= 0, "https" in times, verdict, on_aws]).toEqual([
      true,
      true,
      false,
      "broken",
      true,
    ]);
  });
});

test("of an account's zones, only those that the names can be in are read", async () => {
  const aws = await startLocalAws();
  try {
    await aws.seed({
      region: "us-east-1",
      hostedZones: [{ name: "example.com" }, { name: "ample.com" }, { name: "www.example.org" }],
    });
    const read = async (...names: string[]) => {
      await aws.calls(true);
      const { zones } = await readSite(aws.endpoint, { ...expectationOf({}, {}), names });
      return [
        zones.map(({ name }) => name),
        (await aws.calls()).some(({ action }) => action === "route53:GetHostedZone"),
      ];
    };
    expect(await read("www.example.net")).toEqual([[], false]);
    expect(await read("www.example.com")).toEqual([["example.com"], true]);
    expect(await read("example.com", "*.example.org")).toEqual([["example.com"], true]);
  } finally {
    await aws.stop();
  }
});

test("what is deleted between the list and the question about it is missing from a site, and no error", async () => {
  const aws = await startLocalAws();
  try {
    await aws.seed({
      region: "us-east-1",
      hostedZones: [{ name: "example.com" }],
      certificates: [{ arn: "arn:aws:acm:us-east-1:123456789012:certificate/1", names: ["www.example.com"] }],
    });
    const seen = async (endpoint: string) => {
      const { zones, certificates } = await readSite(endpoint, {
        ...expectationOf({}, {}),
        names: ["www.example.com"],
      });
      return [zones.length, certificates.length];
    };
    const endpoint = await serving((request, response) => {
      const { headers, method, url = "" } = request;
      if (headers["x-amz-target"] === "CertificateManager.DescribeCertificate")
        response
          .writeHead(400, { "content-type": "application/x-amz-json-1.1" })
          .end('{"__type": "ResourceNotFoundException", "message": "gone"}');
      else if (/\/hostedzone\/\w+$/.test(url))
        response
          .writeHead(404, { "content-type": "text/xml" })
          .end(
            "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchHostedZone</Code><Message>gone</Message></Error></ErrorResponse>",
          );
      else
        request.pipe(
          httpRequest(`${aws.endpoint}${url}`, { method, headers }, (answer) => {
            response.writeHead(answer.statusCode ?? 500, answer.headers);
            answer.pipe(response);
          }),
        );
    });
    expect(await seen(aws.endpoint)).toEqual([1, 1]);
    expect(await seen(endpoint)).toEqual([0, 0]);
  } finally {
    await aws.stop();
  }
});
