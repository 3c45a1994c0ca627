import * as expected from "./expected";
import { grouped } from "./lists";
import type { Mover, Registration, TargetGroup } from "./model";
import { partOf } from "./part";
import type { Source } from "./source";
import { NOT_KNOWN } from "./unread";
import { type Attr, known, Unknown } from "./value";

export function targetGroupsOf(source: Source, all: readonly Registration[]): TargetGroup[] {
  const registrations = grouped(all, (it) => it.targetGroupArn);
  return source.ofType("aws_lb_target_group", "data.aws_lb_target_group").map((it): TargetGroup => {
    const arn = it.identity("arn");
    const check = it.fields.block("health_check");
    const own = registrations.get(typeof arn === "string" ? arn : "") ?? [];
    // Who registers in a group that is only read here cannot be seen here.
    const elsewhere = it.isData
      ? [
          {
            address: it.address,
            attribute: "arn",
            targetGroupArn: arn,
            targetId: new Unknown(it.address, "arn", "its targets are registered elsewhere"),
            port: undefined,
          },
        ]
      : [];
    const leftOpen = it.isData && it.fields.raw("port") === undefined;
    const open = (name: string) => (leftOpen ? new Unknown(it.address, name, "only read here") : undefined);
    return {
      ...partOf(it),
      arn,
      name: it.fields.text("name"),
      port: it.fields.number("port") ?? open("port"),
      protocol: it.fields.text("protocol") ?? open("protocol"),
      protocolVersion: it.fields.text("protocol_version") ?? (leftOpen ? open("protocol_version") : "HTTP1"),
      targetType:
        typeOfTargets(it.address, it.fields.text("target_type")) ?? (leftOpen ? open("target_type") : "instance"),
      vpcId: it.fields.text("vpc_id", expected.VPC),
      deregistrationDelay: it.fields.number("deregistration_delay"),
      healthCheck: {
        enabled: check?.flag("enabled") ?? true,
        path: check?.text("path") ?? "/",
        port: check?.text("port") ?? "traffic-port",
        protocol: check?.text("protocol") ?? "HTTP",
        matcher: check?.text("matcher") ?? (it.fields.text("protocol_version") === "GRPC" ? "12" : "200"),
        interval: check?.number("interval") ?? 30,
        timeout: check?.number("timeout"),
      },
      registrations: [...own, ...elsewhere],
    };
  });
}

const TARGET_TYPES = ["instance", "ip", "lambda", "alb"];

function typeOfTargets(address: string, type: Attr<string>): Attr<string> {
  return typeof type === "string" && !TARGET_TYPES.includes(type)
    ? new Unknown(address, "target_type", `the type ${type} is ${NOT_KNOWN}`)
    : type;
}

export function registrationsOf(source: Source): Registration[] {
  const attachments = source.ofType("aws_lb_target_group_attachment").map(
    ({ address, fields }): Registration => ({
      address,
      attribute: "target_id",
      targetGroupArn: fields.text("target_group_arn", expected.TARGET_GROUP),
      targetId: fields.text("target_id", expected.TARGET),
      port: fields.number("port"),
    }),
  );
  const groups = source.ofType("aws_autoscaling_group").flatMap((group) => {
    const autoScalingGroup = group.identity("id");
    const listed = group.fields.list("target_group_arns", expected.TARGET_GROUP);
    const sources = group.fields
      .blocks("traffic_source")
      .items.map((block) => block.text("identifier", expected.TARGET_GROUP));
    // A refresh shows in each of the two what the other one registers.
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
  const linked = source.ofType("aws_autoscaling_attachment").map(
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
  const fed = source.ofType("aws_autoscaling_traffic_source_attachment").map(
    ({ address, fields }): Registration => ({
      address,
      attribute: "autoscaling_group_name",
      targetGroupArn: fields.block("traffic_source")?.text("identifier", expected.TARGET_GROUP),
      targetId: undefined,
      autoScalingGroup: fields.text("autoscaling_group_name", expected.AUTO_SCALING_GROUP),
      port: undefined,
    }),
  );
  const services = source.ofType("aws_ecs_service", "aws_ecs_task_set").flatMap(({ address, fields }) =>
    fields.blocks("load_balancer").items.map(
      (block): Registration => ({
        address,
        attribute: block.path("target_group_arn"),
        targetGroupArn: block.text("target_group_arn", expected.TARGET_GROUP),
        targetId: new Unknown(address, block.path("target_group_arn"), "tasks of a container service are not modelled"),
        port: block.number("container_port"),
      }),
    ),
  );
  // What a refresh has filled shows that in both places; it is the attachment that registers.
  const beside = new Set([...linked, ...fed].map(linkOf));
  // AWS takes an instance out that is terminated, also where its attachment stays in the state.
  const registered = attachments.filter(({ targetId }) => source.destroyed?.has(known(targetId) ?? "") !== true);
  return [
    ...registered,
    ...groups.filter((it) => source.kind === "synthesized" || !beside.has(linkOf(it))),
    ...linked,
    ...fed,
    ...services,
  ];
}

function linkOf({ autoScalingGroup, targetGroupArn }: Registration): string {
  return JSON.stringify([known(autoScalingGroup), known(targetGroupArn)]);
}

/** Deployments that shift traffic, and services that register tasks in a group by their own means. */
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
      targetGroups: { items: [], open: new Unknown(address, "manifest", "what it registers is not modelled") },
    }),
  );
  // Their services may be deployed from elsewhere.
  const clusters = source.ofType("aws_ecs_cluster", "aws_eks_cluster").map(
    ({ address }): Mover => ({
      address,
      onlyRegisters: true,
      targetGroups: { items: [], open: new Unknown(address, "name", "what its services register is not modelled") },
    }),
  );
  return [...deployments, ...bindings, ...clusters];
}
