import type { OwnServerProps, ProxiedServerProps } from "../server-props";
import type { AnyOf } from "../shape";
import { object, text } from "../values";
import { port } from "./ports-schema";

/** EC2 rejects larger user data (before base64). */
export const MAX_USER_DATA_BYTES = 16 * 1024;

const hasBootHeader = (input: string) =>
  /^(#!\/|#cloud-config|#include|Content-Type: multipart\/)/.test(input) &&
  !/^[^\n]*\r\n/.test(input) &&
  Buffer.byteLength(input) <= MAX_USER_DATA_BYTES;

export const server = object<AnyOf<ProxiedServerProps | OwnServerProps>>(
  {},
  {
    proxyPort: port(),
    setup: text(
      (it) => Buffer.byteLength(it) <= MAX_USER_DATA_BYTES && !it.includes("\r"),
      "must be shell commands of at most 16 KiB with Unix line endings",
    ),
    userData: text(
      hasBootHeader,
      "must begin with #!/ or #cloud-config, be at most 16 KiB long and have Unix line endings; " +
        "other user data does not run",
    ),
  },
);
