import type { Change } from "../../topology/changes";
import { own } from "../../topology/json";
import { shortened } from "../../topology/limits";
import type { Deferral } from "../../topology/plan-format";
import { holdsTrue } from "../../topology/plan-values";
import { NOT_KNOWN, PLAN } from "../../topology/unread";
import { isHarmless } from "../analysis/writers/invoked-actions";
import { HOPS, type Hop, type Open, type TraceReport } from "../report";
import { code, doneTo, followedBy, type PhrasedCause } from "./because";
import type { Traces } from "./hops";
import type { World } from "./world";

/* Parts of a plan that cannot be read: they may do anything, so the effect is at least `unknown`. */

const LATER = "Apply this plan, plan again, and review the new plan before you apply it";

/** Whatever prevents a review from reporting no effect. */
export function causesOfUnread({ format, changes }: World): PhrasedCause[] {
  const { isErrored, isPartial, newVersion, unknownParts, deferrals } = format;
  return [
    ...(isErrored ? [ERRORED] : []),
    ...(isPartial && !isErrored && deferrals.length === 0 ? [PARTIAL] : []),
    ...(newVersion === undefined ? [] : [causeOfVersion(newVersion)]),
    ...unknownParts.map(causeOfPart),
    ...deferrals.filter(({ isAction, type }) => !isAction || !isHarmless(type)).map(causeOfDeferral),
    ...changes.filter(({ doing }) => doing === "other").map(causeOfOther),
  ];
}

const ERRORED = unread({
  attribute: "errored",
  why: "The plan ended with an error, so it does not contain all changes of the configuration.",
  avoid: "Correct the error, plan again, and review the new plan",
  phrase: "the plan ended with an error",
});

const PARTIAL = unread({
  attribute: "complete",
  why: "The plan covers only some resources; the others were not reviewed.",
  avoid: "Plan without `-target` and `-exclude`",
  phrase: "the plan covers only some resources",
});

function causeOfVersion(version: string): PhrasedCause {
  return unread({
    attribute: "format_version",
    why: `The plan has format ${code(version)}; this version of alb-web supports major versions 0 and 1.`,
    avoid: "Use a newer version of alb-web",
    phrase: "this version of alb-web does not support the format of the plan",
  });
}

function causeOfPart(name: string): PhrasedCause {
  return unread({
    attribute: name,
    why: `The plan has a part ${code(name)} that this version of alb-web does not know; its effect was not reviewed.`,
    avoid: "Use a newer version of alb-web, or check the part in the output of `terraform show`",
    phrase: "the plan has a part that this version of alb-web does not know",
  });
}

/**
 * Arguments, types and resources on a path that no reader knows, before or after. An unrelated change leaves them as
 * they are, but its effect on requests can be determined only for a path that is completely read.
 */
export function causesOfNotKnown({ before, after }: Traces, world: World): PhrasedCause[] {
  if (world.moving.length === 0) return [];
  const isMoving = ({ address }: Open) => (world.byAddress.get(address)?.doing ?? "none") !== "none";
  const all = [
    ...opensOf(after).filter(({ address }) => address !== PLAN),
    ...(before === undefined ? [] : opensOf(before).filter(isMoving)),
  ];
  return [...new Map(all.map((it) => [JSON.stringify([it.address, it.attribute]), it])).values()].map(
    (open): PhrasedCause => {
      const { hop, address, attribute, why } = open;
      const change = world.byAddress.get(address);
      const text = `${why}, so ${hopInText(hop)} is not verified`;
      return {
        address,
        attribute,
        hop,
        effect: "unknown",
        why: `${begun(change !== undefined && isMoving(open) ? doneTo(change, world) : "", text)}.`,
        avoid: "Use a newer version of alb-web, or check what this does to requests",
        ...(change !== undefined && isMoving(open) && { follows: followedBy(change, world) }),
        phrase: "this version of alb-web does not know something on the path",
      };
    },
  );
}

/** "TLS" or "the target group" */
function hopInText(hop: Hop): string {
  return hop === "dns" || hop === "tls" ? hop.toUpperCase() : `the ${hop.replace("-", " ")}`;
}

/** A sentence that begins with what Terraform does, if anything. */
function begun(done: string, text: string): string {
  return done === "" ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : `${done}; ${text}`;
}

/**
 * Attributes on a path that become known after apply, so that a hop that was ok before is unknown. The same for a
 * subnet that is associated with a route table outside of the file. Unknown attributes of new resources do not count,
 * nor references that already pointed out of the file.
 */
export function causesOfOpened({ before, after }: Traces, world: World): PhrasedCause[] {
  if (before === undefined) return [];
  const proven = HOPS.filter((hop) => isProven(hop, before) && !isProven(hop, after));
  const open = after.paths
    .flatMap(({ hops }) => hops.flatMap((it) => (proven.includes(it.hop) && it.verdict === "unknown" ? it.open : [])))
    .filter((it) => !isNotKnown(it));
  return [...new Map(open.map((it) => [JSON.stringify([it.address, it.attribute]), it])).values()].flatMap(
    ({ hop, address, attribute, why }): PhrasedCause[] => {
      const change = world.byAddress.get(address);
      const [root = ""] = attribute.split(/[.[]/);
      const isLeadingOut = change?.type === "aws_route_table_association" && change.differing.includes(root);
      if (
        change === undefined ||
        (change.doing !== "update" && change.doing !== "replace") ||
        !(holdsTrue(own(change.unknown, root)) || isLeadingOut)
      )
        return [];
      return [
        {
          address,
          attribute,
          hop,
          effect: "unknown",
          why:
            `${doneTo(change, world)}; ${code(attribute)} is unknown (${why}), so ${hopInText(hop)}, which was ok ` +
            "before, cannot be verified.",
          avoid: "Set the value explicitly, or apply the resource that it comes from first and plan again",
          follows: followedBy(change, world),
          phrase: "a value on the path is known only after apply",
        },
      ];
    },
  );
}

function isProven(hop: Hop, { paths }: TraceReport): boolean {
  const all = paths.flatMap(({ hops }) => hops.filter((it) => it.hop === hop));
  return all.length > 0 && all.every(({ verdict }) => verdict === "ok");
}

function opensOf({ paths }: TraceReport): Open[] {
  return paths.flatMap(({ hops }) => hops.flatMap(({ open }) => open.filter(isNotKnown)));
}

/** Whether something is unknown because no reader knows it. */
export function isNotKnown({ why }: Pick<Open, "why">): boolean {
  return why.endsWith(NOT_KNOWN);
}

function unread(
  cause: Pick<PhrasedCause, "attribute" | "why" | "avoid" | "phrase"> & Partial<Pick<PhrasedCause, "address">>,
): PhrasedCause {
  return { address: PLAN, hop: null, effect: "unknown", ...cause };
}

function causeOfDeferral({ address, reason, isAction }: Deferral): PhrasedCause {
  return unread({
    address,
    attribute: "",
    why: `Terraform defers this ${isAction ? "action" : "change"} to a later plan (${code(reason)}).`,
    avoid: LATER,
    phrase: `Terraform defers ${isAction ? "actions" : "changes"} to a later plan`,
  });
}

function causeOfOther({ address, words }: Change): PhrasedCause {
  return unread({
    address,
    attribute: "actions",
    why: `Terraform plans ${code(shortened(words))}, which this version of alb-web does not know.`,
    avoid: "Use a newer version of alb-web, or check what Terraform does here",
    phrase: "Terraform plans an action that this version of alb-web does not know",
  });
}
