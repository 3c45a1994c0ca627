"""Where moto differs from AWS on the path that this project builds, one function each, applied once at start.

There are two kinds: moto lacks something that the provider needs; or AWS refuses what moto accepts, and a successful
rehearsal would be misleading. Written for moto 5.2.1. Correct behavior of moto is not changed.
"""
import functools
import inspect
import os

from moto.acm.models import CertBundle, acm_backends
from moto.core.responses import ActionResult
from moto.ec2.models.elastic_block_store import EBSBackend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.iam_instance_profile import IamInstanceProfileAssociationBackend
from moto.ec2.models.instances import Instance
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses.monitoring import Monitoring
from moto.elbv2.exceptions import DuplicateListenerError, ELBClientError
from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer, elbv2_backends
from moto.iam.models import IAMBackend
from moto.moto_api._internal import mock_random
from moto.route53.exceptions import Route53ClientError
from moto.route53.models import Route53Backend, route53_backends
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response
from moto.sts.models import STSBackend

settings = {"enforceDeletionProtection": True}

# moto's identity for callers whose keys it did not create.
MOTOS_OWN_USER = "AKIAIOSFODNN7EXAMPLE"

# Route 53 zones of the Application Load Balancers' own names, as AWS documents them and the provider lists them.
LOAD_BALANCER_ZONES = {
    "af-south-1": "Z268VQBMOI5EKX",
    "ap-east-1": "Z3DQVH9N71FHZ0",
    "ap-northeast-1": "Z14GRHDCWA56QT",
    "ap-northeast-2": "ZWKZPGTI48KDX",
    "ap-northeast-3": "Z5LXEXXYW11ES",
    "ap-south-1": "ZP97RAFLXTNZK",
    "ap-southeast-1": "Z1LMS91P8CMLE5",
    "ap-southeast-2": "Z1GM3OXH4ZPM65",
    "ca-central-1": "ZQSVJUPU6J1EY",
    "eu-central-1": "Z215JYRZR1TBD5",
    "eu-north-1": "Z23TAZ6LKFMNIO",
    "eu-south-1": "Z3ULH7SSC9OV64",
    "eu-west-1": "Z32O12XQLNTSW2",
    "eu-west-2": "ZHURV8PSTC4K8",
    "eu-west-3": "Z3Q77PNBQS71R4",
    "me-south-1": "ZS929ML54UICD",
    "sa-east-1": "Z2P70J7HTTTPLU",
    "us-east-1": "Z35SXDOTRQ7X7K",
    "us-east-2": "Z3AADJGX6KTTL2",
    "us-west-1": "Z368ELLRRE2KJ0",
    "us-west-2": "Z1H1FL5HABSF5",
}


def apply():
    """Applies all patches."""
    deletion_protection_is_enforced()
    detailed_monitoring_can_be_switched()
    last_modification_of_a_volume_is_described()
    instance_has_the_profile_that_replaced_another()
    role_keeps_what_an_update_leaves_out()
    interface_without_public_address_says_so()
    instance_has_the_groups_of_its_interface()
    rule_keeps_its_description()
    load_balancer_faces_the_internet_unless_told_otherwise()
    load_balancer_has_its_own_name_and_its_regions_zone()
    load_balancer_needs_two_zones()
    load_balancer_stays_in_its_vpc()
    public_load_balancer_needs_an_internet_gateway()
    listener_port_is_taken_once()
    listener_takes_issued_certificates_only()
    certificate_is_issued_once_its_records_are_there()
    alias_points_to_a_load_balancer_that_exists()
    bucket_answers_in_its_own_region()
    lifecycle_rule_keeps_newer_versions()
    tags_of_load_balancers_are_told_twenty_at_a_time()
    caller_identity_says_which_server_answers()


