import { asCode, asSentence } from "../printing/escape";
import { firstOf } from "../printing/lists";
import { cut } from "../printing/room";
import type { alike } from "./review-wording";

/** Longer sentences and names are cut. */
const MAX_SENTENCE = 700;
export const MAX_NAME = 200;

/** A cause in a line: where, what happens, and the fix. */
export function causeLine(
  { cause: { attribute, why, avoid }, addresses }: ReturnType<typeof alike>[number],
  label: string,
): string {
  return (
    `${why.includes(`\`${attribute}\``) ? "" : attributeOf(attribute)}${firstOf(addresses.map(shownAddress))}: ` +
    `${sentence(why)}${avoid === "" ? "" : ` ${label} ${sentence(capitalized(avoid))}.`.replace(/\.\.$/, ".")}`
  );
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function attributeOf(attribute: string): string {
  return attribute === "" ? "" : `${asCode(cut(attribute, MAX_NAME))} of `;
}

/** An address, cut if it is too long to read. */
export function shownAddress(address: string): string {
  return asCode(cut(address, MAX_NAME));
}

/** A sentence of the review. */
export function sentence(text: string): string {
  return asSentence(cut(text, MAX_SENTENCE));
}
