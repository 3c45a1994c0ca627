"""Adds what an account already has before a stack is applied: zones, VPCs, certificates, buckets, key pairs.

    { "region": "us-east-1",
      "hostedZones":  [{"name": "example.com", "id"?: "Z0123456789ABCDEFGHIJ"}],
      "vpcs":         [{"id": "vpc-0abc", "cidr"?: "10.0.0.0/16",
                        "subnets"?: [{"id": "subnet-0abc", "public": true, "availabilityZone"?: "us-east-1a"}]}],
      "certificates": [{"arn": "arn:aws:acm:...", "names": ["www.example.com", "*.example.com"]}],
      "buckets":      ["name"],
      "keyPairs":     ["name"] }

Only the region is required. What already exists, by its id, ARN or name, is not changed.
Everything is created in moto's account, 123456789012. A certificate keeps its ARN even if that contains another account,
so that ACM and a listener find a copied ARN.
"""
import ipaddress
from contextlib import contextmanager

import moto.ec2.models.subnets
import moto.ec2.models.vpcs
import moto.route53.models
from moto.acm.models import CertBundle, acm_backends
from moto.core import DEFAULT_ACCOUNT_ID as ACCOUNT
from moto.ec2.models import ec2_backends
from moto.route53.models import route53_backends
from moto.s3.models import s3_backends

REQUIRED = {
    "seed": {"region"},
    "hosted zone": {"name"},
    "vpc": {"id"},
    "subnet": {"id", "public"},
    "certificate": {"arn", "names"},
}
OPTIONAL = {
    "seed": {"hostedZones", "vpcs", "certificates", "buckets", "keyPairs"},
    "hosted zone": {"id"},
    "vpc": {"cidr", "subnets"},
    "subnet": {"availabilityZone"},
    "certificate": set(),
}


class SeedError(ValueError):
    """The seed is invalid."""


def plant(seed):
    check_keys("seed", seed)
    region = seed["region"]
    ec2 = ec2_backends[ACCOUNT][region]
    for zone in seed.get("hostedZones", []):
        plant_hosted_zone(zone)
    for vpc in seed.get("vpcs", []):
        plant_vpc(ec2, vpc)
    for certificate in seed.get("certificates", []):
        plant_certificate(certificate)
    for bucket in seed.get("buckets", []):
        plant_bucket(bucket, region)
    for name in seed.get("keyPairs", []):
        if name not in ec2.key_pairs:
            ec2.create_key_pair(name, "ed25519", {})


def plant_hosted_zone(zone):
    check_keys("hosted zone", zone)
    route53 = route53_backends[ACCOUNT]["aws"]
    name = zone["name"].rstrip(".") + "."
    there = zone["id"] in route53.zones if "id" in zone else route53.get_hosted_zone_by_name(name)
    if not there:
        with next_id(moto.route53.models, "create_route53_zone_id", zone.get("id")):
            route53.create_hosted_zone(name, private_zone=False)


def plant_vpc(ec2, vpc):
    check_keys("vpc", vpc)
    if vpc["id"] not in ec2.vpcs:
        with next_id(moto.ec2.models.vpcs, "random_vpc_id", vpc["id"]):
            ec2.create_vpc(vpc.get("cidr", "10.0.0.0/16")).enable_dns_hostnames = True
    # Public and private subnets are distributed over the zones separately, so that two of each are always in two zones.
    counts = {True: 0, False: 0}
    zones = [zone.name for zone in ec2.describe_availability_zones()]
    for subnet in vpc.get("subnets", []):
        check_keys("subnet", subnet)
        zone = subnet.get("availabilityZone", zones[counts[subnet["public"]] % len(zones)])
        counts[subnet["public"]] += 1
        if not ec2.describe_subnets(filters={"subnet-id": [subnet["id"]]}):
            plant_subnet(ec2, ec2.vpcs[vpc["id"]], subnet, zone)
    plant_s3_endpoint(ec2, vpc["id"])