def before(owner, name):
    """Decorates a check to run before a method of moto, with the method's own arguments."""

    def decorate(check):
        original = getattr(owner, name)

        @functools.wraps(original)
        def method(self, *args, **kwargs):
            check(self, *args, **kwargs)
            return original(self, *args, **kwargs)

        setattr(owner, name, method)

    return decorate


def deletion_protection_is_enforced():
    """AWS refuses to delete a protected load balancer. moto stores the attribute and deletes the load balancer."""

    @before(ELBv2Backend, "delete_load_balancer")
    def refuse_while_protected(backend, arn):
        balancer = backend.load_balancers.get(arn)
        protected = balancer and balancer.attrs.get("deletion_protection.enabled") == "true"
        if protected and settings["enforceDeletionProtection"]:
            raise ELBClientError(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
            )


def detailed_monitoring_can_be_switched():
    """The provider calls MonitorInstances for `monitoring = true`. moto does not implement it and returns 500."""

    def switch_to(state):
        def respond(response):
            ids = response._get_param("InstanceIds", [])
            for instance_id in ids:
                response.ec2_backend.get_instance(instance_id).monitoring_state = state
            monitorings = [{"InstanceId": each, "Monitoring": {"State": state}} for each in ids]
            return ActionResult({"InstanceMonitorings": monitorings})

        return respond

    Monitoring.monitor_instances = switch_to("enabled")
    Monitoring.unmonitor_instances = switch_to("disabled")


def last_modification_of_a_volume_is_described():
    """AWS describes the most recent modification of a volume. moto describes all of them, and the provider then uses none."""
    original = EBSBackend.describe_volumes_modifications

    @functools.wraps(original)
    def describe_volumes_modifications(backend, volume_ids=None, filters=None):
        latest = {each.volume.id: each for each in original(backend, volume_ids, filters)}
        return list(latest.values())

    EBSBackend.describe_volumes_modifications = describe_volumes_modifications


def instance_has_the_profile_that_replaced_another():
    """AWS gives an instance the profile that replaces its own. moto changes the association, but describes the instance with the old profile."""
    original = IamInstanceProfileAssociationBackend.replace_iam_instance_profile_association

    @functools.wraps(original)
    def replace(backend, *args, **kwargs):
        association = original(backend, *args, **kwargs)
        profile = {"Arn": association.iam_instance_profile.arn, "Id": association.association_id}
        backend.modify_instance_attribute(association.instance_id, "iam_instance_profile", profile)
        return association

    IamInstanceProfileAssociationBackend.replace_iam_instance_profile_association = replace


def role_keeps_what_an_update_leaves_out():
    """AWS changes only what UpdateRole contains. moto drops the description if only the session duration is given."""
    original = IAMBackend.update_role

    @functools.wraps(original)
    def update_role(backend, role_name, role_description, max_session_duration):
        role = backend.get_role(role_name)
        description = role.description if role_description is None else role_description
        return original(backend, role_name, description, max_session_duration or role.max_session_duration)

    IAMBackend.update_role = update_role


def interface_without_public_address_says_so():
    """AWS omits `association` for an interface without a public address. moto returns an empty one.

    The provider reads that as a public address, and plans to replace each instance that should have none.
    """
    original = NetworkInterface.association
    NetworkInterface.association = property(lambda interface: original.fget(interface) or None)


def instance_has_the_groups_of_its_interface():
    """On AWS, the security groups of an instance are those of its first interface. moto stores two separate lists.

    The provider sets them on the interface if `associate_public_ip_address` is set. moto then lists none for the instance,
    and each plan adds them again.
    """

    def first_interface(instance):
        return vars(instance).get("nics", {}).get(0)

    def groups(instance):
        interface = first_interface(instance)
        return interface._group_set if interface else instance._groups_before_interface

    def set_groups(instance, wanted):
        interface = first_interface(instance)
        if interface:
            interface._group_set = list(wanted)
        else:
            instance._groups_before_interface = wanted

    Instance.security_groups = property(groups, set_groups)


