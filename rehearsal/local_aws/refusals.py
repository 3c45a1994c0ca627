"""What AWS refuses and moto accepts, in AWS's own words, one function each, applied once at start.

A rehearsal then fails where AWS would. docs/reference/what-aws-checks.md lists each function's name, with its source. What
moto itself refuses is not changed, unless its words differ from AWS's.
"""
import datetime
import functools
import inspect
import re

from moto.acm.exceptions import AWSError
from moto.acm.models import AWSCertificateManagerBackend
from moto.core.utils import utcnow
from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES
from moto.elbv2.exceptions import ELBClientError
from moto.elbv2.models import ELBv2Backend, FakeHealthStatus, FakeTargetGroup, elbv2_backends
from moto.route53.exceptions import Route53ClientError
from moto.route53.models import Route53Backend

from patches import settings

# No quotas until they are set.
settings.update({"vcpus": None, "addresses": None})

# Instance families A, C, D, H, I, M, R, T and Z, which share one quota; `inf`, `dl`, `hpc`, `mac` and others have their own.
STANDARD = re.compile(r"(a|c|d|h|i|im|is|m|r|t|z)\d")
ADDRESSES_OF_A_BALANCER = 8
MODIFICATIONS_A_DAY = 4
GROUP_TEXT = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
GROUP_SET = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
# Calls whose actions can name target groups.
SENDERS = ("create_listener", "modify_listener", "create_rule", "modify_rule")


def apply():
    """Applies all refusals."""
    for refusal in REFUSALS:
        refusal()


def refused_at(owner, *names):
    """Decorates a check to run before methods of moto, with the backend and all arguments of the call by name."""

    def decorate(check):
        for name in names:
            setattr(owner, name, checked(getattr(owner, name), check))

    return decorate


def checked(original, check):
    signature = inspect.signature(original)

    @functools.wraps(original)
    def method(backend, *args, **kwargs):
        bound = signature.bind(backend, *args, **kwargs)
        bound.apply_defaults()
        call = {**bound.arguments, **bound.arguments.get("kwargs", {})}
        check(backend, call)
        return original(backend, *args, **kwargs)

    return method


# Deletions while something is in use


def group_in_use_is_not_deleted():
    """AWS does not delete a security group that an interface, a load balancer or another group's rule uses. moto deletes it."""

    @refused_at(EC2Backend, "delete_security_group")
    def refuse(ec2, call):
        group = ec2.get_security_group_from_id(call["group_id"]) if call["group_id"] else ec2.get_security_group_by_name_or_id(call["name"])
        if group and (interfaces_with(ec2, group.id) or balancers_with(ec2, group.id) or groups_that_name(ec2, group.id)):
            raise DependencyViolationError(f"resource {group.id} has a dependent object")


def subnet_in_use_is_not_deleted():
    """AWS does not delete a subnet with instances, NAT gateways, endpoints or load balancers. moto deletes it."""

    @refused_at(EC2Backend, "delete_subnet")
    def refuse(ec2, call):
        subnet_id = call["subnet_id"]
        inside = [each for each in live_interfaces(ec2) if each.subnet.id == subnet_id]
        if inside or any(subnet.id == subnet_id for balancer in balancers_of(ec2) for subnet in balancer.subnets):
            raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")


def subnet_has_one_route_table():
    """AWS refuses to associate a subnet with a second route table. moto returns the existing association.

    Therefore a table that was replaced by hand, with an association of another id, cannot be repaired by associating the old one.
    """

    @refused_at(EC2Backend, "associate_route_table")
    def refuse(ec2, call):
        table_id, subnet_id = call["route_table_id"], call["subnet_id"]
        others = [table for table in ec2.route_tables.values() if subnet_id in table._associations.values() and table.id != table_id]
        if subnet_id and others:
            raise EC2ClientError(
                "Resource.AlreadyAssociated", f"the specified association for route table {table_id} conflicts with an existing association"
            )


