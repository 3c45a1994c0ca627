/** The part in use; the package has no types of its own. */
declare module "fs-native-extensions" {
  /**
   * Locks an open file against every other opening of it, in this process or another one.
   * @returns whether it is locked now; false while another opening has it locked
   */
  export function tryLock(descriptor: number): boolean;
}
