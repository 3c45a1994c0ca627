import { execFileSync } from "node:child_process";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { findEmulatorPython } from "../cli/setup/emulator-python";
import { answers200, redirectsToHttps, targetsAreWell } from "../cli/proving/traffic";
import { CACHE, PROJECT } from "./support/rehearsal-room";

/* What npm run prove asks over the network, of servers on this machine. */

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

afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }))));

test.each<[status: number, location: string | undefined, isGood: boolean, observed: string]>([
  [301, "https://127.0.0.1:443/", true, "301 to https://127.0.0.1:443/"], [302, "https://127.0.0.1/", false, "302 to https://127.0.0.1/"], [301, "https://www.example.com/", false, "301 to https://www.example.com/"],
  [301, "http://127.0.0.1/", false, "301 to http://127.0.0.1/"], [301, "/", false, "301 to /"], [301, "https://[", false, "301 to https://["], [200, undefined, false, "200"], [503, undefined, false, "503"],
])("%s to %s redirects to HTTPS: %s", async (status, location, isGood, observed) => {
  const url = await serving((_, response) => response.writeHead(status, location === undefined ? {} : { location }).end());
  expect(await redirectsToHttps(url, never)).toEqual({ isGood, observed });
});

test.each([[200, true], [204, false], [301, false], [503, false]])("%s is the answer of a healthy site: %s", async (status, isGood) => {
  let asked = 0;
  const url = await serving((_, response) => { asked += 1; response.writeHead(status, { location: "/elsewhere" }).end(); });
  expect(await answers200(url, never)).toEqual({ isGood, observed: `${status}` });
  expect(asked).toBe(1);
});

test("each question makes a connection of its own", async () => {
  const ports = new Set<number | undefined>();
  const url = await serving(({ socket }, response) => { ports.add(socket.remotePort); response.end(); });
  for (let count = 0; count < 3; count++) await answers200(url, never);
  expect(ports.size).toBe(3);
});

test("a server that is not there gives no answer", async () => {
  const url = await serving((_, response) => response.end());
  await new Promise((resolve) => servers.pop()?.close(resolve));
  expect(await answers200(url, never)).toEqual({ isGood: false, observed: "no answer (ECONNREFUSED)" });
});

test("a certificate that nobody trusts is no good answer", async () => {
  const python = await findEmulatorPython({ cacheDir: CACHE, env: process.env, requirementsFile: join(PROJECT, "rehearsal", "requirements.txt") });
  const pem = execFileSync(python, ["-c", SELF_SIGNED], { encoding: "utf8" });
  const url = `https://${await opened(createHttpsServer({ key: pem, cert: pem }, (_, response) => response.end()))}/health`;
  expect(await answers200(url, never)).toEqual({ isGood: false, observed: "no answer (DEPTH_ZERO_SELF_SIGNED_CERT)" });
});

test("an interrupted question ends", async () => {
  const stopping = new AbortController();
  const url = await serving(() => stopping.abort());
  expect(await answers200(url, stopping.signal)).toMatchObject({ isGood: false });
});

test.each<[states: string[], isGood: boolean, observed: string]>([
  [["healthy", "healthy"], true, "healthy, healthy"], [["healthy", "initial Elb.RegistrationInProgress"], false, "healthy, initial (Elb.RegistrationInProgress)"], [["healthy"], false, "healthy"], [[], false, "no targets"],
])("targets that are %j are both healthy: %s", async (states, isGood, observed) => {
  const members = states.map((it) => it.split(" ")).map(([state = "", reason]) => `<member><TargetHealth><State>${state}</State>${reason === undefined ? "" : `<Reason>${reason}</Reason>`}</TargetHealth></member>`);
  const answer = `<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions>${members.join("")}</TargetHealthDescriptions></DescribeTargetHealthResult></DescribeTargetHealthResponse>`;
  const endpoint = await serving((_, response) => response.writeHead(200, { "content-type": "text/xml" }).end(answer));
  const elb = new ElasticLoadBalancingV2Client({ endpoint, region: "us-east-1", credentials: { accessKeyId: "a", secretAccessKey: "b" } });
  expect(await targetsAreWell(elb, "arn", 2, never)).toEqual({ isGood, observed });
});
