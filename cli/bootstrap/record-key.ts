import { randomBytes } from "node:crypto";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { RECORD_KEY } from "../records/kept-records";
import { asked, nothingIf } from "./asked";

/**
 * Creates the key of the digests in records of plans, unless the bucket has one. It is not created by terraform, which
 * would also store it in the state of bootstrap.
 */
export async function makeRecordKey({
  bucket,
  region,
}: {
  readonly bucket: string;
  readonly region: string;
}): Promise<void> {
  const s3 = new S3Client({ region });
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: RECORD_KEY,
    Body: randomBytes(32).toString("hex"),
    ServerSideEncryption: "AES256",
    IfNoneMatch: "*",
  });
  await asked("s3:PutObject", s3.send(put).catch(nothingIf("PreconditionFailed")));
}
