import { ACTION_CASES } from "./actions";
import { DNS } from "./dns";
import { ERRORS_AND_HEALTH } from "./errors-and-health";
import { FORWARDING } from "./forwarding";
import { LISTENER_RULES } from "./listener-rules";
import { NETWORK } from "./network";
import { NOT_MODELED } from "./not-modeled";
import type { ServeCase } from "./serve-case";
import { TLS } from "./tls";

/** All cases, by subject. */
export const SERVE_CASES: Readonly<Record<string, readonly ServeCase[]>> = {
  DNS,
  TLS,
  "listener rules": LISTENER_RULES,
  actions: ACTION_CASES,
  forwarding: FORWARDING,
  "errors and health": ERRORS_AND_HEALTH,
  network: NETWORK,
  "not modeled": NOT_MODELED,
};
