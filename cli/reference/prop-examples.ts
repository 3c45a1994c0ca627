/**
 * An example of each prop, by its interface and name: props to add to a `domainName`. Tests check that each has one,
 * and that a stack takes it.
 */
export const PROP_EXAMPLES: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ...ofWebStack(),
  "HostedZoneProps.name": { domainName: "www.dev.example.com", hostedZone: { name: "dev.example.com" } },
  "HostedZoneProps.id": { hostedZone: { id: "Z0123456789ABCDEFGHIJ" } },
  "HostedZoneProps.create": { hostedZone: { create: true, delegated: false } },
  "HostedZoneProps.delegated": { hostedZone: { create: true, delegated: true } },
  "CertificateProps.arn": { certificate: certificate() },
  "NewNetworkProps.cidr": { network: { cidr: "10.20.0.0/16" } },
  "NewNetworkProps.zones": { network: { zones: ["us-east-1a", "us-east-1c"] } },
  "NewNetworkProps.egress": { network: { egress: "nat" } },
  "NewNetworkProps.flowLogsBucket": { network: { flowLogsBucket: "my-logs" } },
  "ExistingNetworkProps.vpcId": { network: existingNetwork() },
  "ExistingNetworkProps.publicSubnetIds": {
    instances: { placement: "public" },
    network: { vpcId: existingNetwork().vpcId, publicSubnetIds: existingNetwork().publicSubnetIds },
  },
  "ExistingNetworkProps.privateSubnetIds": { network: existingNetwork() },
  "ExistingNetworkProps.egress": { network: { ...existingNetwork(), egress: "nat" } },
  "HealthCheckProps.path": { healthCheck: { path: "/ready" } },
  "HealthCheckProps.port": { healthCheck: { port: 9000 } },
  "HealthCheckProps.matcher": { healthCheck: { matcher: "200-299" } },
  "HealthCheckProps.intervalSec": { healthCheck: { intervalSec: 10 } },
  "HealthCheckProps.timeoutSec": { healthCheck: { timeoutSec: 3 } },
  "HealthCheckProps.healthyThreshold": { healthCheck: { healthyThreshold: 3 } },
  "HealthCheckProps.unhealthyThreshold": { healthCheck: { unhealthyThreshold: 2 } },
  "InstancesProps.count": { instances: { count: 3 } },
  "InstancesProps.type": { instances: { type: "t4g.small" } },
  "InstancesProps.diskGiB": { instances: { diskGiB: 20 } },
  "InstancesProps.placement": { instances: { placement: "public" } },
  "InstancesProps.detailedMonitoring": { instances: { detailedMonitoring: true } },
  "ProxiedServerProps.proxyPort": { server: { proxyPort: 3000 } },
  "ProxiedServerProps.setup": { server: { proxyPort: 3000, setup: "dnf install -y nodejs\n" } },
  "OwnServerProps.userData": {
    server: { userData: "#!/bin/bash\ndnf install -y httpd\nsystemctl enable --now httpd\n" },
  },
  "SshProps.cidrs": { ssh: { cidrs: ["203.0.113.7/32"] }, instances: { placement: "public" } },
  "SshProps.keyName": { ssh: { cidrs: ["203.0.113.7/32"], keyName: "ops" }, instances: { placement: "public" } },
  "AcceptedFinding.finding": { accept: [{ finding: "P33", reason: "a proxy in a peered VPC sends requests on 8080" }] },
  "AcceptedFinding.address": {
    accept: [{ finding: "P33", address: "aws_security_group.web", reason: "its rules are made by another program" }],
  },
  "AcceptedFinding.reason": { accept: [{ finding: "P33", reason: "a proxy in a peered VPC sends requests on 8080" }] },
  "S3BackendProps.s3": { backend: s3() },
  "S3BackendProps.bucket": { backend: s3() },
  "S3BackendProps.key": { backend: { s3: { bucket: "acme-states", key: "production/terraform.tfstate" } } },
  "S3BackendProps.region": { backend: { s3: { bucket: "acme-states", region: "us-east-1" } } },
  "CloudBackendProps.cloud": { backend: cloud() },
  "CloudBackendProps.organization": { backend: cloud() },
  "CloudBackendProps.workspace": { backend: cloud() },
  "CloudBackendProps.hostname": {
    backend: { cloud: { organization: "acme", workspace: "web", hostname: "terraform.acme.example" } },
  },
};

function ofWebStack(): Record<string, Readonly<Record<string, unknown>>> {
  const examples = [
    { domainName: "www.example.com" },
    { region: "eu-central-1" },
    { alternativeNames: ["example.com", "*.example.com"] },
    { certificate: certificate() },
    { network: { cidr: "10.20.0.0/16", zones: 3, egress: "nat" } },
    { appPort: 8080 },
    {
      healthCheck: {
        path: "/ready",
        port: 9000,
        matcher: "200-299",
        intervalSec: 10,
        timeoutSec: 3,
        healthyThreshold: 3,
        unhealthyThreshold: 2,
      },
    },
    { instances: { count: 3, type: "t4g.small", diskGiB: 20 } },
    { server: { proxyPort: 3000, setup: "dnf install -y nodejs\n" } },
    { http: "forward" },
    { tlsPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" },
    { idleTimeoutSec: 300 },
    { deregistrationDelaySec: 30 },
    { accessLogsBucket: "my-logs" },
    { disposable: true },
    { tags: { team: "web" } },
    { backend: { s3: { bucket: "acme-states", region: "us-east-1" } } },
    { accept: [{ finding: "P33", reason: "a proxy in a peered VPC sends requests on 8080" }] },
  ];
  return {
    ...Object.fromEntries(examples.map((it) => [`WebStackProps.${Object.keys(it)[0]}`, it])),
    "WebStackProps.hostedZone": { domainName: "www.dev.example.com", hostedZone: { name: "dev.example.com" } },
    "WebStackProps.ssh": {
      ssh: { cidrs: ["203.0.113.7/32"], keyName: "ops" },
      instances: { placement: "public" },
    },
  };
}

function certificate() {
  return { arn: "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555" };
}

function existingNetwork() {
  return {
    vpcId: "vpc-0123456789abcdef0",
    publicSubnetIds: ["subnet-0a00000000000001", "subnet-0a00000000000002"],
    privateSubnetIds: ["subnet-0b00000000000001", "subnet-0b00000000000002"],
  };
}

function s3() {
  return { s3: { bucket: "acme-states", region: "us-east-1" } };
}

function cloud() {
  return { cloud: { organization: "acme", workspace: "web" } };
}
