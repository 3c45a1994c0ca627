/*
 * The file extensions of ordinary sites, in place of `include mime.types`.
 * Types: https://www.iana.org/assignments/media-types
 */

const TYPES: readonly (readonly [type: string, extensions: string])[] = [
  ["text/html", "html htm shtml"],
  ["text/css", "css"],
  ["text/xml", "xml"],
  ["text/plain", "txt"],
  ["text/markdown", "md"],
  ["text/csv", "csv"],
  ["text/calendar", "ics"],
  ["text/vtt", "vtt"],
  ["application/javascript", "js mjs"],
  ["application/json", "json map"],
  ["application/manifest+json", "webmanifest"],
  ["application/atom+xml", "atom"],
  ["application/rss+xml", "rss"],
  ["application/xhtml+xml", "xhtml"],
  ["application/wasm", "wasm"],
  ["application/pdf", "pdf"],
  ["application/zip", "zip"],
  ["application/gzip", "gz"],
  ["application/vnd.ms-fontobject", "eot"],
  ["font/woff", "woff"],
  ["font/woff2", "woff2"],
  ["font/ttf", "ttf"],
  ["font/otf", "otf"],
  ["image/png", "png"],
  ["image/jpeg", "jpeg jpg"],
  ["image/gif", "gif"],
  ["image/webp", "webp"],
  ["image/avif", "avif"],
  ["image/svg+xml", "svg svgz"],
  ["image/x-icon", "ico"],
  ["audio/mpeg", "mp3"],
  ["audio/ogg", "ogg"],
  ["video/mp4", "mp4"],
  ["video/webm", "webm"],
  ["application/octet-stream", "bin exe dll deb dmg iso img"],
];

/** A `types` block. */
export const MIME_TYPES = `types {\n${TYPES.map(([type, names]) => `${type} ${names};`).join("\n")}\n}`;
