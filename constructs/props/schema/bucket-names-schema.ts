/** Whether S3 accepts the bucket name. */
export const isBucketName = (it: string) =>
  /^(?!xn--|\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(it) && !/\.\.|\.-|-\./.test(it);
export const BUCKET_ADVICE = "must be the name of an existing bucket, 3 to 63 lowercase letters, digits, - and .";
