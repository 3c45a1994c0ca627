import { asCode, asSentence } from "../printing/escape";
import { firstOf } from "../printing/lists";
import { cut } from "../printing/room";
import type { alike } from "./review-wording";

/** Nobody reads a longer sentence, nor a longer name. */
const MAX_SENTENCE = 700;
export const MAX_NAME = 200;

/** A cause in a line: where it is, why, and what to do instead. */
export function toldCause(
  { cause: { attribute, why, avoid }, addresses }: ReturnType<typeof alike>[number],
  instead: string,
): string {
  return (
    `${attributeOf(attribute)}${firstOf(addresses.map(shownAddress))}. ` +
    `${sentence(why)}${avoid === "" ? "" : ` ${instead} ${sentence(avoid)}.`.replace(/\.\.$/, ".")}`
  );
}

function attributeOf(attribute: string): string {
  return attribute === "" ? "" : `${asCode(cut(attribute, MAX_NAME))} of `;
}

/** An address, cut where it is too long for a person. */
export function shownAddress(address: string): string {
  return asCode(cut(address, MAX_NAME));
}

/** A sentence of the reviewer. */
export function sentence(text: string): string {
  return asSentence(cut(text, MAX_SENTENCE));
}
