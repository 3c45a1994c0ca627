import * as expected from "./expected";
import type { Fields } from "./fields";
import { grouped } from "./lists";
import type { Registration, TargetGroup } from "./model";
import { partOf } from "./part";
import type { Source } from "./source";
import { NOT_KNOWN } from "./unread";
import { type Attr, Unknown } from "./value";

export function targetGroupsOf(source: Source, all: readonly Registration[]): TargetGroup[] {
  const registrations = grouped(all, (it) => it.targetGroupArn);
  return source.ofType("aws_lb_target_group", "data.aws_lb_target_group").map((it): TargetGroup => {
    const arn = it.identity("arn");
    const check = it.fields.block("health_check");
    const own = registrations.get(typeof arn === "string" ? arn : "") ?? [];
    // The registrations of a target group from a data source are elsewhere.
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
    const open = (name: string) => (leftOpen ? new Unknown(it.address, name, "read by a data source") : undefined);
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
        healthyThreshold: check?.number("healthy_threshold"),
        unhealthyThreshold: check?.number("unhealthy_threshold"),
      },
      ...stickinessOf(it.fields.block("stickiness")),
      algorithm: it.fields.text("load_balancing_algorithm_type"),
      registrations: [...own, ...elsewhere],
    };
  });
}

/** A state has the block even if stickiness is off. */
function stickinessOf(block: Fields | undefined): Pick<TargetGroup, "stickiness"> {
  if (block === undefined || block.flag("enabled") === false) return {};
  return {
    stickiness: {
      type: block.text("type"),
      durationSec: block.number("cookie_duration"),
      cookie: block.text("cookie_name"),
    },
  };
}

const TARGET_TYPES = ["instance", "ip", "lambda", "alb"];

function typeOfTargets(address: string, type: Attr<string>): Attr<string> {
  return typeof type === "string" && !TARGET_TYPES.includes(type)
    ? new Unknown(address, "target_type", `the type ${type} is ${NOT_KNOWN}`)
    : type;
}
