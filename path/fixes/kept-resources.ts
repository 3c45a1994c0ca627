import { blockOf } from "../../topology/addresses";
import type { Change } from "../../topology/changes";
import { own } from "../../topology/json";
import { isRuleBeside, permissionsOfRule } from "../../topology/permissions";
import type { Lost } from "../analysis/writers/lost-pairs";
import type { Twins } from "../analysis/writers/twins";
import type { Fix } from "../report";
import { importOfRule, movedBlock, removedBlock } from "./blocks";

/* Fixes that keep a resource on AWS that a plan would destroy. */

/** Keeps the object itself; `moved` does not work between resource types. */
export function keeping({ old, fresh }: Pick<Twins, "old" | "fresh">, changes: readonly Change[]): Fix {
  const base = { props: "", edits: [] };
  if (old.type === fresh.type)
    return {
      ...base,
      text: "Add the `moved` block, so that Terraform keeps the existing object.",
      hcl: movedBlock(old.address, fresh.address),
    };
  const imported = isRuleBeside(fresh.type)
    ? importOfRule(fresh.type, fresh.address, permissionsOfRule(fresh.type, fresh.after))
    : "";
  return {
    ...base,
    text:
      `Make Terraform forget ${old.address}${imported === "" ? "" : " and import the existing object"}: a \`moved\` ` +
      `block cannot move ${old.type} to ${fresh.type}.`,
    hcl: [removedBlock(old.address, changes), imported].filter((it) => it !== "").join("\n\n"),
  };
}

/** Keeps a pair if one of its two resources is destroyed. */
export function keepingPair({ change, old, isSure }: Lost, changes: readonly Change[]): Fix {
  if (old === undefined) return withoutCreateFirst(change);
  return isSure ? forgetting(old.address, changes) : keeping({ old, fresh: change }, changes);
}

/** Terraform leaves the resource on AWS. */
export function forgetting(address: string, changes: readonly Change[]): Fix {
  const hcl = removedBlock(address, changes);
  return {
    text:
      `Make Terraform forget ${address} with ${hcl === "" ? "`terraform state rm`" : "the `removed` block"} ` +
      "instead of destroying it.",
    props: "",
    hcl,
    edits: [],
  };
}

/** For a pair that is replaced by itself. */
function withoutCreateFirst({ address, forcedBy, before, after }: Change): Fix {
  const isPort = forcedBy.join() === "port" && own(before, "port") !== own(after, "port");
  const text =
    `${isPort ? "Keep the previous `port`, which is the target group's own. Or remove" : "Remove"} ` +
    `\`create_before_destroy\` from ${blockOf(address)} and from the resources that require it.`;
  return { text, props: "", hcl: "", edits: [] };
}
