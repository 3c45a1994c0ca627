import type { Site } from "./site";

type Fields = Readonly<Record<string, unknown>>;

/**
 * A state, as `terraform show -json` prints it, with what it does not contain and AWS's API returns:
 *
 * - Boot scripts: the provider stores only the SHA-1 hash of `user_data`.
 * - Hosted zones that the stack looks up: a state does not say that they have no other records. A rehearsal creates
 *   them empty, so they are shown as resources, whose records are all in the state.
 */
export function servedState(state: unknown, { instances, zones }: Pick<Site, "instances" | "zones">): unknown {
  const scripts = new Map(instances.map(({ InstanceId = "", userData }) => [InstanceId, userData]));
  const known = new Set(zones.map(({ id }) => id));
  const shown = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shown);
    if (!isObject(value)) return value;
    const { type, mode, values, address } = value;
    if (!isObject(values) || typeof address !== "string")
      return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shown(inner)]));
    if (type === "aws_instance") return { ...value, values: withScript(values, scripts) };
    const isKnownZone = type === "aws_route53_zone" && mode === "data" && known.has(String(values.zone_id));
    return isKnownZone ? { ...value, mode: "managed", address: address.replace(/(^|\.)data\./, "$1") } : value;
  };
  return shown(state);
}

function withScript(values: Fields, scripts: ReadonlyMap<string, string>): Fields {
  const script = typeof values.user_data === "string" ? scripts.get(String(values.id)) : undefined;
  return script === undefined ? values : { ...values, user_data: script };
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
