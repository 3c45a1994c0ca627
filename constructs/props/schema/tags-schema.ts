import * as v from "valibot";
import { hasSeenKeys, isObject, text } from "../values";

/** A resource can have 50 tags; the rest is for the stack's own tags and for tools that add tags. */
const MAX_TAGS = 40;
const RESERVED_TAG = /^(Name$|alb-web:|aws:)/i;

export const tags = v.pipe(
  v.custom<Record<string, string>>(isObject, 'must be an object, such as { team: "web" }'),
  v.check((it) => Object.keys(it).length <= MAX_TAGS, `must have at most ${MAX_TAGS} tags`),
  v.check(
    (it) => new Set(Object.keys(it).map((key) => key.toLowerCase())).size === Object.keys(it).length,
    "must have keys that differ in more than case; IAM treats keys that differ only in case as one key",
  ),
  v.check((it) => hasSeenKeys(it), "must have keys other than __proto__, constructor and prototype"),
  v.record(
    text(
      (key) => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) && !RESERVED_TAG.test(key),
      "must be a key of 1 to 128 letters, digits, spaces and _ . : / = + - @, other than Name and without the " +
        "prefix aws: or alb-web:",
    ),
    text(
      (it) => /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(it),
      "must be at most 256 letters, digits, spaces and _ . : / = + - @",
    ),
  ),
);
