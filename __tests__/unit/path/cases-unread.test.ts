import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isAsBad, passedUnknown } from "../../../cli/reviewing/gate";
import { reviewsAsMarkdown } from "../../../cli/reviewing/markdown";
import { review } from "../../../path/review/review";
import { type Cause, EFFECTS, type ReviewReport } from "../../../path/review/review-report";
import { withoutSecrets } from "../../../path/review/secrets";
import { trace } from "../../../path/trace/trace";
import { FIXTURES } from "../../support/project";
import { destroyed, type Planned, planOf, SITE, type Values } from "../../support/standing-site";

/*
 * What a plan holds and nobody reads lowers the headline of its review: an answer of no effect has looked at
 * everything.
 */

type Json = Record<string, unknown>;

const caseOf = (name: string): Json =>
  JSON.parse(readFileSync(join(FIXTURES, "cases", name, "plan.json"), "utf8")) as Json;
const reportOf = (plan: unknown): ReviewReport => review(plan).report;
/** Causes of the effect, as `address attribute`. */
const reported = ({ effect, causes }: ReviewReport): string[] =>
  causes.filter((it) => it.effect === effect).map(({ address, attribute }) => `${address} ${attribute}`.trim());
/** A plan with an action that terraform invokes once the tags of an instance are updated. */
const invoking = (...actions: readonly (readonly [type: string, values?: Values, more?: Values])[]): Json => ({
  ...planOf({ "aws_instance.a": { set: { tags: { Name: "app" } } } }),
  terraform_version: "1.14.0",
  action_invocations: actions.map(([type, values = {}, more = {}], index) => ({
    address: `action.${type}.x${index}`,
    type,
    name: `x${index}`,
    provider_name: "registry.terraform.io/hashicorp/aws",
    config_values: values,
    lifecycle_action_trigger: {
      triggering_resource_address: "aws_instance.a",
      action_trigger_event: "AfterUpdate",
      action_trigger_block_index: 0,
      actions_list_index: index,
      on_failure: "halt",
    },
    ...more,
  })),
});
const stop = (id: string) => ["aws_ec2_stop_instance", { instance_id: id, force: false }] as const;