def gateway_stays_while_public_addresses_are_mapped():
    """AWS detaches an internet gateway once no instance, NAT gateway or load balancer of the VPC has a public address. moto detaches it immediately."""

    @refused_at(EC2Backend, "detach_internet_gateway")
    def refuse(ec2, call):
        vpc_id = call["vpc_id"]
        mapped = [each for each in live_interfaces(ec2) if each.vpc_id == vpc_id and each.public_ip]
        if mapped or any(each.vpc_id == vpc_id and each.scheme == "internet-facing" for each in balancers_of(ec2)):
            raise DependencyViolationError(
                f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway."
            )


def attached_gateway_is_not_deleted():
    """AWS does not delete an attached internet gateway. moto refuses it too, in other words."""

    @refused_at(EC2Backend, "delete_internet_gateway")
    def refuse(ec2, call):
        internet_gateway_id = call["internet_gateway_id"]
        if ec2.get_internet_gateway(internet_gateway_id).vpc:
            raise DependencyViolationError(f"The internetGateway '{internet_gateway_id}' has dependencies and cannot be deleted.")


def vpc_in_use_is_not_deleted():
    """AWS does not delete a VPC with an internet gateway or a user's security group. moto checks only subnets and route tables."""

    @refused_at(EC2Backend, "delete_vpc")
    def refuse(ec2, call):
        vpc_id = call["vpc_id"]
        gateways = [each for each in ec2.internet_gateways.values() if each.vpc and each.vpc.id == vpc_id]
        if gateways or [each for each in ec2.groups.get(vpc_id, {}).values() if each.name != "default"]:
            raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")


class CertificateInUse(AWSError):
    TYPE = "ResourceInUseException"


def certificate_in_use_is_not_deleted():
    """AWS does not delete a certificate that a listener uses, as its default or an additional one. moto deletes it."""

    @refused_at(AWSCertificateManagerBackend, "delete_certificate")
    def refuse(acm, call):
        arn = call["arn"]
        listeners = [each for balancer in elbv2_backends[acm.account_id][acm.region_name].load_balancers.values() for each in balancer.listeners.values()]
        if arn in acm._certificates and any(arn in (each.certificate, *each.certificates) for each in listeners):
            raise CertificateInUse(f"Certificate {arn} in account {acm.account_id} is in use.")


def target_group_in_use_is_not_deleted():
    """AWS does not delete a target group that a listener or rule uses. moto checks only default actions after a listener's change."""

    @refused_at(ELBv2Backend, "delete_target_group")
    def refuse(elb, call):
        target_group_arn = call["target_group_arn"]
        if target_group_arn in elb.target_groups and balancers_that_send_to(elb, target_group_arn):
            raise ELBClientError("ResourceInUse", f"Target group '{target_group_arn}' is currently in use by a listener or a rule")


# Names that are taken


def load_balancer_name_is_taken_once():
    """AWS has one load balancer of a name in a region: the same settings return it, others are refused. moto creates another one."""
    original = ELBv2Backend.create_load_balancer

    @functools.wraps(original)
    def create(elb, name, **asked):
        there = next((each for each in elb.load_balancers.values() if each.name == name), None)
        if there is None:
            return original(elb, name=name, **asked)
        subnets = set(subnets_of(asked["subnet_ids"], asked["subnet_mappings"]))
        wanted = (asked["scheme"] or "internet-facing", asked["loadbalancer_type"] or "application", asked["ip_address_type"], subnets, set(asked["security_groups"] or []))
        if wanted != (there.scheme, there.type, there.ip_address_type, {each.id for each in there.subnets}, set(there.security_groups or [])):
            raise ELBClientError("DuplicateLoadBalancerName", f"A load balancer with the same name '{name}' exists, but with different settings")
        return there

    ELBv2Backend.create_load_balancer = create