def rule_keeps_its_description():
    """AWS keeps the description of every rule. moto loses it if the peer is a security group or a prefix list.

    Each plan then writes it again.
    """
    original = SecurityGroupRule.__init__

    @functools.wraps(original)
    def create(rule, *args, **kwargs):
        original(rule, *args, **kwargs)
        given = inspect.signature(original).bind(rule, *args, **kwargs).arguments
        for peer in (given.get("source_group") or {}, given.get("prefix_list_id") or {}):
            if "Description" in peer:
                rule.ip_range = {**rule.ip_range, "Description": peer["Description"]}

    SecurityGroupRule.__init__ = create


def load_balancer_faces_the_internet_unless_told_otherwise():
    """AWS's default scheme is internet-facing, and AWS returns it. moto returns none if the provider sends none."""
    original = FakeLoadBalancer.__init__

    @functools.wraps(original)
    def create(balancer, *args, **kwargs):
        original(balancer, *args, **kwargs)
        balancer.scheme = balancer.scheme or "internet-facing"

    FakeLoadBalancer.__init__ = create


def load_balancer_has_its_own_name_and_its_regions_zone():
    """On AWS, a replaced load balancer gets another DNS name, and all load balancers of a region share one zone.

    moto reuses `<name>-1`, which would hide a stale alias, and returns a zone that no region has.
    """
    original = FakeLoadBalancer.__init__

    @functools.wraps(original)
    def create(balancer, *args, **kwargs):
        original(balancer, *args, **kwargs)
        region = balancer.arn.split(":")[3]
        number = mock_random.randint(100000000, 2147483647)
        internal = "internal-" if balancer.scheme == "internal" else ""
        balancer.dns_name = f"{internal}{balancer.name}-{number}.{region}.elb.amazonaws.com"
        balancer.canonical_hosted_zone_id = LOAD_BALANCER_ZONES.get(region, balancer.canonical_hosted_zone_id)

    FakeLoadBalancer.__init__ = create


def load_balancer_needs_two_zones():
    """AWS requires two or more subnets for an application load balancer, each in another zone. moto accepts any."""

    @before(ELBv2Backend, "create_load_balancer")
    def refuse_too_few_zones(backend, subnet_ids, subnet_mappings=None, loadbalancer_type=None, **_rest):
        if loadbalancer_type in ("network", "gateway"):
            return
        ids = list(subnet_ids) + [mapping["SubnetId"] for mapping in subnet_mappings or []]
        zones = [backend.ec2_backend.get_subnet(each).availability_zone for each in ids]
        if len(zones) < 2:
            raise ELBClientError(
                "ValidationError", "At least two subnets in two different Availability Zones must be specified"
            )
        if len(set(zones)) < len(zones):
            raise ELBClientError(
                "InvalidConfigurationRequest",
                "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
            )


def load_balancer_stays_in_its_vpc():
    """AWS refuses subnets of another VPC for an existing load balancer. moto moves it, so an apply succeeds that fails on AWS."""

    @before(ELBv2Backend, "set_subnets")
    def refuse_another_vpc(backend, arn, subnets, subnet_mappings=None):
        balancer = backend.load_balancers.get(arn)
        ids = list(subnets or []) + [mapping["SubnetId"] for mapping in subnet_mappings or []]
        if balancer and any(backend.ec2_backend.get_subnet(each).vpc_id != balancer.vpc_id for each in ids):
            raise ELBClientError("InvalidConfigurationRequest", "All subnets must belong to the load balancer's VPC")


def public_load_balancer_needs_an_internet_gateway():
    """AWS refuses an internet-facing load balancer in a VPC that has no internet gateway. moto accepts any VPC."""

    @before(ELBv2Backend, "create_load_balancer")
    def refuse_without_gateway(backend, subnet_ids, subnet_mappings=None, scheme=None, **_rest):
        ids = list(subnet_ids) + [mapping["SubnetId"] for mapping in subnet_mappings or []]
        if scheme == "internal" or not ids:
            return
        vpc_id = backend.ec2_backend.get_subnet(ids[0]).vpc_id
        if not backend.ec2_backend.describe_internet_gateways(filters={"attachment.vpc-id": [vpc_id]}):
            raise ELBClientError("InvalidSubnet", f"VPC {vpc_id} has no internet gateway")


