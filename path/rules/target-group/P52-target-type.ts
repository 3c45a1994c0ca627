import type { Registration, TargetGroup, Topology } from "../../../topology/model";
import { symbol } from "../../../topology/symbols";
import { known } from "../../../topology/value";
import { analyse } from "../../analysis/analysis";
import { registeredServer } from "../../analysis/targets/registered-servers";
import { kindOfTarget, type TargetKind } from "../../analysis/targets/target-kinds";
import { fix, setting } from "../../fixes/fix";
import { BY_NO_PROP, shareOf } from "../../fixes/shared-wording";
import type { FileReporter, FindingDetails, Rule } from "../rule";

export const P52: Rule = {
  id: "P52",
  hop: "target-group",
  title: "the targets do not match the target type of the target group",
  certainty: ["apply"],
  why:
    "A target group accepts one type of target, which is set when it is created: instance ids, IP addresses, a " +
    "Lambda function, or an Application Load Balancer. AWS refuses to register a target of another type. An Auto " +
    "Scaling group registers instances.",
  symptom: "the apply fails: ValidationError on the registration, the target id does not match the target type",
  symptoms: ["apply"],
  source:
    "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html#target-type",
  needs: [],
  review: { effect: "fails" },
  check: { file: isOfTheGroupsType },
};

/** A registration whose type differs from its target group's. */
interface Wrong {
  readonly registration: Registration;
  readonly kind: TargetKind;
}

function isOfTheGroupsType(topology: Topology, report: FileReporter): void {
  for (const group of topology.targetGroups) {
    const type = known(group.targetType);
    if (group.isData || type === undefined) continue;
    const wrong = group.registrations.flatMap((registration): Wrong[] => {
      const kind = kindOfTarget(topology, registration);
      return kind === undefined || kind === type ? [] : [{ registration, kind }];
    });
    const [first] = wrong;
    if (first === undefined) continue;
    const isGroup = wrong.length === group.registrations.length && wrong.every(({ kind }) => kind === first.kind);
    const on = analyse(topology).groupUsers.balancersOf(group);
    if (isGroup) report.finding(ofOtherType(group, type, first), on);
    else for (const it of wrong) report.finding(oneOfOtherType(topology, group, type, it), on);
  }
}

function common(type: string): Pick<FindingDetails, "required" | "symptom"> {
  return {
    required: `targets of type ${type}, or another target_type`,
    symptom: P52.symptom,
  };
}

function ofOtherType({ address }: TargetGroup, type: string, { registration, kind }: Wrong): FindingDetails {
  return {
    ...common(type),
    address,
    attribute: "target_type",
    observed:
      `target_type is ${type}, but ${registration.address} registers ` +
      `${registration.autoScalingGroup === undefined ? NAMES[kind] : "its instances"}`,
    fix: fix(`Set target_type of ${address} to ${kind}.`, BY_NO_PROP, [setting(address, "target_type", kind)]),
  };
}

function oneOfOtherType(
  topology: Topology,
  group: TargetGroup,
  type: string,
  { registration, kind }: Wrong,
): FindingDetails {
  const server = registration.targetId === undefined ? undefined : registeredServer(registration, topology);
  const argument = type === "ip" ? "private_ip" : type === "instance" ? "id" : undefined;
  const id = server === undefined || argument === undefined ? undefined : symbol(server.address, argument);
  return {
    ...common(type),
    address: registration.address,
    attribute: registration.attribute,
    observed: `registers ${NAMES[kind]} in ${group.address}, whose target_type is ${type}`,
    ...shareOf(1, group.registrations.length, "targets"),
    fix:
      id === undefined
        ? fix(`Remove ${registration.address}.`, BY_NO_PROP, [{ remove: registration.address }])
        : fix(`Register ${id.slice(2, -1)}.`, BY_NO_PROP, [setting(registration.address, registration.attribute, id)]),
  };
}

const NAMES: Readonly<Record<TargetKind, string>> = {
  instance: "an instance",
  ip: "an IP address",
  lambda: "a Lambda function",
  alb: "a load balancer",
};