def target_group_name_is_taken_once():
    """AWS refuses a target group with a used name and other settings. moto refuses it too, in other words."""

    @refused_at(ELBv2Backend, "create_target_group")
    def refuse(elb, call):
        name = call["name"]
        if any(each.name == name for each in elb.target_groups.values()):
            raise ELBClientError("DuplicateTargetGroupName", f"A target group with the same name '{name}' exists, but with different settings")


def group_name_is_taken_once_in_a_vpc():
    """AWS's error for a used security group name contains the VPC. moto refuses the name too, without the VPC."""

    @refused_at(EC2Backend, "create_security_group")
    def refuse(ec2, call):
        name, vpc_id = call["name"], call["vpc_id"] or ec2.default_vpc.id
        if not call["force"] and any(each.name == name for each in ec2.groups.get(vpc_id, {}).values()):
            raise EC2ClientError("InvalidGroup.Duplicate", f"The security group '{name}' already exists for VPC '{vpc_id}'")


# Quotas of the account, in one region


def vcpus_have_a_quota():
    """AWS runs no more vCPUs of on-demand standard instances than the account's quota allows. moto has no quota."""

    @refused_at(EC2Backend, "run_instances")
    def refuse_at_run(ec2, call):
        if not call.get("instance_market_options"):
            refuse_more_vcpus(ec2, call["count"] * vcpus_of(call["instance_type"]))

    @refused_at(EC2Backend, "start_instances")
    def refuse_at_start(ec2, call):
        stopped = [each for each in map(ec2.get_instance, call["instance_ids"]) if each.state == "stopped" and each.lifecycle != "spot"]
        refuse_more_vcpus(ec2, sum(vcpus_of(each.instance_type) for each in stopped))


def addresses_have_a_quota():
    """AWS allocates no more Elastic IP addresses than the account's quota allows. moto has no quota."""

    @refused_at(EC2Backend, "allocate_address")
    def refuse(ec2, _call):
        if settings["addresses"] is not None and len(ec2.addresses) >= settings["addresses"]:
            raise EC2ClientError("AddressLimitExceeded", "The maximum number of addresses has been reached.")


def refuse_more_vcpus(ec2, more):
    quota = settings["vcpus"]
    instances = [each for reservation in ec2.reservations.values() for each in reservation.instances]
    running = sum(vcpus_of(each.instance_type) for each in instances if each.state in ("pending", "running") and each.lifecycle != "spot")
    if quota is not None and more > 0 and running + more > quota:
        raise EC2ClientError(
            "VcpuLimitExceeded",
            f"You have requested more vCPU capacity than your current vCPU limit of {quota} allows for the instance bucket that the "
            "specified instance type belongs to. Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
        )


def vcpus_of(instance_type):
    """The vCPUs of a standard instance; 0 for families with a separate quota."""
    return INSTANCE_TYPES.get(instance_type, {}).get("VCpuInfo", {}).get("DefaultVCpus", 0) if STANDARD.match(instance_type) else 0


# Disks


def disk_does_not_shrink():
    """AWS only enlarges a volume. moto accepts any size."""

    @refused_at(EC2Backend, "modify_volume")
    def refuse(ec2, call):
        if call["target_size"] and int(call["target_size"]) < int(ec2.get_volume(call["volume_id"]).size):
            raise EC2ClientError("InvalidParameterValue", "New size cannot be smaller than existing size")


def disk_is_modified_four_times_a_day():
    """AWS modifies a volume four times in a rolling day; until January 2026, once in six hours. moto counts nothing."""

    @refused_at(EC2Backend, "modify_volume")
    def refuse(ec2, call):
        day = utcnow() - datetime.timedelta(days=1)
        lately = [each for each in ec2.get_volume(call["volume_id"]).modifications if each.start_time > day]
        if len(lately) >= MODIFICATIONS_A_DAY:
            raise EC2ClientError("VolumeModificationRateExceeded", "You've reached the maximum modification rate per volume limit.")


# Records