describe("an action that terraform invokes", () => {
  test("is an outage where it stops every target, as in a plan of terraform 1.14", () => {
    const { report, watch } = review(caseOf("action"));
    expect(watch.filter((it) => it.startsWith("Known after the apply"))).toEqual([]);
    expect({ effect: report.effect, reported: reported(report), summary: report.summary }).toEqual({
      effect: "outage",
      reported: ["action.aws_ec2_stop_instance.x0 instance_id", "action.aws_ec2_stop_instance.x1 instance_id"],
      summary: "Outage: `www.example.com` is unreachable after the targets are stopped.",
    });
  });

  test.each<[string, Json, string, string[]]>([
    [
      "stops all targets",
      invoking(stop("i-a"), stop("i-b")),
      "outage",
      ["action.aws_ec2_stop_instance.x0 instance_id", "action.aws_ec2_stop_instance.x1 instance_id"],
    ],
    ["stops one target of two", invoking(stop("i-a")), "brief", ["action.aws_ec2_stop_instance.x0 instance_id"]],
    [
      "stops an instance that the file does not hold",
      invoking(stop("i-of-a-group")),
      "unknown",
      ["action.aws_ec2_stop_instance.x0 instance_id"],
    ],
    [
      "stops an instance that is known after the apply only",
      invoking(["aws_ec2_stop_instance", {}, { config_unknown: { instance_id: true } }]),
      "unknown",
      ["action.aws_ec2_stop_instance.x0 instance_id"],
    ],
    [
      "invokes a function",
      invoking(["aws_lambda_invoke", { function_name: "deploy", payload: "{}" }]),
      "unknown",
      ["action.aws_lambda_invoke.x0"],
    ],
    [
      "starts a build",
      invoking(["aws_codebuild_start_build", { project_name: "deploy" }]),
      "unknown",
      ["action.aws_codebuild_start_build.x0"],
    ],
    [
      "is of a type that nobody knows",
      invoking(["aws_lb_drain_everything", {}]),
      "unknown",
      ["action.aws_lb_drain_everything.x0"],
    ],
    ["is of another provider", invoking(["ansible_playbook_run", {}]), "unknown", ["action.ansible_playbook_run.x0"]],
  ])("which %s", (_, plan, effect, causes) => {
    const report = reportOf(plan);
    expect([report.effect, reported(report)]).toEqual([effect, causes]);
  });

  test("makes the target unknown in a trace, or is assumed to leave the path as it is", () => {
    const traced = (plan: Json) => {
      const { verdict, paths, assumed } = trace(plan);
      return {
        verdict,
        open: [
          ...new Set(
            paths.flatMap(({ hops }) =>
              hops.flatMap(({ hop, open }) => open.map(({ address }) => `${hop}: ${address}`)),
            ),
          ),
        ],
        assumed: assumed.filter(({ address = "" }) => address.startsWith("action.")).map(({ text }) => text),
      };
    };
    expect(traced(invoking(stop("i-a")))).toEqual({
      verdict: "unknown",
      open: ["target: action.aws_ec2_stop_instance.x0"],
      assumed: [],
    });
    expect(traced(invoking(["aws_ec2_stop_instance", {}, { config_unknown: { instance_id: true } }])).open).toEqual([
      "target: action.aws_ec2_stop_instance.x0",
    ]);
    expect(traced(invoking(["aws_lambda_invoke"], ["aws_sns_publish"], stop("i-other")))).toEqual({
      verdict: "ok",
      open: [],
      assumed: ["the action action.aws_lambda_invoke.x0 does not change the path"],
    });
    // A path of a case that has other findings is unknown at its targets, too.
    expect(
      trace(caseOf("action")).paths.flatMap(({ hops }) =>
        hops.filter(({ hop }) => hop === "target").map(({ verdict }) => verdict),
      ),
    ).toEqual(["unknown", "unknown"]);
  });

  test("and a change that takes the other target away are an outage together", () => {
    const plan = {
      ...invoking(stop("i-a")),
      resource_changes: planOf({ "aws_instance.b": { set: { instance_type: "t3.small" } } }).resource_changes,
    };
    expect(reported(reportOf(plan))).toEqual([
      "aws_instance.b instance_type",
      "action.aws_ec2_stop_instance.x0 instance_id",
    ]);
  });

  test.each([
    "aws_ses_send_email",
    "aws_sns_publish",
    "aws_cloudfront_create_invalidation",
    "aws_dynamodb_create_backup",
    "aws_transcribe_start_transcription_job",
  ])("leaves the path alone where it is %s", (type) => {
    const { effect, causes, summary } = reportOf(invoking([type]));
    expect([effect, summary, causes.find(({ address }) => address === `action.${type}.x0`)?.effect]).toEqual([
      "none",
      "No downtime expected.",
      "none",
    ]);
  });

  test("that stops an instance in no target group leaves the path alone", () => {
    const plan = {
      ...invoking(stop("i-db")),
      resource_changes: planOf({}, { ...SITE, "aws_instance.db": { id: "i-db" } }).resource_changes,
      prior_state: planOf({}, { ...SITE, "aws_instance.db": { id: "i-db" } }).prior_state,
    };
    expect(reportOf(plan).effect).toBe("none");
  });

  test("keeps its sensitive configuration to itself", () => {
    const plan = invoking([
      "aws_lambda_invoke",
      { payload: "correct-horse", list: ["correct-horse"] },
      { config_sensitive: { payload: true, list: [true] } },
    ]);
    const change = {
      before: { token: "correct-horse" },
      after: { token: "correct-horse" },
      before_sensitive: { token: true },
      after_sensitive: { token: true },
    };
    const later = {
      ...plan,
      deferred_changes: [{ reason: "unknown", resource_change: { address: "aws_x.y", type: "aws_x", change } }],
      deferred_action_invocations: [
        { reason: "deferred_prereq", action_invocation: (plan.action_invocations as Json[])[0] },
      ],
    };
    expect(JSON.stringify(withoutSecrets(later))).not.toContain("correct-horse");
  });
});

