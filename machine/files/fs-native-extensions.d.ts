/** The part that is used here; the package has no types. */
declare module "fs-native-extensions" {
  /**
   * Locks an open file against every other open handle of it, in this process or another one.
   * @returns whether it is locked now; false if another handle holds the lock
   */
  export function tryLock(descriptor: number): boolean;
}
