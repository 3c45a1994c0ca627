import { blockOf } from "../../topology/addresses";
import type { Change } from "../../topology/changes";
import { own } from "../../topology/json";
import { isRuleBeside, permissionsOfRule } from "../../topology/permissions";
import type { Lost } from "../analysis/writers/lost-pairs";
import type { Twins } from "../analysis/writers/twins";
import type { Fix } from "../report";
import { importOfRule, movedBlock, removedBlock } from "./blocks";

/* What keeps a resource on AWS that a plan would destroy. */

/** What keeps the thing itself; between types of resources nothing can be moved. */
export function keeping({ old, fresh }: Pick<Twins, "old" | "fresh">, changes: readonly Change[]): Fix {
  const base = { props: "", edits: [] };
  if (old.type === fresh.type)
    return {
      ...base,
      text: "Add the `moved` block, so that terraform keeps what is there.",
      hcl: movedBlock(old.address, fresh.address),
    };
  const imported = isRuleBeside(fresh.type)
    ? importOfRule(fresh.type, fresh.address, permissionsOfRule(fresh.type, fresh.after))
    : "";
  return {
    ...base,
    text:
      `Let terraform forget ${old.address}${imported === "" ? "" : " and import what stands"}, as nothing can be ` +
      `moved from ${old.type} to ${fresh.type}.`,
    hcl: [removedBlock(old.address, changes), imported].filter((it) => it !== "").join("\n\n"),
  };
}

/** What keeps a pair of which one of two resources is destroyed. */
export function keepingPair({ change, old, isSure }: Lost, changes: readonly Change[]): Fix {
  if (old === undefined) return withoutCreateFirst(change);
  return isSure ? forgetting(old.address, changes) : keeping({ old, fresh: change }, changes);
}

/** Terraform leaves the resource on AWS. */
export function forgetting(address: string, changes: readonly Change[]): Fix {
  const hcl = removedBlock(address, changes);
  return {
    text:
      `Let terraform forget ${address}, with ${hcl === "" ? "`terraform state rm`" : "the `removed` block"}, in ` +
      "place of destroying it.",
    props: "",
    hcl,
    edits: [],
  };
}

/** What to do where a pair is replaced by itself. */
function withoutCreateFirst({ address, forcedBy, before, after }: Change): Fix {
  const isPort = forcedBy.join() === "port" && own(before, "port") !== own(after, "port");
  const text =
    `${isPort ? "Leave `port` as it was, as it is the target group's own. Or remove" : "Remove"} ` +
    `\`create_before_destroy\` from ${blockOf(address)} and from what makes it follow.`;
  return { text, props: "", hcl: "", edits: [] };
}