describe("the effect is unknown, and the reason is a cause, of a plan", () => {
  const plan = planOf({ "aws_lb.web": { set: { idle_timeout: 61 } } });
  const deferred = (reason: string): Json => ({
    reason,
    resource_change: {
      address: "aws_lb_listener.later",
      mode: "managed",
      type: "aws_lb_listener",
      name: "later",
      change: { actions: ["create"], before: null, after: {}, after_unknown: {} },
    },
  });
  const other = (actions: readonly string[]): Json =>
    planOf({ "aws_lb_target_group.web": { actions, set: { deregistration_delay: "61" } } as Planned });

  test.each<[string, Json, string]>([
    ["that ended with an error", { ...plan, errored: true, complete: false }, "plan errored"],
    ["of some resources only", { ...plan, complete: false }, "plan complete"],
    [
      "that leaves changes for a later plan",
      { ...plan, complete: false, deferred_changes: [deferred("instance_count_unknown")] },
      "aws_lb_listener.later",
    ],
    [
      "that leaves actions for a later plan",
      {
        ...plan,
        deferred_action_invocations: [
          {
            reason: "deferred_prereq",
            action_invocation: { address: "action.aws_lambda_invoke.x", type: "aws_lambda_invoke", name: "x" },
          },
        ],
      },
      "action.aws_lambda_invoke.x",
    ],
    [
      "with a part that no version so far has",
      { ...plan, traffic_shifts: [{ to: "aws_lb_target_group.api" }] },
      "plan traffic_shifts",
    ],
    ["of a format with another major", { ...plan, format_version: "2.0" }, "plan format_version"],
    ["with actions that no version so far has", other(["update", "detach"]), "aws_lb_target_group.web actions"],
    ["with an action that no version so far has", other(["relocate"]), "aws_lb_target_group.web actions"],
  ])("%s", (_, changed, cause) => {
    const { report } = review(changed);
    expect([report.effect, reported(report)]).toEqual(["unknown", [cause]]);
    expect(report.summary).toMatch(/^Effect unknown: \w/);
    const [first] = report.causes as [Cause];
    expect([first.why, first.avoid].map((it) => /^[A-Z].*\w/.test(it))).toEqual([true, true]);
  });

  test("but not of one with all the parts that Terraform 1.0 to 1.15 and OpenTofu 1.6 to 1.12 write", () => {
    const parts = {
      variables: {},
      planned_values: {},
      resource_drift: [],
      output_changes: {},
      relevant_attributes: [{ resource: "aws_lb.web", attribute: ["arn"] }],
      checks: [{ address: {} }],
      condition_results: [{ address: "x" }],
      timestamp: "2026-01-01T00:00:00Z",
      errored: false,
      applyable: true,
      complete: true,
      deferred_changes: [],
      deferred_action_invocations: [],
      action_invocations: [],
    };
    expect(
      ["0.1", "0.2", "1.0", "1.1", "1.2", "1.9"].map(
        (format_version) => reportOf({ ...plan, ...parts, format_version }).effect,
      ),
    ).toEqual(Array(6).fill("none"));
  });

  test("nor of one that leaves a harmless action for a later plan", () => {
    expect(
      reportOf({
        ...plan,
        deferred_action_invocations: [
          {
            reason: "deferred_prereq",
            action_invocation: { address: "action.aws_ses_send_email.x", type: "aws_ses_send_email", name: "x" },
          },
        ],
      }).effect,
    ).toBe("none");
  });

  test("and a part that holds nothing is none", () => {
    expect(reportOf({ ...plan, traffic_shifts: [], hints: {}, note: null, remark: "" }).effect).toBe("none");
  });

  test("where a new site is built, says whether that will answer", () => {
    const fresh = planOf(
      Object.fromEntries(
        Object.entries(SITE).map(([address, values]) => [address, { actions: ["create"], set: values }]),
      ),
      {},
    );
    expect(reportOf({ ...fresh, complete: false }).summary).toBe(
      "Effect unknown for the new site: the plan covers only some resources.",
    );
  });

  test("an outage is worse, and a brief effect is not", () => {
    expect(EFFECTS).toEqual(["none", "brief", "unknown", "outage", "fails"]);
    const partial = (changes: Readonly<Record<string, Planned>>) =>
      reportOf({ ...planOf(changes), complete: false }).effect;
    expect([
      partial({ "aws_route53_record.www": destroyed() }),
      partial({ "aws_instance.b": { set: { instance_type: "t3.small" } } }),
    ]).toEqual(["outage", "unknown"]);
  });

  test("OpenTofu's replacement that forgets the old one is known", () => {
    expect(reportOf(other(["forget", "create"])).effect).not.toBe("unknown");
  });
});