def record_is_created_once():
    """AWS refuses to create a record that exists, whatever its values. moto refuses it only if the values are the same."""

    @refused_at(Route53Backend, "change_resource_record_sets")
    def refuse(route53, call):
        zone_id, changes = call["zoneid"], call["change_list"]
        there = records_after_deletions(route53.get_hosted_zone(zone_id), changes)
        for name, kind, set_identifier in created(changes, "CREATE"):
            if (name, kind, set_identifier) in there:
                raise_change(f"Tried to create resource record set [name='{name}', type='{kind}'] but it already exists")


def cname_stands_alone():
    """AWS refuses a CNAME next to other records of its name, other records next to a CNAME, and a CNAME at the zone's apex. moto accepts all."""

    @refused_at(Route53Backend, "change_resource_record_sets")
    def refuse(route53, call):
        zone_id, changes = call["zoneid"], call["change_list"]
        zone = route53.get_hosted_zone(zone_id)
        apex, there = dns_name(zone.name), records_after_deletions(zone, changes)
        for name, kind, set_identifier in created(changes, "CREATE", "UPSERT"):
            others = {other for at, other, _ in there if at == name and other != kind}
            if kind == "CNAME" and name == apex:
                raise_change(f"RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {apex}")
            if kind == "CNAME" and others:
                raise_change(f"RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with the same DNS name in zone {apex}")
            if "CNAME" in others:
                raise_change(f"RRSet of type {kind} with DNS name {name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone {apex}")
            there.add((name, kind, set_identifier))


def created(changes, *actions):
    return [key_of(each["ResourceRecordSet"]) for each in changes if each["Action"] in actions]


def records_after_deletions(zone, changes):
    """The records of a zone after a batch's deletions: AWS applies a batch as a whole."""
    there = {(dns_name(each.name), each.type, each.set_identifier) for each in zone.rrsets}
    return there - set(created(changes, "DELETE"))


def key_of(record):
    return dns_name(record["Name"]), record["Type"], record.get("SetIdentifier")


def dns_name(name):
    return name.lower().rstrip(".").replace("\\052", "*") + "."


def raise_change(message):
    raise Route53ClientError("InvalidChangeBatch", f"[{message}]")


# Targets


def deregistered_target_drains():
    """On AWS, a deregistered target drains for the deregistration delay, and is unused then. In moto it is unused immediately.

    A terminated instance is removed immediately.
    """
    deregister, describe = FakeTargetGroup.deregister, ELBv2Backend.describe_target_health

    @functools.wraps(deregister)
    def remember(group, targets):
        deregister(group, targets)
        for each in targets:
            group.deregistered_targets[each["Id"]]["since"] = utcnow()

    @functools.wraps(describe)
    def list_draining(elb, target_group_arn, targets):
        group = elb.target_groups.get(target_group_arn)
        draining = [each for each in group.deregistered_targets.values() if is_draining(group, each, elb.ec2_backend)] if group and not targets else []
        return describe(elb, target_group_arn, [*group.targets.values(), *draining] if draining else targets)

    FakeTargetGroup.deregister = remember
    ELBv2Backend.describe_target_health = list_draining
    original = FakeTargetGroup.health_for

    @functools.wraps(original)
    def health_for(group, target, ec2):
        left = group.deregistered_targets.get(target["Id"])
        if target["Id"] in group.targets or left is None or not is_draining(group, left, ec2):
            return original(group, target, ec2)
        return FakeHealthStatus(left["Id"], left["Port"], group.health_check_port, "draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")

    FakeTargetGroup.health_for = health_for


def target_of_a_group_without_listener_is_unused():
    """AWS does not check a target whose target group no listener uses, or whose zone is not enabled. moto reports it as healthy."""
    original = FakeTargetGroup.health_for

    @functools.wraps(original)
    def health_for(group, target, ec2):
        health = original(group, target, ec2)
        if health.status != "healthy":
            return health
        balancers = balancers_that_send_to(elbv2_backends[group.account_id][group.region_name], group.arn)
        instance = ec2.get_instance_by_id(target["Id"])
        zones = {subnet.availability_zone for each in balancers for subnet in each.subnets}
        reason = None
        if not balancers:
            reason = "Target group is not configured to receive traffic from the load balancer"
        elif instance and instance._placement.zone not in zones:
            reason = "Target is in an Availability Zone that is not enabled for the load balancer"
        return health if reason is None else FakeHealthStatus(health.instance_id, health.port, health.health_check_port, "unused", "Target.NotInUse", reason)

    FakeTargetGroup.health_for = health_for


