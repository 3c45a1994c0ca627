"""Permissions: records the IAM actions that are called, and adds the checks of IAM and S3 that moto lacks.

moto checks calls against IAM policies only if configured (`settings`, `enforceAccess`). It uses other names than IAM for
many S3 calls, does not know the resource of most calls, and does not evaluate the conditions of policies. Without these
corrections, no policy that AWS would accept could be tested here.
"""
import json
import re
import threading

from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.exceptions import AccessDeniedError
from moto.iam.access_control import IAMPolicyStatement, IAMRequest, IAMRequestBase, PermissionResult, S3IAMRequest
from moto.iam.models import iam_backends
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends
from moto.s3.responses import S3Response

# (action, resource, client) of every call since the start or the last reset; a clone begins with its parent's.
calls = set()

# Condition keys that are always set. The local AWS represents an AWS that is reached through TLS.
ALWAYS = {"aws:SecureTransport": "true"}
context = threading.local()

# IAM's names of the calls that read, write and delete a part of a bucket.
BUCKET_PARTS = {
    "accelerate": ("GetAccelerateConfiguration", "PutAccelerateConfiguration", None),
    "acl": ("GetBucketAcl", "PutBucketAcl", None),
    "cors": ("GetBucketCORS", "PutBucketCORS", "PutBucketCORS"),
    "encryption": ("GetEncryptionConfiguration", "PutEncryptionConfiguration", "PutEncryptionConfiguration"),
    "lifecycle": ("GetLifecycleConfiguration", "PutLifecycleConfiguration", "PutLifecycleConfiguration"),
    "location": ("GetBucketLocation", None, None),
    "logging": ("GetBucketLogging", "PutBucketLogging", None),
    "notification": ("GetBucketNotification", "PutBucketNotification", None),
    "object-lock": ("GetBucketObjectLockConfiguration", "PutBucketObjectLockConfiguration", None),
    "ownershipControls": ("GetBucketOwnershipControls", "PutBucketOwnershipControls", "PutBucketOwnershipControls"),
    "policy": ("GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"),
    "policyStatus": ("GetBucketPolicyStatus", None, None),
    "publicAccessBlock": ("GetBucketPublicAccessBlock", "PutBucketPublicAccessBlock", "PutBucketPublicAccessBlock"),
    "replication": ("GetReplicationConfiguration", "PutReplicationConfiguration", "PutReplicationConfiguration"),
    "requestPayment": ("GetBucketRequestPayment", "PutBucketRequestPayment", None),
    "tagging": ("GetBucketTagging", "PutBucketTagging", "PutBucketTagging"),
    "uploads": ("ListBucketMultipartUploads", None, None),
    "versioning": ("GetBucketVersioning", "PutBucketVersioning", None),
    "versions": ("ListBucketVersions", None, None),
    "website": ("GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite"),
}
BUCKET = {"HEAD": "ListBucket", "GET": "ListBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket", "POST": "DeleteObject"}
OBJECT = {"HEAD": "GetObject", "GET": "GetObject", "PUT": "PutObject", "POST": "PutObject", "DELETE": "DeleteObject"}
# The same for a part of an object. Calls that are not listed here are named by their method only.
OBJECT_PARTS = {
    ("GET", "acl"): "GetObjectAcl",
    ("PUT", "acl"): "PutObjectAcl",
    ("GET", "tagging"): "GetObjectTagging",
    ("PUT", "tagging"): "PutObjectTagging",
    ("DELETE", "tagging"): "DeleteObjectTagging",
    ("GET", "versionId"): "GetObjectVersion",
    ("HEAD", "versionId"): "GetObjectVersion",
    ("DELETE", "versionId"): "DeleteObjectVersion",
    ("GET", "uploadId"): "ListMultipartUploadParts",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
    ("POST", "restore"): "RestoreObject",
}

