import { type UnzipFileInfo, type Unzipped, unzipSync } from "fflate";

/** An archive whose content is larger than allowed. */
export class UnpacksToMore extends Error {}

/**
 * Unpacks an untrusted ZIP file. An entry is never unpacked to more than its declared size, so the declared sizes are
 * added up while the entries are read.
 * @param maxBytes the maximum size of all entries together
 * @param look called for each entry before it is unpacked; it can throw
 * @throws {UnpacksToMore} if the entries are larger; fflate's own errors if it is not a ZIP file
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