def target_is_in_the_groups_vpc():
    """AWS registers instances of the target group's VPC only. moto registers any."""

    @refused_at(ELBv2Backend, "register_targets")
    def refuse(elb, call):
        group = elb.target_groups.get(call["target_group_arn"])
        found = [elb.ec2_backend.get_instance_by_id(each["Id"]) for each in call["instances"]]
        strangers = [f"'{each.id}'" for each in found if group and each and each.vpc_id and each.vpc_id != group.vpc_id]
        if strangers:
            raise ELBClientError("InvalidTarget", f"The following targets are not in the target group VPC '{group.vpc_id}': {', '.join(strangers)}")


def is_draining(group, target, ec2):
    instance = ec2.get_instance_by_id(target["Id"])
    if instance and instance.state == "terminated":
        return False
    delay = datetime.timedelta(seconds=int(group.attributes["deregistration_delay.timeout_seconds"]))
    return utcnow() < target["since"] + delay


# Load balancers, listeners and rules


def load_balancer_needs_free_addresses():
    """AWS requires eight free addresses in each subnet of a load balancer. moto requires none."""

    @refused_at(ELBv2Backend, "create_load_balancer")
    def refuse_at_create(elb, call):
        refuse_full(elb, subnets_of(call["subnet_ids"], call["subnet_mappings"]))

    @refused_at(ELBv2Backend, "set_subnets")
    def refuse_at_change(elb, call):
        balancer = elb.load_balancers.get(call["arn"])
        has = {each.id for each in balancer.subnets} if balancer else set()
        refuse_full(elb, [each for each in subnets_of(call["subnets"], call["subnet_mappings"]) if each not in has])


def load_balancers_subnets_share_a_vpc():
    """AWS creates a load balancer in one VPC. moto accepts subnets of several."""

    @refused_at(ELBv2Backend, "create_load_balancer")
    def refuse(elb, call):
        vpcs = [elb.ec2_backend.get_subnet(each).vpc_id for each in subnets_of(call["subnet_ids"], call["subnet_mappings"])]
        if len(set(vpcs)) > 1:
            raise ELBClientError("InvalidConfigurationRequest", f"All subnets must belong to the same VPC: '{vpcs[0]}'")


def load_balancers_groups_are_of_its_vpc():
    """AWS requires existing security groups in the load balancer's VPC. moto accepts any text at creation, and any VPC later."""

    @refused_at(ELBv2Backend, "create_load_balancer")
    def refuse_at_create(elb, call):
        first = next(iter(subnets_of(call["subnet_ids"], call["subnet_mappings"])), None)
        if first:
            refuse_groups_of_others(elb, call["security_groups"], elb.ec2_backend.get_subnet(first).vpc_id)

    @refused_at(ELBv2Backend, "set_security_groups")
    def refuse_at_change(elb, call):
        if call["arn"] in elb.load_balancers:
            refuse_groups_of_others(elb, call["sec_groups"], elb.load_balancers[call["arn"]].vpc_id)


def listener_sends_within_its_vpc():
    """AWS requires target groups of the load balancer's VPC in listeners and rules. moto accepts any."""

    @refused_at(ELBv2Backend, *SENDERS)
    def refuse(elb, call):
        balancer = balancer_of(elb, call)
        for group in groups_in(elb, call):
            if balancer and group.vpc_id and group.vpc_id != balancer.vpc_id:
                raise ELBClientError("InvalidConfigurationRequest", f"Target group '{group.arn}' is in a different VPC than load balancer '{balancer.arn}'")