# What Elastic Load Balancing does with the caller's permissions; AWS checks them although the caller does not call them.
ASKED_BY_BALANCERS = {
    "elasticloadbalancing:CreateLoadBalancer": (
        "ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeInternetGateways", "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets", "ec2:DescribeVpcs", "ec2:GetSecurityGroupsForVpc",
    ),
    "elasticloadbalancing:CreateTargetGroup": ("ec2:DescribeInternetGateways", "ec2:DescribeVpcs"),
    "elasticloadbalancing:RegisterTargets": ("ec2:DescribeInstances", "ec2:DescribeInternetGateways", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
    "elasticloadbalancing:SetSecurityGroups": ("ec2:GetSecurityGroupsForVpc",),
    "elasticloadbalancing:SetSubnets": ("ec2:DescribeSubnets", "ec2:GetSecurityGroupsForVpc"),
}
# The service-linked role that AWS creates with the first load balancer or target group of an account.
SERVICE = "elasticloadbalancing.amazonaws.com"
MAKE_ROLE = ("elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup")
accounts_with_role = set()


def apply():
    """Applies all of it."""
    calls_are_recorded_and_checked_by_their_iam_names()
    conditions_of_policies_are_asked()
    buckets_policies_know_the_request()
    permissions_for_balancers_are_asked()
    signatures_are_not_checked()
    refusals_have_the_format_of_each_service()


def recorded():
    return [{"action": action, "resource": resource, "client": client} for action, resource, client in sorted(calls)]


def calls_are_recorded_and_checked_by_their_iam_names():
    original = ActionAuthenticatorMixin._authenticate_and_authorize_action

    def authenticate(response, request_class, resource="*"):
        action, resource = action_of(response), resource_of(response, resource)
        context.facts = {}
        if action is None:  # not signed
            return original(response, request_class, resource)
        agent = response.headers.get("User-Agent", "")
        client = "terraform" if "Terraform" in agent or "OpenTofu" in agent else "other"
        calls.add((action, resource, client))
        # moto reads the action's name from the response.
        response._get_action = lambda: action.partition(":")[2]
        try:
            context.facts = facts_of(response)
            if isinstance(response, S3Response):
                refuse_others(response, action, resource)
            return original(response, request_class, resource)
        finally:
            del response._get_action

    ActionAuthenticatorMixin._authenticate_and_authorize_action = authenticate


def buckets_policies_know_the_request():
    """moto evaluates a bucket's policy before it determines the caller."""
    original = S3Response._key_response

    def key_response(response, request, full_url):
        context.facts = facts_of(response)
        return original(response, request, full_url)

    S3Response._key_response = key_response


def facts_of(response):
    """The condition keys of a call."""
    return {"iam:PolicyARN": first(response.querystring.get("PolicyArn")), "s3:if-none-match": response.headers.get("If-None-Match")}


def action_of(response):
    """The action's name in policies, such as `ec2:CreateVpc`; None for a call that is not signed."""
    scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/aws4_request", response.headers.get("Authorization", ""))
    if scope is None:
        return None
    name = s3_action(response) if isinstance(response, S3Response) else response._get_action()
    return f"{scope[1]}:{name}"


def s3_action(response):
    method, parts = response.request.method, response.request.args
    if not response.bucket_name:
        return "ListAllMyBuckets"
    if response.parse_key_name():
        named = [name for (its_method, part), name in OBJECT_PARTS.items() if its_method == method and part in parts]
        return named[0] if named else OBJECT.get(method)
    column = {"GET": 0, "HEAD": 0, "PUT": 1, "DELETE": 2}.get(method)
    named = [names[column] for part, names in BUCKET_PARTS.items() if part in parts and column is not None]
    return named[0] if named else BUCKET.get(method)


def resource_of(response, given):
    """The ARN to which a policy can restrict the call, for the services whose permissions are restricted here; otherwise moto's."""
    query = response.querystring
    iam = f"arn:aws:iam::{response.current_account}"
    if response.service_name == "iam" and "InstanceProfileName" in query:
        return f"{iam}:instance-profile/{first(query['InstanceProfileName'])}"
    if response.service_name == "iam" and "RoleName" in query:
        name = first(query["RoleName"])
        known = [role.arn for role in iam_backends[response.current_account]["aws"].roles.values() if role.name == name]
        return known[0] if known else f"{iam}:role/{name}"
    if response.service_name == "ssm" and response._get_action() == "GetParameter":
        return f"arn:aws:ssm:{response.region}::parameter{response._get_param('Name')}"
    return given


def first(value):
    return value[0] if isinstance(value, list) and value else value


def conditions_of_policies_are_asked():
    """A statement whose condition is not met has no effect: it neither allows nor denies.

    Trust policies, which have a principal, are left to moto.
    """
    original = IAMPolicyStatement.is_action_permitted

    def is_action_permitted(statement, action, resource="*", principal=None, incoming_condition_values=None):
        condition = statement._statement.get("Condition")
        if condition and principal is None:
            if not is_met(condition):
                return PermissionResult.NEUTRAL
            statement = IAMPolicyStatement({name: part for name, part in statement._statement.items() if name != "Condition"})
        return original(statement, action, resource, principal, incoming_condition_values)

    IAMPolicyStatement.is_action_permitted = is_action_permitted


def is_met(condition):
    facts = {**ALWAYS, **getattr(context, "facts", {})}
    for operator, expectations in condition.items():
        if operator not in ("Bool", "StringEquals", "ArnEquals", "Null"):
            raise NotImplementedError(f"condition operator {operator} of a policy")
        for key, expected in expectations.items():
            if operator == "Null":
                if (facts.get(key) is None) != (expected == "true"):
                    return False
                continue
            if facts.get(key) not in (expected if isinstance(expected, list) else [expected]):
                return False
    return True


def permissions_for_balancers_are_asked():
    """AWS checks the permissions that load balancing uses on behalf of the caller. moto checks only the call itself.

    They are not recorded, because the caller does not call them.
    """
    original = IAMRequest.check_action_permitted

    def check_action_permitted(request, resource):
        original(request, resource)
        own = request._action
        asked = [(each, "*") for each in ASKED_BY_BALANCERS.get(own, ())]
        if own in MAKE_ROLE and request.account_id not in accounts_with_role:
            context.facts = {**context.facts, "iam:AWSServiceName": SERVICE}
            role = f"arn:aws:iam::{request.account_id}:role/aws-service-role/{SERVICE}/AWSServiceRoleForElasticLoadBalancing"
            asked.append(("iam:CreateServiceLinkedRole", role))
        try:
            for request._action, what in asked:
                original(request, what)
        finally:
            request._action = own
        if own in MAKE_ROLE:
            accounts_with_role.add(request.account_id)

    IAMRequest.check_action_permitted = check_action_permitted


def signatures_are_not_checked():
    """The access key's id identifies the caller. moto signs a query after decoding it, and rejects terraform's lists."""
    IAMRequestBase.check_signature = lambda request: None


def refusals_have_the_format_of_each_service():
    """moto returns all refusals except S3's in EC2's format, which clients of other services cannot read, and S3's without the action."""

    def raise_access_denied(request):
        refusal = AccessDeniedError(user_arn=request._access_key.arn, action=request._action)
        if "X-Amz-Target" in request._headers:
            refusal.description = json.dumps({"__type": "AccessDeniedException", "message": refusal.message})
        elif request._service != "ec2":
            error = f"<Type>Sender</Type><Code>AccessDenied</Code><Message>{refusal.message}</Message>"
            refusal.description = f"<ErrorResponse><Error>{error}</Error></ErrorResponse>"
        raise refusal

    def raise_s3_access_denied(request):
        raise S3ClientError("AccessDenied", f"User: {request._access_key.arn} is not authorized to perform: {request._action}")

    IAMRequest._raise_access_denied = raise_access_denied
    S3IAMRequest._raise_access_denied = raise_s3_access_denied


def refuse_others(response, action, resource):
    """Refuses what AWS refuses although the caller's policies allow it: a bucket of another owner, or the bucket's policy."""
    bucket = bucket_of(response)
    if bucket is None:
        return
    owner = response.headers.get("x-amz-expected-bucket-owner", bucket.account_id)
    if owner != bucket.account_id or bucket.get_permission(action, resource) == PermissionResult.DENIED:
        raise S3ClientError("AccessDenied", "Access Denied")


def bucket_of(response):
    """The bucket that a call names, of any account."""
    partition, account = s3_backends.bucket_accounts.get(response.bucket_name, (None, None))
    return s3_backends[account][partition].buckets.get(response.bucket_name) if account else None
