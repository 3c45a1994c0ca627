import type { Topology } from "../../topology/model";
import type { TracedPath } from "../analysis/requests/traced-path";
import type { Finding } from "../report";
import { docsOf, RULES } from "../rules/all";
import { CHECKS_AFTER_RULES, CHECKS_BEFORE_RULES } from "../rules/open/all";
import type { OpenCheck, OpenReporter } from "../rules/open/open-check";
import { type Check, type FileReporter, type FindingDetails, type PathEnd, type Rule, severityOf } from "../rules/rule";

/** One check of a trace, with its name for a trace that runs out of time. */
export type NamedCheck<S> = {
  /** Such as "the rule P33". */
  readonly where: string;
} & (
  | { readonly rule: Rule; readonly check: OfRule<S> }
  // It only reports what is left open.
  | { readonly rule?: undefined; readonly check: WithoutRule<S> }
);

type OfRule<S> = (subject: S, report: FileReporter) => void;
type WithoutRule<S> = (subject: S, report: OpenReporter) => void;

export const PATH_CHECKS = checksOf<TracedPath>(
  ({ path }) => path,
  ({ path }) => path,
);
export const TARGET_CHECKS = checksOf<PathEnd>(
  ({ targets }) => targets,
  ({ targets }) => targets,
);
export const FILE_CHECKS = checksOf<Topology>(
  ({ file }) => file,
  ({ file }) => file,
);

function checksOf<S>(
  ofRule: (check: Check) => OfRule<S> | undefined,
  withoutRule: (check: OpenCheck) => WithoutRule<S> | undefined,
): readonly NamedCheck<S>[] {
  const named = (checks: readonly OpenCheck[]): NamedCheck<S>[] =>
    checks.flatMap((it) => {
      const check = withoutRule(it);
      return check === undefined ? [] : [{ check, where: it.where }];
    });
  return [
    ...named(CHECKS_BEFORE_RULES),
    ...RULES.flatMap((rule): NamedCheck<S>[] => {
      const check = ofRule(rule.check);
      return check === undefined ? [] : [{ check, rule, where: `the rule ${rule.id}` }];
    }),
    ...named(CHECKS_AFTER_RULES),
  ];
}

/** A finding, completed from its rule. */
export function findingOf(details: FindingDetails, rule: Rule): Finding {
  const { address, attribute, observed, required, symptom, share, fix } = details;
  return {
    id: rule.id,
    severity: details.severity ?? severityOf(rule),
    hop: details.hop ?? rule.hop,
    address,
    attribute,
    observed,
    required,
    symptom,
    ...(share !== undefined && { share }),
    fix,
    docs: docsOf(rule.id),
  };
}