def target_group_serves_one_load_balancer():
    """AWS refuses a target group in listeners and rules of a second load balancer. moto accepts it."""

    @refused_at(ELBv2Backend, *SENDERS)
    def refuse(elb, call):
        balancer = balancer_of(elb, call)
        taken = [group.arn for group in groups_in(elb, call) if any(each is not balancer for each in balancers_that_send_to(elb, group.arn))]
        if balancer and taken:
            raise ELBClientError("TargetGroupAssociationLimit", f"The following target groups cannot be associated with more than one load balancer: {', '.join(taken)}")


def redirect_leads_elsewhere():
    """AWS refuses a redirect to the requested address itself. moto accepts it, which is a redirect loop in browsers."""

    @refused_at(ELBv2Backend, "create_listener")
    def refuse(elb, call):
        for redirect in (action.get("RedirectConfig") for action in call["actions"]):
            if redirect is None:
                continue
            protocol, port = redirect.get("Protocol", "#{protocol}"), str(redirect.get("Port", "#{port}"))
            stays = [redirect.get(part, default) == default for part, default in (("Host", "#{host}"), ("Path", "/#{path}"), ("Query", "#{query}"))]
            if all(stays) and protocol in ("#{protocol}", call["protocol"]) and port in ("#{port}", str(call["port"])):
                raise ELBClientError("InvalidLoadBalancerAction", "The redirect configuration is not valid because it creates a loop.")


def balancer_of(elb, call):
    """The load balancer of a call; its name is a part of its listeners' and rules' ARNs."""
    arn = call.get("load_balancer_arn") or call.get("listener_arn") or call.get("rule_arn") or call.get("arn")
    path = arn.split("/", 1)[1]
    return next((each for each in elb.load_balancers.values() if path.startswith(each.arn.split("/", 1)[1])), None)


def groups_in(elb, call):
    named = [arn for action in call["actions"] or [] for arn in elb._get_target_group_arns_from(action)]
    return [elb.target_groups[arn] for arn in named if arn in elb.target_groups]


def subnets_of(subnet_ids, subnet_mappings):
    return [*(subnet_ids or []), *(each["SubnetId"] for each in subnet_mappings or [])]


def refuse_full(elb, subnet_ids):
    for subnet in map(elb.ec2_backend.get_subnet, subnet_ids):
        if subnet.available_ip_address_count < ADDRESSES_OF_A_BALANCER:
            raise ELBClientError("InvalidSubnet", f"Not enough IP space available in {subnet.id}. ELB requires at least {ADDRESSES_OF_A_BALANCER} free IP addresses in each subnet.")


def refuse_groups_of_others(elb, group_ids, vpc_id):
    for group_id in group_ids or []:
        group = elb.ec2_backend.get_security_group_from_id(group_id)
        if group is None:
            raise ELBClientError("InvalidSecurityGroup", f"The security group '{group_id}' does not exist")
        if group.vpc_id != vpc_id:
            raise ELBClientError("InvalidConfigurationRequest", "One or more security groups are invalid")


# Instances, groups and networks


def instances_groups_are_of_its_subnets_vpc():
    """AWS starts an instance only with security groups of its subnet's VPC. moto accepts any."""

    @refused_at(EC2Backend, "run_instances")
    def refuse(ec2, call):
        groups = [(call.get("subnet_id"), each) for each in call.get("security_group_ids") or []]
        groups += [(nic.get("SubnetId"), each) for nic in call.get("nics") or [] for each in nic.get("Groups") or nic.get("SecurityGroupId") or []]
        for subnet_id, group_id in groups:
            group = ec2.get_security_group_from_id(group_id) if isinstance(group_id, str) else None
            if subnet_id and group and group.vpc_id != ec2.get_subnet(subnet_id).vpc_id:
                raise EC2ClientError("InvalidParameter", f"Security group {group_id} and subnet {subnet_id} belong to different networks.")


