/* Ties a table to the props it is about: a prop without an entry, or an entry without a prop, does not compile. */

/** The names of the props that may be omitted. */
export type OptionalKeys<P> = { [K in keyof P]-?: Partial<Pick<P, K>> extends Pick<P, K> ? K : never }[keyof P];

/** The names of the props that must be there. */
export type RequiredKeys<P> = Exclude<keyof P, OptionalKeys<P>>;

/** All props of several kinds, such as a new and an existing network. A rule says which go together. */
export type AnyOf<P> = { readonly [K in P extends unknown ? keyof P : never]?: unknown };
