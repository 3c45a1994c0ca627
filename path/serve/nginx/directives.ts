/*
 * The directives that serve runs, where they may be, and the arguments that they may have. A directive that is not here
 * is not run. Directives that name files, addresses or other parts of the configuration are in print.ts.
 */

export type Context = "main" | "events" | "http" | "server" | "location" | "if" | "upstream";

/** The arguments of a directive: one for each of `words`, then any number like `more`. */
interface Shape {
  readonly words: readonly RegExp[];
  readonly more?: RegExp;
}

interface Allowed {
  readonly contexts: readonly Context[];
  readonly takes: Shape;
}

const SIZE = /\d{1,4}[kKmMgG]|\d{1,9}/;
const TIME = /\d{1,9}(?:ms|[smhdwMy])?/;
const NUMBER = /\d{1,7}/;
const WORD = /[\w.+*/;=-]{1,200}/;
const NAME = /[\w-]{1,100}/;
const VARIABLES = /[\w$]{1,100}/;
/** Anything, with variables: it ends up in a response, in a header or in a comparison. */
const TEXT = /[^]{0,4000}/;

function exactly(shape: RegExp): RegExp {
  return new RegExp(`^(?:${shape.source})$`);
}

function each(...shapes: RegExp[]): Shape {
  return { words: shapes.map(exactly) };
}

function several(shape: RegExp): Shape {
  return { words: [exactly(shape)], more: exactly(shape) };
}

const ANYWHERE = ["http", "server", "location"] as const;
const SERVERS = ["http", "server"] as const;
const BLOCKS = ["http", "server", "location", "if"] as const;

type Group = readonly [contexts: readonly Context[], takes: Shape, names: string];

const GROUPS: readonly Group[] = [
  [
    ANYWHERE,
    each(/on|off/),
    "sendfile tcp_nopush tcp_nodelay gzip gzip_vary etag absolute_redirect server_name_in_redirect msie_padding " +
      "chunked_transfer_encoding reset_timedout_connection proxy_buffering proxy_request_buffering " +
      "proxy_intercept_errors proxy_pass_request_headers proxy_pass_request_body proxy_ignore_client_abort " +
      "recursive_error_pages real_ip_recursive sub_filter_once proxy_socket_keepalive",
  ],
  [SERVERS, each(/on|off/), "http2 ignore_invalid_headers underscores_in_headers merge_slashes"],
  [ANYWHERE, each(/on|off|build/), "server_tokens"],
  [ANYWHERE, each(/off|exact|before/), "if_modified_since"],
  [
    ANYWHERE,
    each(SIZE),
    "client_max_body_size client_body_buffer_size gzip_min_length postpone_output proxy_buffer_size " +
      "proxy_busy_buffers_size proxy_max_temp_file_size proxy_temp_file_write_size sendfile_max_chunk",
  ],
  [BLOCKS, each(SIZE), "limit_rate limit_rate_after"],
  [SERVERS, each(SIZE), "client_header_buffer_size connection_pool_size request_pool_size"],
  [SERVERS, each(/\d{1,2}/, /\d{1,3}[kK]?/), "large_client_header_buffers"],
  [ANYWHERE, each(/\d{1,3}/, /\d{1,3}[kK]?/), "gzip_buffers proxy_buffers output_buffers"],
  [
    ANYWHERE,
    each(NUMBER),
    "types_hash_max_size types_hash_bucket_size keepalive_requests gzip_comp_level proxy_next_upstream_tries " +
      "proxy_headers_hash_max_size proxy_headers_hash_bucket_size",
  ],
  [
    ["http"],
    each(NUMBER),
    "server_names_hash_max_size server_names_hash_bucket_size map_hash_max_size map_hash_bucket_size " +
      "variables_hash_max_size variables_hash_bucket_size",
  ],
  [
    ANYWHERE,
    each(TIME),
    "client_body_timeout send_timeout lingering_time lingering_timeout keepalive_time proxy_read_timeout " +
      "proxy_send_timeout proxy_connect_timeout proxy_next_upstream_timeout",
  ],
  [SERVERS, each(TIME), "client_header_timeout"],
  [ANYWHERE, several(TIME), "keepalive_timeout"],
  [ANYWHERE, each(/off|on|always/), "lingering_close"],
  [ANYWHERE, each(WORD), "default_type charset"],
  [["if"], each(WORD), "default_type"],
  [BLOCKS, several(/(?:modified|max|off|epoch|[-+@]?\w{1,20})/), "expires"],
  [BLOCKS, each(NAME, TEXT), "add_header"],
  [BLOCKS, each(NAME, TEXT, /always/), "add_header"],
  [ANYWHERE, several(WORD), "gzip_types gzip_proxied gzip_disable sub_filter_types proxy_next_upstream"],
  [ANYWHERE, each(/1\.[01]/), "gzip_http_version proxy_http_version"],
  [ANYWHERE, each(NAME, TEXT), "proxy_set_header"],
  [ANYWHERE, each(NAME), "proxy_hide_header proxy_pass_header real_ip_header"],
  [ANYWHERE, several(NAME), "proxy_ignore_headers"],
  [ANYWHERE, each(/off|default/), "proxy_redirect"],
  [ANYWHERE, each(TEXT, TEXT), "proxy_redirect sub_filter"],
  [ANYWHERE, each(/off/), "proxy_cache"],
  [ANYWHERE, several(VARIABLES), "proxy_cache_bypass proxy_no_cache"],
  [ANYWHERE, each(/[\da-fA-F.:]{2,45}(?:\/\d{1,3})?/), "set_real_ip_from"],
  [["server"], several(/[^\n]{0,1000}/), "server_name"],
  [["server", "location", "if"], each(/\d{3}/), "return"],
  [["server", "location", "if"], each(/\d{3}/, TEXT), "return"],
  [["server", "location", "if"], each(/(?:https?:\/\/|\$scheme)[^]{0,4000}/), "return"],
  [["server", "location", "if"], each(/\$[a-z]\w{0,60}/, TEXT), "set"],
  [["server", "location", "if"], each(), "break"],
  [["location"], each(), "internal stub_status empty_gif"],
  [["upstream"], each(), "least_conn ip_hash"],
  [["upstream"], each(NUMBER), "keepalive keepalive_requests"],
  [["upstream"], each(TIME), "keepalive_timeout keepalive_time"],
  [["upstream"], each(VARIABLES), "hash"],
  [["upstream"], each(VARIABLES, /consistent/), "hash"],
];

