import type { Change } from "../../topology/changes";
import { own } from "../../topology/json";
import { shortened } from "../../topology/limits";
import type { Deferral } from "../../topology/plan-format";
import { holdsTrue } from "../../topology/plan-values";
import { NOT_KNOWN, PLAN } from "../../topology/unread";
import { isHarmless } from "../analysis/writers/invoked-actions";
import { HOPS, type Hop, type Open, type TraceReport } from "../report";
import { code, doneTo, followedBy, type Told } from "./because";
import type { Traces } from "./hops";
import type { World } from "./world";

/* What a plan holds and nobody reads: it may do anything, so no answer is better than `unknown`. */

const LATER = "Apply this plan, plan again, and review that plan before it is applied";

/** What keeps a review from saying that no request notices. */
export function causesOfUnread({ format, changes }: World): Told[] {
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
  why: "The plan ended with an error, so it does not hold everything that the configuration would do.",
  avoid: "Correct the error, plan again, and review that plan",
  phrase: "as the plan ended with an error",
});

const PARTIAL = unread({
  attribute: "complete",
  why: "The plan is of some resources only; what it leaves out was not looked at.",
  avoid: "Plan without `-target` and `-exclude`",
  phrase: "as the plan is of some resources only",
});

function causeOfVersion(version: string): Told {
  return unread({
    attribute: "format_version",
    why: `The plan has the format ${code(version)}, of which this version of alb-web knows only the majors 0 and 1.`,
    avoid: "Use a newer version of alb-web",
    phrase: "as the plan has a format that this version does not know",
  });
}

function causeOfPart(name: string): Told {
  return unread({
    attribute: name,
    why:
      `The plan has a part ${code(name)} that is not known to this version of alb-web; what it does was not ` +
      "looked at.",
    avoid: "Use a newer version of alb-web, or look up what `terraform show` says of it",
    phrase: "as the plan has a part that this version does not know",
  });
}

/**
 * Arguments, types and resources on a path that no reader knows, before or after. A change that has nothing to do with
 * them leaves them as they are, but whether requests notice it can be told of a path only that is wholly read.
 */
export function causesOfNotKnown({ before, after }: Traces, world: World): Told[] {
  if (world.moving.length === 0) return [];
  const isMoving = ({ address }: Open) => (world.byAddress.get(address)?.doing ?? "none") !== "none";
  const all = [
    ...opensOf(after).filter(({ address }) => address !== PLAN),
    ...(before === undefined ? [] : opensOf(before).filter(isMoving)),
  ];
  return [...new Map(all.map((it) => [JSON.stringify([it.address, it.attribute]), it])).values()].map((open): Told => {
    const { hop, address, attribute, why } = open;
    const change = world.byAddress.get(address);
    const text = `${why}, so the ${hop.replace("-", " ")} is not proven`;
    return {
      address,
      attribute,
      hop,
      effect: "unknown",
      why: `${begun(change !== undefined && isMoving(open) ? doneTo(change, world) : "", text)}.`,
      avoid: "Use a newer version of alb-web, or look up what this does to requests",
      ...(change !== undefined && isMoving(open) && { follows: followedBy(change, world) }),
      phrase: "as something on the path is not known to this version",
    };
  });
}

/** A sentence that begins with what is done, where something is. */
function begun(done: string, text: string): string {
  return done === "" ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : `${done}; ${text}`;
}

/**
 * Attributes of a path that this plan changes to what is known after the apply only, where the hop was proven before
 * and is not any more: whether it still holds, the plan does not say. The same of a subnet that comes to a route table
 * outside of the file. What is open at something new is no reason, nor what has led out of the file before.
 */
export function causesOfOpened({ before, after }: Traces, world: World): Told[] {
  if (before === undefined) return [];
  const proven = HOPS.filter((hop) => isProven(hop, before) && !isProven(hop, after));
  const open = after.paths
    .flatMap(({ hops }) => hops.flatMap((it) => (proven.includes(it.hop) && it.verdict === "unknown" ? it.open : [])))
    .filter((it) => !isNotKnown(it));
  return [...new Map(open.map((it) => [JSON.stringify([it.address, it.attribute]), it])).values()].flatMap(
    ({ hop, address, attribute, why }): Told[] => {
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
            `${doneTo(change, world)}; ${code(attribute)} is left open (${why}), and the ` +
            `${hop.replace("-", " ")}, which was proven before, is not any more.`,
          avoid: "Write out the value, or apply what it comes from first and plan again",
          follows: followedBy(change, world),
          phrase: "as a value on the path is known after the apply only",
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

/** Whether something is left open because no reader knows it. */
export function isNotKnown({ why }: Pick<Open, "why">): boolean {
  return why.endsWith(NOT_KNOWN);
}

function unread(cause: Pick<Told, "attribute" | "why" | "avoid" | "phrase"> & Partial<Pick<Told, "address">>): Told {
  return { address: PLAN, hop: null, effect: "unknown", ...cause };
}

function causeOfDeferral({ address, reason, isAction }: Deferral): Told {
  return unread({
    address,
    attribute: "",
    why:
      `Terraform leaves this ${isAction ? "action" : "change"} for a later plan (${code(reason)}), which says ` +
      "what it does.",
    avoid: LATER,
    phrase: `as terraform leaves ${isAction ? "actions" : "changes"} for a later plan`,
  });
}

function causeOfOther({ address, words }: Change): Told {
  return unread({
    address,
    attribute: "actions",
    why: `Terraform plans ${code(shortened(words))}, which is not known to this version of alb-web.`,
    avoid: "Use a newer version of alb-web, or look up what terraform does then",
    phrase: "as terraform plans what this version does not know",
  });
}