def listener_port_is_taken_once():
    """AWS refuses a second listener on a port. moto compares the port with ARNs and therefore accepts it."""

    @before(ELBv2Backend, "create_listener")
    def refuse_taken_port(backend, load_balancer_arn, port, **_rest):
        balancer = backend.load_balancers.get(load_balancer_arn)
        if balancer and str(port) in {str(listener.port) for listener in balancer.listeners.values()}:
            raise DuplicateListenerError()


def listener_takes_issued_certificates_only():
    """AWS refuses an HTTPS listener without a certificate, and any certificate that is not issued yet.

    moto accepts both, so a listener that does not wait for the validation would succeed.
    """

    @before(ELBv2Backend, "create_listener")
    def refuse_at_create(backend, protocol, certificate, **_rest):
        if protocol in ("HTTPS", "TLS") and not certificate:
            raise ELBClientError("ValidationError", f"A certificate must be specified for {protocol} listeners")
        if certificate:
            refuse_unissued(backend, certificate)

    @before(ELBv2Backend, "modify_listener")
    def refuse_at_modify(backend, _arn, _port, _protocol, _ssl_policy, certificates, _actions):
        for each in certificates or []:
            refuse_unissued(backend, each["CertificateArn"])

    @before(ELBv2Backend, "add_listener_certificates")
    def refuse_at_add(backend, _arn, certificates):
        for each in certificates:
            refuse_unissued(backend, each["CertificateArn"])


def refuse_unissued(backend, arn):
    if not backend._certificate_exists(arn):
        raise ELBClientError("CertificateNotFound", f"Certificate '{arn}' not found")
    acm = acm_backends[backend.account_id][backend.region_name]
    if arn in acm._certificates and acm.get_certificate(arn).status != "ISSUED":
        raise ELBClientError(
            "UnsupportedCertificate",
            f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, "
            "and a supported key size.",
        )


def certificate_is_issued_once_its_records_are_there():
    """ACM issues a certificate once each of its validation records is found. moto issues it after a fixed time.

    This looks into all public zones of the account, because moto does not know which of two zones of a name is delegated.
    """
    original = CertBundle.check

    @functools.wraps(original)
    def check(certificate):
        waiting = certificate.type == "AMAZON_ISSUED" and certificate.status == "PENDING_VALIDATION"
        if not waiting or validation_records(certificate) <= public_cnames(certificate.arn.split(":")[4]):
            original(certificate)

    CertBundle.check = check


def validation_records(certificate):
    options = certificate.describe()["Certificate"]["DomainValidationOptions"]
    return {(each["ResourceRecord"]["Name"], each["ResourceRecord"]["Value"]) for each in options}


def public_cnames(account):
    return {
        (record.name, value.rstrip(".") + ".")
        for zone in route53_backends[account]["aws"].zones.values()
        if not zone.private_zone
        for record in zone.rrsets
        if record.type == "CNAME"
        for value in record.records or []
    }


def alias_points_to_a_load_balancer_that_exists():
    """AWS refuses an alias to an unknown load balancer, or with another zone id than the load balancer's.

    moto accepts any text. Aliases to other resources are not checked.
    """

    @before(Route53Backend, "change_resource_record_sets")
    def refuse_lost_alias(backend, _zone_id, changes):
        for change in changes:
            record = change["ResourceRecordSet"]
            alias = record.get("AliasTarget")
            if change["Action"] == "DELETE" or not alias:
                continue
            target = alias["DNSName"].lower().rstrip(".").removeprefix("dualstack.")
            if not target.endswith(".elb.amazonaws.com"):
                continue
            problem = alias_problem(backend.account_id, target, alias["HostedZoneId"])
            if problem:
                raise Route53ClientError(
                    "InvalidChangeBatch",
                    f"[Tried to create an alias that targets {target}., type {record['Type']} "
                    f"in zone {alias['HostedZoneId']}, but {problem}]",
                )


