import { DeleteObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ADOPTABLE } from "../../../cli/adoption/adoptable";
import { accountOf, growth } from "../../support/crash-account";
import { CrashRoom, SITE, seededAccount } from "../../support/crash-room";

/* A state that is lost as a whole: every kind of resource is found again and imported, and nothing is made twice. */

jest.setTimeout(30 * 60_000);

/** Has every kind that adopt can find, each at least once. */
const EVERYTHING = [
  SITE.replace("www.example.com", "www.ours.example.com"),
  'alternativeNames: ["*.ours.example.com", "ours.example.com", "more.example.com"]',
  'hostedZone: { name: "ours.example.com", create: true, delegated: true }',
  'network: { egress: "nat", flowLogsBucket: "states" }',
  'accessLogsBucket: "states"',
  "healthCheck: { port: 9000 }",
].join(", ");

test("a site whose state is lost is adopted whole, needs one deploy, and can be taken down", async () => {
  const seeded = await seededAccount();
  const room = await CrashRoom.open(await seeded.clone(), EVERYTHING);
  try {
    const empty = await accountOf(room.localAws);
    await room.apply();
    const full = await accountOf(room.localAws);
    const addresses = await room.addresses();

    const s3 = new S3Client({
      endpoint: room.localAws.endpoint,
      region: "us-east-1",
      forcePathStyle: true,
      credentials: { accessKeyId: "rehearsal", secretAccessKey: "rehearsal" },
    });
    await s3.send(new DeleteObjectCommand({ Bucket: "states", Key: "web/terraform.tfstate" }));
    expect(await room.addresses()).toEqual([]);

    const { code, stdout } = await room.adopt();
    expect(stdout).not.toMatch(/^(ambiguous|left over|unknown|undecided)/m);
    expect(code).toBe(0);
    const adopted = [...stdout.matchAll(/^adopted +(\S+) /gm)].map(([, address = ""]) => address);
    // A certificate's records are written again, whatever is there.
    const isMadeAgain = (address: string) =>
      ADOPTABLE[typeOf(address)]?.by === "nothing" || address.startsWith("aws_route53_record.site_certificate_");
    expect(adopted.sort()).toEqual(addresses.filter((address) => !isMadeAgain(address)).sort());
    expect([...new Set(adopted.map(typeOf))].sort()).toEqual(
      Object.keys(ADOPTABLE)
        .filter((type) => ADOPTABLE[type]?.by !== "nothing")
        .sort(),
    );
    expect(stdout).not.toContain("the plan replaces it");
    expect(stdout).toMatch(
      new RegExp(
        `^Plan: ${adopted.length} to import, ${addresses.length - adopted.length} to add, \\d+ to change, 0 to ` +
          `destroy\\.$`,
        "m",
      ),
    );

    await room.apply();
    expect(await accountOf(room.localAws)).toEqual(full);
    expect((await room.addresses()).sort()).toEqual(addresses.sort());
    expect(await room.changes()).toBe("");
    await room.destroy();
    expect(growth(empty, await accountOf(room.localAws))).toEqual({});
  } finally {
    await room.close();
    await seeded.stop();
  }
});

function typeOf(address: string): string {
  return address.split(".")[0] ?? "";
}