const ALLOWED: ReadonlyMap<string, readonly Allowed[]> = allowed();

function allowed(): Map<string, Allowed[]> {
  const found = new Map<string, Allowed[]>();
  for (const [contexts, takes, names] of GROUPS)
    for (const name of names.split(" ")) found.set(name, [...(found.get(name) ?? []), { contexts, takes }]);
  return found;
}

/** Directives that are left out: what they set is set by serve, or makes no difference to a response. */
const LEFT_OUT: ReadonlyMap<string, readonly Context[]> = new Map(
  (
    [
      [["main"], "user pid lock_file worker_processes worker_rlimit_nofile worker_cpu_affinity worker_priority"],
      [["main"], "worker_shutdown_timeout pcre_jit daemon timer_resolution"],
      [["main", "http", "server", "location"], "error_log"],
      [["events"], "worker_connections use multi_accept accept_mutex accept_mutex_delay"],
      [["http"], "log_format"],
      [["http", "server", "location", "if"], "access_log log_not_found log_subrequest rewrite_log"],
      [["http", "server", "location"], "aio directio open_file_cache open_file_cache_valid open_file_cache_min_uses"],
      [["http", "server", "location"], "open_file_cache_errors open_log_file_cache"],
    ] as const
  ).flatMap(([contexts, names]) => names.split(" ").map((name) => [name, contexts] as const)),
);

/** Whether serve runs a directive with these arguments as it is. */
export function runsAsWritten(name: string, words: readonly string[], context: Context): boolean {
  return (ALLOWED.get(name) ?? []).some((it) => it.contexts.includes(context) && fits(words, it.takes));
}

function fits(words: readonly string[], { words: shapes, more }: Shape): boolean {
  if (words.length < shapes.length) return false;
  return words.every((word, at) => (shapes[at] ?? more)?.test(word) ?? false);
}

/** Whether the name is on the list at all, for the reason. */
export function isKnown(name: string): boolean {
  return ALLOWED.has(name) || LEFT_OUT.has(name);
}

export function isLeftOut(name: string, context: Context): boolean {
  return LEFT_OUT.get(name)?.includes(context) ?? false;
}