def instance_type_is_offered_in_its_zone():
    """AWS does not offer every type in every zone of a region, such as t3 in us-east-1e. moto starts it. A type that moto does not know is accepted."""

    @refused_at(EC2Backend, "run_instances")
    def refuse(ec2, call):
        kind = call["instance_type"]
        subnet_id = call.get("subnet_id") or next((each["SubnetId"] for each in call.get("nics") or [] if "SubnetId" in each), None)
        zone = ec2.get_subnet(subnet_id).availability_zone if subnet_id else call.get("placement")
        offers = INSTANCE_TYPE_OFFERINGS["availability-zone"].get(ec2.region_name, [])
        zones = sorted({each["Location"] for each in offers if each["InstanceType"] == kind})
        if zone and zones and zone not in zones:
            raise EC2ClientError(
                "Unsupported",
                f"Your requested instance type ({kind}) is not supported in your requested Availability Zone ({zone}). "
                f"Please retry your request by not specifying an Availability Zone or choosing {', '.join(zones)}.",
            )


def key_pair_exists():
    """AWS starts no instance with an unknown key pair. moto does."""

    @refused_at(EC2Backend, "run_instances")
    def refuse(ec2, call):
        name = call.get("key_name")
        if name and name not in ec2.key_pairs:
            raise EC2ClientError("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")


def rule_names_a_group_of_its_vpc():
    """AWS requires the security group of a rule to be in the rule's VPC or a peered one. moto accepts any group."""

    @refused_at(EC2Backend, "authorize_security_group_ingress", "authorize_security_group_egress")
    def refuse(ec2, call):
        group = ec2.get_security_group_by_name_or_id(call["group_name_or_id"], call["vpc_id"])
        named = [ec2.get_security_group_from_id(each["GroupId"]) for each in call["source_groups"] or [] if "GroupId" in each]
        peered = {frozenset((each.vpc.id, each.peer_vpc.id)) for each in ec2.vpc_pcxs.values()}
        for other in named:
            if group and other and other.vpc_id != group.vpc_id and frozenset((group.vpc_id, other.vpc_id)) not in peered:
                raise EC2ClientError("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")


def descriptions_of_groups_are_plain():
    """AWS accepts a limited set of characters in descriptions of security groups and rules. moto accepts any."""

    @refused_at(EC2Backend, "create_security_group")
    def refuse_group(_ec2, call):
        description = call["description"]
        if not (description or "").isascii():
            raise EC2ClientError("InvalidParameterValue", f"Value ({description}) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.")
        if not GROUP_TEXT.fullmatch(description or ""):
            raise EC2ClientError("InvalidParameterValue", f"Invalid security group description. Valid descriptions are strings less than 256 characters from the following set:  {GROUP_SET}")

    @refused_at(EC2Backend, "authorize_security_group_ingress", "authorize_security_group_egress")
    def refuse_rule(_ec2, call):
        peers = [each for part in ("ip_ranges", "source_groups", "prefix_list_ids") for each in call[part] or [] if isinstance(each, dict)]
        if not all(GROUP_TEXT.fullmatch(each.get("Description") or "") for each in peers):
            raise EC2ClientError("InvalidParameterValue", f"Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: {GROUP_SET}")


def subnet_has_a_size_that_aws_knows():
    """AWS creates subnets from /28 to /16. moto creates any within the VPC."""

    @refused_at(EC2Backend, "create_subnet")
    def refuse(_ec2, call):
        cidr_block = call["cidr_block"]
        size = str(cidr_block or "").rpartition("/")[2]
        if size.isdigit() and not 16 <= int(size) <= 28:
            raise EC2ClientError("InvalidSubnet.Range", f"The CIDR '{cidr_block}' is invalid.")


