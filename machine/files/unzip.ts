import { type UnzipFileInfo, type Unzipped, unzipSync } from "fflate";

/** What an archive would unpack to is more than it may. */
export class UnpacksToMore extends Error {}

/**
 * Unpacks a ZIP file of somebody else's. An entry is never unpacked to more than it says of itself, so what all of them
 * say is looked at before the first one is.
 * @param maxBytes what all of its entries may have together
 * @param look called for each entry before it is unpacked; it may throw
 * @throws {UnpacksToMore} if they have more; fflate's own errors if it is no ZIP file
 */
export function unzipWithin(
  zip: Uint8Array,
  maxBytes: number,
  look: (entry: UnzipFileInfo) => void = () => undefined,
): Unzipped {
  let size = 0;
  return unzipSync(zip, {
    filter: (entry) => {
      look(entry);
      if ((size += entry.originalSize) > maxBytes) throw new UnpacksToMore(`it unpacks to more than ${maxBytes} bytes`);
      return true;
    },
  });
}
