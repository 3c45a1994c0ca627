/** A combination's name as a stack's id. */
export function stackIdOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "-");
}
