import { existsSync } from "node:fs";

/**
 * A file that can be opened and takes no byte, as on a full disk. Throws where the system has none, which Linux has.
 */
export function fullDevice(): string {
  if (!existsSync("/dev/full"))
    throw new Error(
      "these tests stand /dev/full in for a full disk, which this system does not have; run them under Linux",
    );
  return "/dev/full";
}
