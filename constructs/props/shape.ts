/* Types that tie a table to its props: a prop without an entry, or an entry without a prop, does not compile. */

/** The names of the optional props. */
export type OptionalKeys<P> = { [K in keyof P]-?: Partial<Pick<P, K>> extends Pick<P, K> ? K : never }[keyof P];

/** The names of the required props. */
export type RequiredKeys<P> = Exclude<keyof P, OptionalKeys<P>>;

/** All props of several types, such as a new and an existing network. A rule checks which of them go together. */
export type AnyOf<P> = { readonly [K in P extends unknown ? keyof P : never]?: unknown };