def route_leads_to_a_gateway_of_its_vpc():
    """AWS refuses a route to an internet gateway that is not attached to the route table's VPC. moto accepts it."""

    @refused_at(EC2Backend, "create_route")
    def refuse(ec2, call):
        route_table_id, gateway_id = call["route_table_id"], call["gateway_id"]
        gateway = ec2.internet_gateways.get(gateway_id)
        table = ec2.route_tables.get(route_table_id)
        if gateway and table and (gateway.vpc is None or gateway.vpc.id != table.vpc_id):
            raise EC2ClientError("InvalidParameterValue", f"route table {route_table_id} and network gateway {gateway_id} belong to different networks")


def nat_gateway_fails_without_an_internet_gateway():
    """On AWS, a public NAT gateway fails in a VPC without an internet gateway. In moto it is available."""
    original = EC2Backend.create_nat_gateway

    @functools.wraps(original)
    def create(ec2, subnet_id, *args, **kwargs):
        nat = original(ec2, subnet_id, *args, **kwargs)
        attached = any(each.vpc and each.vpc.id == nat.vpc_id for each in ec2.internet_gateways.values())
        if nat.connectivity_type != "private" and not attached:
            nat.state, nat.failure_code = "failed", "Gateway.NotAttached"
            nat.failure_message = f"Network {nat.vpc_id} has no Internet gateway attached"
        return nat

    EC2Backend.create_nat_gateway = create


# Uses of resources


def live_interfaces(ec2):
    """Interfaces, without those of terminated instances and deleted NAT gateways, which moto keeps."""
    gone = {each._eni.id for each in ec2.nat_gateways.values() if each.state == "deleted"}
    return [each for each in ec2.enis.values() if each.id not in gone and (each.instance is None or each.instance.state != "terminated")]


def interfaces_with(ec2, group_id):
    return [each for each in live_interfaces(ec2) if group_id in {getattr(group, "id", group) for group in each.group_set}]


def balancers_of(ec2):
    return list(elbv2_backends[ec2.account_id][ec2.region_name].load_balancers.values())


def balancers_with(ec2, group_id):
    return [each for each in balancers_of(ec2) if group_id in (each.security_groups or [])]


def groups_that_name(ec2, group_id):
    others = [each for groups in ec2.groups.values() for each in groups.values() if each.id != group_id]
    return [each for each in others for rule in [*each.ingress_rules, *each.egress_rules] if (rule.source_group or {}).get("GroupId") == group_id]


def balancers_that_send_to(elb, target_group_arn):
    def sends(listener):
        actions = [*listener.default_actions, *(action for rule in listener.rules.values() for action in rule.actions)]
        return any(target_group_arn in elb._get_target_group_arns_from(action.data) for action in actions if action.type == "forward")

    return [each for each in elb.load_balancers.values() if any(sends(listener) for listener in each.listeners.values())]


REFUSALS = [
    group_in_use_is_not_deleted, subnet_in_use_is_not_deleted, subnet_has_one_route_table, gateway_stays_while_public_addresses_are_mapped,
    attached_gateway_is_not_deleted, vpc_in_use_is_not_deleted, certificate_in_use_is_not_deleted, target_group_in_use_is_not_deleted,
    load_balancer_name_is_taken_once, target_group_name_is_taken_once, group_name_is_taken_once_in_a_vpc,
    vcpus_have_a_quota, addresses_have_a_quota, disk_does_not_shrink, disk_is_modified_four_times_a_day,
    record_is_created_once, cname_stands_alone,
    deregistered_target_drains, target_of_a_group_without_listener_is_unused, target_is_in_the_groups_vpc,
    load_balancer_needs_free_addresses, load_balancers_subnets_share_a_vpc, load_balancers_groups_are_of_its_vpc,
    listener_sends_within_its_vpc, target_group_serves_one_load_balancer, redirect_leads_elsewhere,
    instances_groups_are_of_its_subnets_vpc, instance_type_is_offered_in_its_zone, key_pair_exists,
    rule_names_a_group_of_its_vpc, descriptions_of_groups_are_plain, subnet_has_a_size_that_aws_knows,
    route_leads_to_a_gateway_of_its_vpc, nat_gateway_fails_without_an_internet_gateway,
]
