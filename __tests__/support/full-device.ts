import { existsSync } from "node:fs";

/**
 * A file that can be opened but not written, as on a full disk. Throws on systems without /dev/full.
 */
export function fullDevice(): string {
  if (!existsSync("/dev/full"))
    throw new Error("these tests use /dev/full as a full disk, which this system does not have; run them on Linux");
  return "/dev/full";
}
