import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { type Authority, authorityFolder, openAuthority } from "../../../../cli/serve/authority";
import { authorityCertificate } from "../../../../cli/serve/certificate-making";
import { SetupError } from "../../../../machine/errors";

/* The local certificate authority: its files, what it signs, and what it does with files that it cannot use. */

const DAY_MS = 86_400_000;
let room: string;
let folder: string;

beforeEach(() => {
  room = mkdtempSync(join(tmpdir(), "authority-test-"));
  folder = join(room, "share", "alb-web");
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(room, { recursive: true, force: true });
});

const keyFile = () => join(folder, "authority.key");
const certificateFile = () => join(folder, "authority.pem");
const files = () =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((it) => it !== "lock")
      .map((it) => [it, readFileSync(join(folder, it), "utf8")]),
  );
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const days = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / DAY_MS;
/** Opens it as if it were so many days ago. */
async function daysAgo(count: number): Promise<Authority> {
  const now = Date.now();
  const clock = jest.spyOn(Date, "now").mockReturnValue(now - count * DAY_MS);
  const authority = await openAuthority(folder);
  clock.mockRestore();
  return authority;
}

describe("the files", () => {
  test("are for the user alone, whatever the umask", async () => {
    const before = process.umask(0);
    try {
      await openAuthority(folder);
    } finally {
      process.umask(before);
    }
    expect(modeOf(folder)).toBe("700");
    expect(readdirSync(folder).map((it) => `${it} ${modeOf(join(folder, it))}`)).toEqual([
      "authority.key 600",
      "authority.pem 600",
      "lock 600",
    ]);
  });

  test("stay as they are when it is opened again", async () => {
    await openAuthority(folder);
    const before = files();
    const again = await openAuthority(folder);
    expect(files()).toEqual(before);
    expect(again.certificate).toBe(before["authority.pem"]);
    expect(again.certificateFile).toBe(certificateFile());
  });

  test("are made once by commands that start at the same time", async () => {
    const all = await Promise.all(Array.from({ length: 6 }, () => openAuthority(folder)));
    expect(new Set(all.map(({ certificate }) => certificate)).size).toBe(1);
    expect(Object.keys(files())).toEqual(["authority.key", "authority.pem"]);
  });

  test("are completed with the same key if a command was killed between them", async () => {
    const { "authority.key": key } = (await openAuthority(folder), files());
    rmSync(certificateFile());
    const { certificate } = await openAuthority(folder);
    expect(files()["authority.key"]).toBe(key);
    expect(new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key ?? ""))).toBe(true);
  });

  test("may be reached through links of the user", async () => {
    const real = join(room, "real");
    mkdirSync(join(room, "share"));
    mkdirSync(real, { mode: 0o700 });
    symlinkSync(real, folder);
    await openAuthority(folder);
    expect(readdirSync(real)).toContain("authority.key");
  });

  test.each<[what: string, age: number, isRenewed: boolean]>([
    ["a month before it expires", 334, false],
    ["less than a month before it expires", 336, true],
    ["after it has expired", 1_000, true],
    ["before it is valid, because the clock was changed", -2, true],
  ])("are renewed or not %s", async (_, age, isRenewed) => {
    const old = await daysAgo(age);
    const { "authority.key": key } = files();
    const { certificate } = await openAuthority(folder);
    expect(certificate !== old.certificate).toBe(isRenewed);
    const { validTo } = new X509Certificate(certificate);
    expect(Date.parse(validTo) - Date.now()).toBeGreaterThan(29 * DAY_MS);
    expect(files()["authority.key"]).toBe(key);
  });

  test("are in the user's folder for data of programs", () => {
    const of = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform = "linux") =>
      authorityFolder({ HOME: "/home/x", ...env }, platform);
    expect(of({})).toBe("/home/x/.local/share/alb-web");
    expect(of({ XDG_DATA_HOME: "/data" })).toBe("/data/alb-web");
    expect(of({ XDG_DATA_HOME: "data" })).toBe("/home/x/.local/share/alb-web");
    expect(of({ XDG_DATA_HOME: "/data" }, "darwin")).toBe("/home/x/Library/Application Support/alb-web");
  });
});

describe("the authority", () => {
  test("says what it is and whose, and can sign leaves only, for a year", async () => {
    const certificate = new X509Certificate((await openAuthority(folder)).certificate);
    expect(certificate.subject).toMatch(/^CN=alb-web local authority of [^\n]+@[^\n]+$/);
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(days(certificate.validFrom, certificate.validTo)).toBe(365);
  });
});

