/**
 * The results of parts that start at the same time.
 * @throws what the first of them throws, after all of them have ended: those that have started can then be closed
 */
export async function allSettled<T extends readonly unknown[]>(
  starting: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(starting);
  return Promise.all(starting);
}
