import * as expected from "./expected";
import type { Mover, Registration } from "./model";
import type { Source } from "./source";
import { type Attr, known, Unknown } from "./value";

/** What registers targets in target groups. */
export function registrationsOf(source: Source): Registration[] {
  const linked = [...linkedToAutoScaling(source), ...fedByAutoScaling(source)];
  // After a refresh both resources show it; the attachment registers it.
  const beside = new Set(linked.map(linkOf));
  // AWS deregisters a terminated instance, even if its attachment stays in the state.
  const registered = attachedTargets(source).filter(
    ({ targetId }) => source.destroyed?.has(known(targetId) ?? "") !== true,
  );
  return [
    ...registered,
    ...listedByAutoScaling(source).filter((it) => source.kind === "synthesized" || !beside.has(linkOf(it))),
    ...linked,
    ...tasksOfServices(source),
  ];
}

function linkOf({ autoScalingGroup, targetGroupArn }: Registration): string {
  return JSON.stringify([known(autoScalingGroup), known(targetGroupArn)]);
}

function attachedTargets(source: Source): Registration[] {
  return source.ofType("aws_lb_target_group_attachment").map(
    ({ address, fields }): Registration => ({
      address,
      attribute: "target_id",
      targetGroupArn: fields.text("target_group_arn", expected.TARGET_GROUP),
      targetId: fields.text("target_id", expected.TARGET),
      port: fields.number("port"),
    }),
  );
}

function listedByAutoScaling(source: Source): Registration[] {
  return source.ofType("aws_autoscaling_group").flatMap((group) => {
    const autoScalingGroup = group.identity("id");
    const listed = group.fields.list("target_group_arns", expected.TARGET_GROUP);
    const sources = group.fields
      .blocks("traffic_source")
      .items.map((block) => block.text("identifier", expected.TARGET_GROUP));
    // After a refresh each of the two also shows what the other one registers.
    const arns: { arn: Attr<string>; attribute: string }[] = [
      ...listed.items.map((arn) => ({ arn, attribute: "target_group_arns" })),
      ...sources
        .filter((arn) => typeof arn !== "string" || !listed.items.includes(arn))
        .map((arn) => ({ arn, attribute: "traffic_source" })),
    ];
    return arns.map(
      ({ arn, attribute }): Registration => ({
        address: group.address,
        attribute,
        targetGroupArn: arn,
        targetId: undefined,
        autoScalingGroup,
        port: undefined,
      }),
    );
  });
}

function linkedToAutoScaling(source: Source): Registration[] {
  return source.ofType("aws_autoscaling_attachment").map(
    ({ address, fields }): Registration => ({
      address,
      attribute: "autoscaling_group_name",
      targetGroupArn:
        fields.text("lb_target_group_arn", expected.TARGET_GROUP) ??
        fields.text("alb_target_group_arn", expected.TARGET_GROUP),
      targetId: undefined,
      autoScalingGroup: fields.text("autoscaling_group_name", expected.AUTO_SCALING_GROUP),
      port: undefined,
    }),
  );
}

function fedByAutoScaling(source: Source): Registration[] {
  return source.ofType("aws_autoscaling_traffic_source_attachment").map(
    ({ address, fields }): Registration => ({
      address,
      attribute: "autoscaling_group_name",
      targetGroupArn: fields.block("traffic_source")?.text("identifier", expected.TARGET_GROUP),
      targetId: undefined,
      autoScalingGroup: fields.text("autoscaling_group_name", expected.AUTO_SCALING_GROUP),
      port: undefined,
    }),
  );
}

function tasksOfServices(source: Source): Registration[] {
  return source.ofType("aws_ecs_service", "aws_ecs_task_set").flatMap(({ address, fields }) =>
    fields.blocks("load_balancer").items.map(
      (block): Registration => ({
        address,
        attribute: block.path("target_group_arn"),
        targetGroupArn: block.text("target_group_arn", expected.TARGET_GROUP),
        targetId: new Unknown(address, block.path("target_group_arn"), "tasks of a container service are not modeled"),
        port: block.number("container_port"),
      }),
    ),
  );
}

/** Deployments that shift traffic, and services that register tasks outside Terraform. */
export function moversOf(source: Source): Mover[] {
  const deployments = source.ofType("aws_codedeploy_deployment_group").map(({ address, fields }): Mover => {
    const infos = fields.blocks("load_balancer_info");
    const names = infos.items.flatMap((info) =>
      [
        ...info.blocks("target_group_info").items,
        ...info.blocks("target_group_pair_info").items.flatMap((pair) => pair.blocks("target_group").items),
      ].map((it) => it.text("name")),
    );
    const open = infos.open ?? names.find((name) => name instanceof Unknown);
    return {
      address,
      onlyRegisters: false,
      targetGroups: { items: names.flatMap((name) => known(name) ?? []), ...(open instanceof Unknown && { open }) },
    };
  });
  const bindings = source.ofType("kubernetes_manifest", "kubectl_manifest", "helm_release").map(
    ({ address }): Mover => ({
      address,
      onlyRegisters: false,
      targetGroups: { items: [], open: new Unknown(address, "manifest", "what it registers is not modeled") },
    }),
  );
  // Their services may be deployed from elsewhere.
  const clusters = source.ofType("aws_ecs_cluster", "aws_eks_cluster").map(
    ({ address }): Mover => ({
      address,
      onlyRegisters: true,
      targetGroups: { items: [], open: new Unknown(address, "name", "what its services register is not modeled") },
    }),
  );
  return [...deployments, ...bindings, ...clusters];
}
