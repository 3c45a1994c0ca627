import { own } from "../../../topology/json";
import type { Invocation } from "../../../topology/plan-format";

/* The effects of actions that Terraform 1.14 or newer invokes during an apply. */

/** Actions that affect no request, and what they do. */
export const HARMLESS: Readonly<Record<string, string>> = {
  aws_cloudfront_create_invalidation: "a distribution fetches its files again while it keeps serving requests",
  aws_ses_send_email: "it sends an email",
  aws_sns_publish: "it sends a message",
  aws_transcribe_start_transcription_job: "it transcribes a recording",
  aws_dynamodb_create_backup: "the table stays available",
  aws_athena_execute_query: "it queries data in S3",
  aws_dms_start_replication_task_assessment_run: "it assesses a migration",
  aws_bedrockagent_agent_prepare: "it prepares an agent",
  aws_ssoadmin_rename_application: "it renames an application",
  aws_agentregistry_submit_registry_record_for_approval: "it submits a registry record",
  aws_agentregistry_update_registry_record_status: "it updates a registry record",
  aws_bedrockagentcore_submit_registry_record_for_approval: "it submits a registry record",
};

/** Actions that run code from elsewhere. */
export const OPEN_ENDED: Readonly<Record<string, string>> = {
  aws_lambda_invoke: "what the function does is not in the plan",
  aws_codebuild_start_build: "what the build does is not in the plan",
  aws_sfn_start_execution: "what the state machine does is not in the plan",
  aws_events_put_events: "what the event bus rules start is not in the plan",
  aws_ssm_send_command: "what the command does on the instances is not in the plan",
};

export const STOP = "aws_ec2_stop_instance";

/** Whether an action of this type is known not to affect the path. */
export function isHarmless(type: string): boolean {
  return Object.hasOwn(HARMLESS, type);
}

/** The id of the instance that an action stops; nothing if it is known only after apply. */
export function stoppedId({ type, values, unknown }: Invocation): string | undefined {
  const id = type !== STOP || own(unknown, "instance_id") === true ? undefined : own(values, "instance_id");
  return typeof id === "string" ? id : undefined;
}

/** Ids of the instances that the actions stop. */
export function stoppedBy(invocations: readonly Invocation[]): ReadonlySet<string> {
  return new Set(invocations.flatMap((it) => stoppedId(it) ?? []));
}
