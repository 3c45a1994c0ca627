import type { Listener, Topology } from "../../../topology/model";
import { certificatesAt } from "../certificates/picked-certificates";
import { once } from "../once";

/* The names and paths in the rules of a listener. */

/** The first few of them as text, such as "for shop.example.com, /api/*". */
export const shownNames = once(({ rules }: Listener): string => {
  const names = [
    ...new Set(
      rules
        .flatMap(({ conditions }) => conditions)
        .filter(({ kind }) => kind === "host-header" || kind === "path-pattern")
        .flatMap(({ values }) => values.items),
    ),
  ];
  return names.length === 0
    ? "for other requests"
    : `for ${names.slice(0, 4).join(", ")}${names.length > 4 ? ", …" : ""}`;
});

/**
 * Whether the rules of a listener are probably for names whose records are in other files: they contain hosts, and the
 * listener has no certificate, or one that covers such a name.
 */
export const rulesForNamesElsewhere = once((topology: Topology) =>
  once((listener: Listener): boolean => {
    const hosts = listener.rules
      .flatMap(({ conditions }) => conditions)
      .filter(({ kind }) => kind === "host-header")
      .flatMap(({ values }) => values.items.map((it) => it.toLowerCase()));
    if (hosts.length === 0) return false;
    const { all, firstOpen, isGoodFor } = certificatesAt(listener, { topology });
    return all.length === 0 || firstOpen !== undefined || [...new Set(hosts)].some(isGoodFor);
  }),
);
