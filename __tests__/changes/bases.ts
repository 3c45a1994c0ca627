import { autoScalingStack } from "../mutants/auto-scaling-base";
import { baseStack } from "../mutants/bases";
import type { SynthesizedJson } from "../mutants/mutant";
import { withOwnNames } from "../support/planned";
import { classicStack } from "./classic-base";
import { add, all, blockOf, drop, type Edit, setAll } from "./edits";

/* The sites that stand, and are then changed. */

const own = (stack: SynthesizedJson, key: string, edit: Edit = () => undefined): SynthesizedJson => {
  edit(stack);
  return withOwnNames(stack, key);
};

/** Each a fresh copy at each call, with names of its own, as all stand in one account. */
export const BASES = {
  classic: classicStack,
  protected: () => own(classicStack(), "safe", setAll("aws_lb", { enable_deletion_protection: true })),
  locked: () => own(classicStack(), "locked", setAll("aws_instance", { disable_api_termination: true })),
  prefixed: () => own(classicStack(), "fore", prefixed),
  pool: () => own(classicStack(), "pool", pooled),
  keyed: () => own(classicStack(), "keyed", keyed),
  closed: () => own(classicStack(), "closed", drop("aws_vpc_security_group_ingress_rule.web")),
  "auto-scaling": () => own(baseStack("auto-scaling"), "asg"),
  "launch-configuration": () => own(autoScalingStack(), "lc", launchedByConfiguration),
  "inline-groups": () => own(baseStack("inline-groups"), "inl"),
  site: () => own(baseStack("site"), "site"),
  "created-zone": () => own(baseStack("created-zone"), "zone"),
  nat: () => own(baseStack("nat"), "nat"),
  public: () => own(baseStack("public"), "pub"),
} satisfies Readonly<Record<string, () => SynthesizedJson>>;

export type ChangedBase = keyof typeof BASES;

/** Two instances of one block. */
function pooled(stack: SynthesizedJson): void {
  const subnets = "${[aws_subnet.a.id, aws_subnet.b.id, aws_subnet.c.id][count.index]}";
  stack.resource.aws_instance = { pool: { ...blockOf(stack, "aws_instance.a"), count: 2, subnet_id: subnets } };
  stack.resource.aws_lb_target_group_attachment = {
    pool: {
      count: 2,
      target_group_arn: "${aws_lb_target_group.web.arn}",
      target_id: "${aws_instance.pool[count.index].id}",
    },
  };
  blockOf(stack, "aws_lb.web").subnets = ["${aws_subnet.a.id}", "${aws_subnet.b.id}", "${aws_subnet.c.id}"];
  drop("aws_lb_listener_rule.api", "aws_lb_target_group.api")(stack);
}

export const KEYS = "${{ a = aws_subnet.a.id, b = aws_subnet.b.id }}";

/** Two instances of one block, by keys. */
function keyed(stack: SynthesizedJson): void {
  stack.resource.aws_instance = {
    web: { ...blockOf(stack, "aws_instance.a"), for_each: KEYS, subnet_id: "${each.value}" },
  };
  stack.resource.aws_lb_target_group_attachment = {
    web: {
      for_each: KEYS,
      target_group_arn: "${aws_lb_target_group.web.arn}",
      target_id: "${aws_instance.web[each.key].id}",
    },
  };
  drop("aws_lb_listener_rule.api", "aws_lb_target_group.api")(stack);
}

/** As the provider's documentation advises: what is replaced is made first, under a name that AWS completes. */
function prefixed(stack: SynthesizedJson): void {
  const first = { lifecycle: { create_before_destroy: true } };
  for (const type of ["aws_lb_target_group", "aws_security_group"]) {
    Object.entries(stack.resource[type] ?? {}).forEach(([name, block]) =>
      Object.assign(block, { name: null, name_prefix: `${name}-`, ...first }),
    );
  }
  all(
    setAll("aws_acm_certificate", first),
    setAll("aws_lb", { name: null, name_prefix: "web-", ...first }),
    setAll("aws_lb_listener", first),
  )(stack);
}

/**
 * A launch configuration, which every change replaces, and an attachment that is separate from its Auto Scaling group.
 * The provider looks up the image, so that it must be one that the local AWS has.
 */
function launchedByConfiguration(stack: SynthesizedJson): void {
  const { instance_type } = blockOf(stack, "aws_launch_template.app");
  drop("aws_launch_template.app")(stack);
  add("aws_launch_configuration.app", {
    name: "app-lc",
    image_id: "ami-03cf127a",
    instance_type,
    security_groups: ["${aws_security_group.app.id}"],
    user_data_base64:
      "IyEvYmluL2Jhc2gKZG5mIGluc3RhbGwgLXkgbmdpbngKc2VkIC1pIHMvODAvODA4MC8gL2V0Yy9uZ2lueC9uZ2lueC5jb25mCnN5c3RlbWN0bCBlbmFibGUgLS1ub3cgbmdpbngK",
  })(stack);
  const {
    launch_template: _template,
    target_group_arns: _groups,
    ...rest
  } = blockOf(stack, "aws_autoscaling_group.app");
  add("aws_autoscaling_group.app", { ...rest, launch_configuration: "${aws_launch_configuration.app.name}" })(stack);
  add("aws_autoscaling_attachment.app", {
    autoscaling_group_name: "${aws_autoscaling_group.app.name}",
    lb_target_group_arn: "${aws_lb_target_group.app.arn}",
  })(stack);
}
