import { own } from "../../../topology/json";
import type { Invocation } from "../../../topology/plan-format";

/* What the actions do that terraform 1.14 or newer invokes while it applies. */

/** Actions that no request can notice, and what they do. */
export const HARMLESS: Readonly<Record<string, string>> = {
  aws_cloudfront_create_invalidation: "a distribution fetches its files again, and requests are answered meanwhile",
  aws_ses_send_email: "it sends a mail",
  aws_sns_publish: "it sends a message",
  aws_transcribe_start_transcription_job: "it transcribes a recording",
  aws_dynamodb_create_backup: "the table goes on answering",
  aws_athena_execute_query: "it asks what is stored in S3",
  aws_dms_start_replication_task_assessment_run: "it assesses a migration",
  aws_bedrockagent_agent_prepare: "it prepares an agent",
  aws_ssoadmin_rename_application: "it gives an application another name",
  aws_agentregistry_submit_registry_record_for_approval: "it submits a record of a registry",
  aws_agentregistry_update_registry_record_status: "it updates a record of a registry",
  aws_bedrockagentcore_submit_registry_record_for_approval: "it submits a record of a registry",
};

/** Actions that start what somebody else wrote. */
export const OPEN_ENDED: Readonly<Record<string, string>> = {
  aws_lambda_invoke: "what the function does is not in the plan",
  aws_codebuild_start_build: "what the build does is not in the plan",
  aws_sfn_start_execution: "what the state machine does is not in the plan",
  aws_events_put_events: "what the rules of the event bus start is not in the plan",
  aws_ssm_send_command: "what the command does on the instances is not in the plan",
};

export const STOP = "aws_ec2_stop_instance";

/** Whether terraform's action of this type is known to leave the path alone. */
export function isHarmless(type: string): boolean {
  return Object.hasOwn(HARMLESS, type);
}

/** The id of the instance that an action stops; nothing where that is known after the apply only. */
export function stoppedId({ type, values, unknown }: Invocation): string | undefined {
  const id = type !== STOP || own(unknown, "instance_id") === true ? undefined : own(values, "instance_id");
  return typeof id === "string" ? id : undefined;
}

/** Ids of the instances that the actions stop. */
export function stoppedBy(invocations: readonly Invocation[]): ReadonlySet<string> {
  return new Set(invocations.flatMap((it) => stoppedId(it) ?? []));
}