test.each<[string, Json]>([
  ["a part that no version so far has", { traffic_shifts: [{ to: "x" }] }],
  ["a format with another major", { format_version: "2.0" }],
])("a trace of a plan with %s proves nothing, and finds what there is", (_, more) => {
  const { verdict, paths } = trace({ ...planOf({}), ...more });
  expect([verdict, paths.flatMap(({ hops }) => hops.map((it) => it.verdict)).every((it) => it === "unknown")]).toEqual([
    "unknown",
    true,
  ]);
  expect(trace({ ...planOf({ "aws_lb_listener.https": destroyed() }), ...more }).verdict).toBe("broken");
});

describe("a plan that does not list what it leaves as it is", () => {
  const only = (address: string, plan: Json): Json => ({
    ...plan,
    resource_changes: (plan.resource_changes as Json[]).filter((it) => it.address === address),
  });

  test("has the path that stands, as far as nothing changes it", () => {
    const { report } = review({
      ...only("aws_lb.web", planOf({ "aws_lb.web": { set: { idle_timeout: 61 } } })),
      complete: false,
    });
    expect([report.effect, report.hops.map(({ before, after }) => [before, after])]).toEqual([
      "unknown",
      Array(5).fill(["ok", "ok"]),
    ]);
    expect(
      review({ ...only("aws_lb_listener.http", planOf({ "aws_lb_listener.http": destroyed() })), complete: false })
        .report.effect,
    ).toBe("outage");
  });

  test("nor is it gone where a person invokes an action", () => {
    const { report } = review({ ...invoking(["aws_ses_send_email"]), resource_changes: [] });
    expect([report.effect, report.hops.map(({ before, after }) => [before, after])]).toEqual([
      "none",
      Array(5).fill(["ok", "ok"]),
    ]);
    expect(trace({ ...invoking(stop("i-a"), stop("i-b")), resource_changes: [] }).verdict).toBe("unknown");
  });
});

describe("a page and a gate", () => {
  const unknown = {
    name: "plan.json",
    review: review({ ...planOf({ "aws_lb.web": { set: { idle_timeout: 61 } } }), complete: false }),
  };
  const none = { name: "other.json", review: review(planOf({})) };

  test("say that the effect is unknown, and why, in the head", () => {
    const page = reviewsAsMarkdown([unknown]);
    expect(page.split("\n", 1)).toEqual(["### ? Effect unknown: the plan covers only some resources."]);
    expect(page).toContain(
      "- ? unknown: The plan covers only some resources; the others were not reviewed. " +
        "**Fix:** Plan without `-target` and `-exclude`.",
    );
  });

  test("open the plan on a page of several", () => {
    expect(reviewsAsMarkdown([none, unknown])).toContain(
      "<details open><summary><b>? unknown</b>: <code>plan.json</code></summary>",
    );
  });

  test("stop an unknown effect at brief and unknown, and let it pass with a warning at outage and fails", () => {
    const gates = ["brief", "unknown", "outage", "fails"] as const;
    expect(gates.map((gate) => [isAsBad("unknown", gate), passedUnknown([none, unknown], gate)])).toEqual([
      [true, []],
      [true, []],
      [false, ["plan.json: Effect unknown: the plan covers only some resources. --fail-on outage does not stop this."]],
      [false, ["plan.json: Effect unknown: the plan covers only some resources. --fail-on fails does not stop this."]],
    ]);
  });
});
