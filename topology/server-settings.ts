import type { Fields } from "./fields";
import type { Server } from "./model";
import type { Attr, Listed } from "./value";

/* Settings that instances and launch templates share. */

export const NONE: Listed<string> = { items: [] };

/** The items of all lists, each once. */
export function joined(...lists: readonly Listed<string>[]): Listed<string> {
  const open = lists.find((it) => it.open !== undefined)?.open;
  return { items: [...new Set(lists.flatMap(({ items }) => items))], ...(open !== undefined && { open }) };
}

export function metadataOf(fields: Fields): Server["metadataOptions"] {
  const block = fields.block("metadata_options");
  return block === undefined
    ? undefined
    : { httpTokens: block.text("http_tokens"), hopLimit: block.number("http_put_response_hop_limit") };
}

/** In plain text, from either argument; a launch template's is always in base64. */
export function bootScript(fields: Fields, isEncoded = false): Attr<string> {
  const plain = fields.text("user_data");
  if (plain !== undefined && plain !== "") return isEncoded ? decoded(plain) : plain;
  return decoded(fields.text("user_data_base64"));
}

function decoded(text: Attr<string>): Attr<string> {
  if (typeof text !== "string") return text;
  // A value that is not base64 was written in plain text, although Terraform expects it encoded.
  if (!/^[A-Za-z0-9+/=\s]*$/.test(text)) return text;
  return Buffer.from(text, "base64").toString();
}