def plant_s3_endpoint(ec2, vpc_id):
    """Gives instances without a route to the internet access to Amazon Linux's packages."""
    service = f"com.amazonaws.{ec2.region_name}.s3"
    if not ec2.describe_vpc_endpoints(vpc_end_point_ids=None, filters={"vpc-id": [vpc_id], "service-name": [service]}):
        tables = [table.id for table in ec2.describe_route_tables(filters={"vpc-id": [vpc_id]})]
        ec2.create_vpc_endpoint(vpc_id, service, "Gateway", None, tables)


def plant_subnet(ec2, vpc, subnet, zone):
    with next_id(moto.ec2.models.subnets, "random_subnet_id", subnet["id"]):
        ec2.create_subnet(vpc.id, free_cidr(ec2, vpc), availability_zone=zone)
    table = route_table(ec2, vpc, public=subnet["public"])
    ec2.associate_route_table(table.id, subnet_id=subnet["id"])


def free_cidr(ec2, vpc):
    """The first /24 of the VPC that is free, or a sixteenth of a VPC too small for that."""
    whole = ipaddress.ip_network(vpc.cidr_block)
    taken = [subnet.cidr for subnet in ec2.describe_subnets(filters={"vpc-id": [vpc.id]})]
    for part in whole.subnets(new_prefix=min(28, max(24, whole.prefixlen + 4))):
        if not any(part.overlaps(other) for other in taken):
            return str(part)
    raise SeedError(f"vpc {vpc.id}: {vpc.cidr_block} has no room for another subnet")


def route_table(ec2, vpc, public):
    """The VPC's route table for public subnets, with a route to the internet, or the one for private subnets, without."""
    name = f"{vpc.id}-{'public' if public else 'private'}"
    found = ec2.describe_route_tables(filters={"vpc-id": [vpc.id], "tag:Name": [name]})
    if found:
        return found[0]
    table = ec2.create_route_table(vpc.id, tags=[{"Key": "Name", "Value": name}])
    if public:
        ec2.create_route(table.id, "0.0.0.0/0", gateway_id=internet_gateway(ec2, vpc).id)
    return table


def internet_gateway(ec2, vpc):
    found = ec2.describe_internet_gateways(filters={"attachment.vpc-id": [vpc.id]})
    if found:
        return found[0]
    gateway = ec2.create_internet_gateway()
    ec2.attach_internet_gateway(gateway.id, vpc.id)
    return gateway


def plant_certificate(certificate):
    check_keys("certificate", certificate)
    arn, names = certificate["arn"], certificate["names"]
    parts = arn.split(":")
    if len(parts) != 6 or parts[2] != "acm" or not names:
        raise SeedError(f"certificate: needs the ARN of an ACM certificate and one name or more, got {arn!r}, {names!r}")
    region = parts[3]
    acm = acm_backends[ACCOUNT][region]
    if arn not in acm._certificates:
        bundle = CertBundle.generate_cert(names[0], ACCOUNT, region, sans=names)
        bundle.arn = arn
        bundle.status = "ISSUED"
        acm._certificates[arn] = bundle


def plant_bucket(name, region):
    s3 = s3_backends[ACCOUNT]["aws"]
    if name not in s3.buckets:
        s3.create_bucket(name, region)
        s3.put_bucket_versioning(name, "Enabled")


@contextmanager
def next_id(module, maker, wanted):
    """Makes moto's function for random ids return the wanted id; moto has no argument for it. No other request runs meanwhile."""
    original = getattr(module, maker)
    if wanted:
        setattr(module, maker, lambda *_args, **_kwargs: wanted)
    try:
        yield
    finally:
        setattr(module, maker, original)


def check_keys(what, given):
    missing = REQUIRED[what] - set(given)
    unknown = set(given) - REQUIRED[what] - OPTIONAL[what]
    if missing:
        raise SeedError(f"{what}: {', '.join(sorted(missing))} is required, got {given}")
    if unknown:
        known = sorted(REQUIRED[what] | OPTIONAL[what])
        raise SeedError(f"{what}: unknown {', '.join(sorted(unknown))}; known are {', '.join(known)}")