def alias_problem(account, target, zone_id):
    regions = elbv2_backends[account].values()
    balancers = [each for region in regions for each in region.load_balancers.values()]
    found = [each for each in balancers if each.dns_name.lower() == target]
    if not found:
        return "that target was not found"
    if found[0].canonical_hosted_zone_id != zone_id:
        return "the alias target name does not lie within the target zone"
    return None


def bucket_answers_in_its_own_region():
    """AWS returns 301 and the bucket's region for a request that was signed for another region. moto accepts any region.

    A state bucket with a wrong region would be found here, and the error would appear only in a deploy on AWS.
    """

    def redirected(original):
        @functools.wraps(original)
        def respond(response, request, full_url):
            name = response.parse_bucket_name_from_url(request, full_url)
            bucket = response.backend.buckets.get(name) if name else None
            location = bucket and (bucket.region_name or "us-east-1")
            if not bucket or location == response.region:
                return original(response, request, full_url)
            body = (
                "<Error><Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be addressed "
                f"using the specified endpoint.</Message><Bucket>{name}</Bucket></Error>"
            )
            return 301, {"x-amz-bucket-region": location}, "" if request.method == "HEAD" else body

        return respond

    S3Response._bucket_response = redirected(S3Response._bucket_response)
    S3Response._key_response = redirected(S3Response._key_response)


def lifecycle_rule_keeps_newer_versions():
    """A rule can keep the newest noncurrent versions. moto loses their number; the provider waits for it and times out."""
    set_lifecycle, get_lifecycle = FakeBucket.set_lifecycle, S3Response.get_bucket_lifecycle

    @functools.wraps(set_lifecycle)
    def set_rules(bucket, rules):
        set_lifecycle(bucket, rules)
        for rule, given in zip(bucket.rules, rules):
            rule.newer_versions = (given.get("NoncurrentVersionExpiration") or {}).get("NewerNoncurrentVersions")

    @functools.wraps(get_lifecycle)
    def return_rules(response):
        serialized = response.serialized

        def complete(result):
            for rule, returned in zip(response.backend.get_bucket_lifecycle(response.bucket_name), result.result["Rules"]):
                if rule.newer_versions:
                    returned["NoncurrentVersionExpiration"]["NewerNoncurrentVersions"] = rule.newer_versions
            return serialized(result)

        response.serialized = complete
        try:
            return get_lifecycle(response)
        finally:
            del response.serialized  # errors are serialized later, by the class's own

    FakeBucket.set_lifecycle = set_rules
    S3Response.get_bucket_lifecycle = return_rules


def caller_identity_says_which_server_answers():
    """A rehearsal checks the provider's caller identity. For callers without a user in moto, it has the id that the starter set."""
    identity = os.environ.get("ALB_WEB_LOCAL_AWS")
    original = STSBackend.get_caller_identity

    def get_caller_identity(backend, access_key_id, region):
        user_id, arn, account_id = original(backend, access_key_id, region)
        return (identity if identity and user_id == MOTOS_OWN_USER else user_id), arn, account_id

    STSBackend.get_caller_identity = get_caller_identity


def tags_of_load_balancers_are_told_twenty_at_a_time():
    """AWS describes the tags of at most 20 load balancers and target groups at once. moto describes all."""

    @before(ELBv2Backend, "describe_tags")
    def refuse_more(_backend, resource_arns):
        if len(resource_arns) > 20:
            raise ELBClientError(
                "ValidationError", "'resourceArns' failed to satisfy constraint: Member must have length less than or equal to 20"
            )
