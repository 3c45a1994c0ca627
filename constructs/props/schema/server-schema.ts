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
      "must be shell lines of at most 16 KiB with Unix line ends",
    ),
    userData: text(
      hasBootHeader,
      "must be at most 16 KiB with Unix line ends and begin with #!/ or #cloud-config; EC2 runs nothing else",
    ),
  },
);
