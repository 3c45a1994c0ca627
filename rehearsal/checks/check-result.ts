import type { Listener } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Site } from "../site";

/** The result of a check. */
export interface CheckResult {
  /** What is wrong; empty if nothing is. */
  readonly problems: readonly string[];
  /** What cannot be determined, and why; absent: nothing. */
  readonly unknown?: readonly string[];
  /** What was observed, shown if nothing is wrong. */
  readonly observed: string;
}

export const ANYONE = "0.0.0.0/0";

/** The problem, unless the condition is met. */
export const unless = (isOk: boolean, problem: string): string[] => (isOk ? [] : [problem]);

/** Each value once, without those that are missing. */
export const distinct = <T>(values: readonly (T | undefined)[]): T[] => [
  ...new Set(values.filter((it): it is T => it !== undefined)),
];

/** The security group with this name; in a shared VPC the name has a suffix. */
export function groupNamed({ groups }: Site, name: string, ids: readonly string[] | undefined) {
  return groups.find(
    ({ GroupId = "", GroupName = "" }) =>
      ids?.includes(GroupId) && (GroupName === name || GroupName.startsWith(`${name}-`)),
  );
}

export function listenerOn(listeners: readonly Listener[], port: number, protocol: string): Listener | undefined {
  return listeners.find((listener) => listener.Port === port && listener.Protocol === protocol);
}

export function forwardsTo(listener: Listener | undefined, targetGroupArn: string | undefined): boolean {
  return (
    targetGroupArn !== undefined &&
    (listener?.DefaultActions ?? []).some(
      (action) => action.Type === "forward" && action.TargetGroupArn === targetGroupArn,
    )
  );
}

/** The redirect to HTTPS:443, if the listener has one. */
export function redirectOf(listener: Listener | undefined) {
  const redirect = listener?.DefaultActions?.find(({ Type }) => Type === "redirect")?.RedirectConfig;
  return redirect?.Protocol === "HTTPS" && redirect.Port === "443" ? redirect : undefined;
}

export function redirectsToHttps(listener: Listener | undefined): boolean {
  return redirectOf(listener)?.StatusCode === "HTTP_301";
}

export function actionOf(listener: Listener | undefined): string {
  return listener?.DefaultActions?.map(({ Type }) => Type).join(", ") || "no action";
}

/** The rules of a security group in one direction. */
export function rulesOf(
  { rules }: Site,
  groupId: string | undefined,
  direction: "in" | "out",
): Site["rules"][number][] {
  return rules.filter((rule) => rule.GroupId === groupId && rule.IsEgress === (direction === "out"));
}
