import { PLAN } from "../../topology/unread";
import { asCode, asSentence } from "../printing/escape";
import { firstOf } from "../printing/lists";
import { cut } from "../printing/room";
import type { alike } from "./review-wording";

/** Longer sentences and names are cut. */
const MAX_SENTENCE = 700;
const MAX_FOLDED = 3000;
export const MAX_NAME = 200;
const MOST_FOLDED = 50;

export type Alike = ReturnType<typeof alike>[number];

/** A cause in a line: where, what happens, and the fix. */
export function causeLine(it: Alike, label: string, isFolded = false): string {
  const { attribute, why, hcl } = it.cause;
  const avoid = below(it.cause.avoid, hcl !== undefined);
  const text = (whole: string) => sentence(whole, isFolded);
  return (
    `${why.includes(`\`${attribute}\``) ? "" : attributeOf(it)}${subjectOf(it, isFolded)}` +
    `${text(forAll(it, why))}${avoid === "" ? "" : ` ${label} ${text(capitalized(avoid))}.`.replace(/\.\.$/, ".")}`
  );
}

/** A sentence about one of several resources that are alike. */
function forAll({ addresses }: Alike, why: string): string {
  return addresses.length === 1
    ? why
    : inPlural(why)
        .replace("its requests in flight fail", "their requests in flight fail")
        .replace("no target is left in its target group", "no target is left in their target group");
}

/** Terraform's reason for several resources. */
export function inPlural(reason: string): string {
  return reason.replace("it is no longer in the configuration", "they are no longer in the configuration");
}

/** The blocks are in a fold below. */
function below(avoid: string, hasBlocks: boolean): string {
  return hasBlocks ? avoid.replace(/the `(?:moved|removed|import)` block\b(?! below)/, "$& below") : avoid;
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function attributeOf({ cause: { attribute, address } }: Alike): string {
  return attribute === "" || address === PLAN ? "" : `${asCode(cut(attribute, MAX_NAME))} of `;
}

/** A sentence about the plan itself has its subject. */
function subjectOf({ addresses }: Alike, isFolded: boolean): string {
  if (addresses.every((it) => it === PLAN)) return "";
  const shown = addresses.map(shownAddress);
  return `${isFolded && shown.length <= MOST_FOLDED ? shown.join(", ") : firstOf(shown)}: `;
}

/** An address, cut if it is too long to read. */
export function shownAddress(address: string): string {
  return asCode(cut(address, MAX_NAME));
}

/** A sentence of the review. */
export function sentence(text: string, isFolded = false): string {
  return asSentence(inCode(cut(text, isFolded ? MAX_FOLDED : MAX_SENTENCE)));
}

/** Addresses and arguments of resources, ids, ARNs, URLs, host names and error codes: not text for Markdown. */
const KEY = '(?:\\[(?:\\d+|"[\\w.*/@:-]{1,80}")\\])?';
const NAMES = new RegExp(
  "(?<![\\w.\"'/:-])(?:" +
    `(?:module\\.[\\w-]+${KEY}\\.){0,5}(?:data\\.)?aws_[a-z0-9_]{2,60}\\.[\\w-]{1,100}${KEY}` +
    "|arn:aws[a-z-]{0,10}:[\\w.*/:+=@-]{1,250}[\\w*/]" +
    "|https?://[\\w.*/:-]{1,200}[\\w/]" +
    "|www(?:\\.[a-z0-9-]{1,63}){2,6}" +
    "|[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63}){1,5}\\.amazonaws\\.com" +
    "|(?:NET::)?[A-Z][A-Z0-9]{1,40}(?:_[A-Z0-9]{1,40}){1,8}" +
    "|[a-z][a-z0-9]{0,40}(?:_[a-z0-9]{1,40}){1,8}" +
    "|(?:sg|sgr|subnet|vpc|igw|rtb|acl|eni|nat|pl|lt|ami|i|vpce|eipalloc|rtbassoc)-[0-9a-f]{8,17}" +
    ")(?![\\w/-]|[.:=][\\w/])",
  "g",
);

/** Text with such names in backticks, if they are not. */
function inCode(text: string): string {
  const parts = text.split("`");
  // As in `asSentence`, which escapes everything then.
  if (parts.length % 2 === 0 || parts.slice(1, -1).includes("")) return text;
  const last = parts.length - 1;
  return parts
    .map((part, index) =>
      index % 2 === 1
        ? part
        : part.replace(NAMES, (name, at: number) =>
            // Two adjacent fences would be one.
            (at === 0 && index > 0) || (at + name.length === part.length && index < last) ? name : `\`${name}\``,
          ),
    )
    .join("`");
}