describe("a leaf", () => {
  test("has exactly the names, for seven days and for servers only", async () => {
    const authority = await openAuthority(folder);
    const { cert, key } = await authority.leafFor(["www.example.com", "*.Example.com"]);
    const leaf = new X509Certificate(cert);
    expect(leaf.subjectAltName).toBe("DNS:www.example.com, DNS:*.example.com");
    expect(leaf.ca).toBe(false);
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(days(leaf.validFrom, leaf.validTo)).toBe(7);
    expect(leaf.checkPrivateKey(createPrivateKey(key))).toBe(true);
    const issuer = new X509Certificate(authority.certificate);
    expect(leaf.checkIssued(issuer)).toBe(true);
    expect(leaf.verify(issuer.publicKey)).toBe(true);
    expect(BigInt(`0x${leaf.serialNumber}`)).toBeGreaterThan(0n);
  });

  test("leaves out what is no name", async () => {
    const { leafFor } = await openAuthority(folder);
    const names = [
      "${var.name}",
      "a.example.com",
      "",
      "a..b",
      "*",
      "x.*.example.com",
      `${"x".repeat(64)}.example.com`,
      "a b.example.com",
      "-a.example.com",
      "a-.example.com",
      "ü.example.com",
      "a.example.com\0.example.net",
      "a.example.com, DNS:b.example.com",
      "abcdefg.".repeat(32),
      "A.example.com",
    ];
    expect(new X509Certificate((await leafFor(names)).cert).subjectAltName).toBe("DNS:a.example.com");
    expect(new X509Certificate((await leafFor(["${var.name}"])).cert).subjectAltName).toBeUndefined();
  });

  test("is kept until the day before it expires", async () => {
    const { leafFor } = await openAuthority(folder);
    const first = await leafFor(["a.example.com", "b.example.com"]);
    expect(await leafFor(["a.example.com", "b.example.com", "a.example.com"])).toEqual(first);
    expect((await leafFor(["a.example.com"])).cert).not.toBe(first.cert);
    jest.spyOn(Date, "now").mockReturnValue(Date.now() + 5.9 * DAY_MS);
    expect(await leafFor(["a.example.com", "b.example.com"])).toEqual(first);
    jest.spyOn(Date, "now").mockReturnValue(Date.now() + 0.2 * DAY_MS);
    expect((await leafFor(["a.example.com", "b.example.com"])).cert).not.toBe(first.cert);
  });

  test("never outlives the authority", async () => {
    const { leafFor, certificate } = await openAuthority(folder);
    jest.spyOn(Date, "now").mockReturnValue(Date.now() + 362 * DAY_MS);
    expect(new X509Certificate((await leafFor(["a.example.com"])).cert).validTo).toBe(
      new X509Certificate(certificate).validTo,
    );
  });

  test("is accepted for its names by a client with the authority's certificate, and by no other", async () => {
    const { leafFor, certificate } = await openAuthority(folder);
    const server = createServer(await leafFor(["www.example.com", "*.app.example.com"]), (socket) => socket.end());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const result = async (servername: string, ca?: string) => {
      const socket = connect({ port, host: "127.0.0.1", servername, ca });
      const [error] = (await Promise.race([
        once(socket, "secureConnect"),
        once(socket, "error").then(([it]) => [it]),
        once(socket, "close"),
      ])) as [NodeJS.ErrnoException?];
      socket.destroy();
      return error?.code ?? (socket.authorized ? "accepted" : "refused");
    };
    // `once` itself rejects with an error of the socket.
    const outcome = (servername: string, ca?: string) =>
      result(servername, ca).catch((error: NodeJS.ErrnoException) => error.code);
    expect(await outcome("www.example.com", certificate)).toBe("accepted");
    expect(await outcome("x.app.example.com", certificate)).toBe("accepted");
    expect(await outcome("x.y.app.example.com", certificate)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(await outcome("example.com", certificate)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    expect(await outcome("www.example.com")).toBe("UNABLE_TO_VERIFY_LEAF_SIGNATURE");
    server.close();
  });

  test("of before a renewal is accepted with the new certificate, as the key stays", async () => {
    const old = await daysAgo(340);
    const renewed = await openAuthority(folder);
    const leaf = new X509Certificate((await old.leafFor(["a.example.com"])).cert);
    expect(leaf.checkIssued(new X509Certificate(renewed.certificate))).toBe(true);
    expect(leaf.verify(new X509Certificate(renewed.certificate).publicKey)).toBe(true);
  });
});

describe("files that cannot be used are left as they are, and one sentence names them", () => {
  const pem = (curve: string) =>
    String(generateKeyPairSync("ec", { namedCurve: curve }).privateKey.export({ type: "pkcs8", format: "pem" }));
  const put = (file: string, content: string) => {
    rmSync(file, { force: true, recursive: true });
    writeFileSync(file, content, { mode: 0o600 });
  };
  /** A correct certificate of another authority. */
  const another = async () => (await openAuthority(join(room, "other"))).certificate;

  test.each<[what: string, spoil: () => unknown, sentence: RegExp]>([
    [
      "a key that others can read",
      () => chmodSync(keyFile(), 0o644),
      /authority\.key must have the mode 0600 \(got 0644\)\. .* chmod 0600 /,
    ],
    [
      "a key that its group can write",
      () => chmodSync(keyFile(), 0o620),
      /authority\.key must have the mode 0600 \(got 0620\)/,
    ],
    [
      "a key that the user can run",
      () => chmodSync(keyFile(), 0o700),
      /authority\.key must have the mode 0600 \(got 0700\)/,
    ],
    [
      "a certificate that others can write",
      () => chmodSync(certificateFile(), 0o666),
      /authority\.pem must have the mode 0600 \(got 0666\)/,
    ],
    [
      "a folder that others can enter",
      () => chmodSync(folder, 0o755),
      /alb-web must have the mode 0700 \(got 0755\)\. .* chmod 0700 /,
    ],
    ["an empty key", () => put(keyFile(), ""), /authority\.key must be a P-256 private key in PEM form\. .* move /],
    [
      "a key with a part missing",
      () => put(keyFile(), readFileSync(keyFile(), "utf8").slice(0, 100)),
      /authority\.key must be a P-256 private key/,
    ],
    ["a key of another curve", () => put(keyFile(), pem("P-384")), /authority\.key must be a P-256 private key/],
    [
      "an RSA key",
      () =>
        put(
          keyFile(),
          String(
            generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }),
          ),
        ),
      /authority\.key must be a P-256 private key/,
    ],
    [
      "another key",
      () => put(keyFile(), pem("P-256")),
      /authority\.pem must be the certificate of the key in .*authority\.key/,
    ],
    [
      "another authority's certificate",
      async () => put(certificateFile(), await another()),
      /authority\.pem must be the certificate of the key in .*authority\.key/,
    ],
    [
      "a certificate of something else",
      async () => put(certificateFile(), (await (await openAuthority(folder)).leafFor(["a.example.com"])).cert),
      /authority\.pem must be the authority's certificate/,
    ],
    [
      "an authority of something else",
      async () =>
        put(certificateFile(), await authorityCertificate(createPrivateKey(readFileSync(keyFile())), "Another CA")),
      /authority\.pem must be the authority's certificate/,
    ],
    [
      "binary data as certificate",
      () => put(certificateFile(), "\0\xff\x1b[2J"),
      /authority\.pem must be the authority's certificate/,
    ],
    ["no key", () => rmSync(keyFile()), /authority\.key must exist next to authority\.pem\. Restore it, or move /],
    [
      "a folder in the key's place",
      () => (rmSync(keyFile()), mkdirSync(keyFile(), { mode: 0o600 })),
      /authority\.key must be a file of at most 65536 bytes/,
    ],
    [
      "a large file in the key's place",
      () => put(keyFile(), "x".repeat(65_537)),
      /authority\.key must be a file of at most 65536 bytes/,
    ],
    [
      "a link in the key's place, to a file of something else",
      () => (rmSync(keyFile()), symlinkSync("/dev/zero", keyFile())),
      /authority\.key must be a file, not a link\. Move it away\.$/,
    ],
    ["a link that leads to itself", () => (rmSync(keyFile()), symlinkSync(keyFile(), keyFile())), /authority\.key/],
  ])("%s", async (_, spoil, sentence) => {
    await openAuthority(folder);
    await spoil();
    const before = readdirSync(folder).map((it) => [it, lstatSync(join(folder, it)).mtimeMs]);
    const error = await openAuthority(folder).then(
      () => undefined,
      (it: Error) => it,
    );
    expect(error).toBeInstanceOf(SetupError);
    expect(error?.message).toMatch(sentence);
    expect(error?.message).not.toContain("\n");
    expect(readdirSync(folder).map((it) => [it, lstatSync(join(folder, it)).mtimeMs])).toEqual(before);
  });

  test("a file in the folder's place", async () => {
    mkdirSync(join(room, "share"));
    writeFileSync(folder, "mine");
    const error = await openAuthority(folder).then(
      () => undefined,
      (it: Error) => it,
    );
    expect(error).toBeInstanceOf(SetupError);
    expect(error?.message).toContain(folder);
    expect(readFileSync(folder, "utf8")).toBe("mine");
  });

  test("nothing is left behind if it cannot be written", async () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // The certificate cannot take the place of a folder, which is found only when it is written.
    await openAuthority(folder);
    rmSync(certificateFile());
    mkdirSync(certificateFile(), { mode: 0o600 });
    await expect(openAuthority(folder)).rejects.toThrow(SetupError);
    expect(readdirSync(folder).sort()).toEqual(["authority.key", "authority.pem", "lock"]);
    expect(existsSync(keyFile())).toBe(true);
  });
});

test("a folder in which none can be created ends with a sentence, not with a loop", async () => {
  // Node's recursive mkdir never ends below it.
  const error = await openAuthority("/proc/sys/share/alb-web").catch((reason: unknown) => reason as Error);
  expect(error).toBeInstanceOf(SetupError);
  expect((error as Error).message).toMatch(/^\/proc\/sys\/\S+ cannot be/);
});
