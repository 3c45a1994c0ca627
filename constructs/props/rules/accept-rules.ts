import type { AcceptedFinding } from "../web-stack-props";
import { rule, when } from "./prop-rule";

/** An entry without an address accepts the finding at any address, so there can be no other entry for it. */
export const findingsAreAcceptedOnce = rule(["accept"], ({ accept }) => {
  const isSame = (one: AcceptedFinding, other: AcceptedFinding) =>
    one.finding === other.finding &&
    (one.address === undefined || other.address === undefined || one.address === other.address);
  return accept.flatMap((it, index) =>
    when(
      accept.slice(0, index).some((before) => isSame(before, it)),
      `accept.${index}.finding`,
      it.finding,
      `must occur only once in accept${it.address === undefined ? "" : ` at ${it.address}`}`,
    ),
  );
});
