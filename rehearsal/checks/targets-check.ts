import type { Expectation } from "../expectation";
import type { Site } from "../site";
import { type CheckResult, unless } from "./check-result";
import { fetchProblems } from "./network-check";

export function instancesRun(site: Site, expected: Expectation): CheckResult {
  const { instances } = site;
  const { instanceCount, hasNginx, appPort, healthCheckPort, healthCheckPath, isPublic } = expected;
  const running = instances.filter(({ State }) => State?.Name === "running");
  const path = healthCheckPath.split("?")[0];
  const listens = (userData: string) =>
    [appPort, healthCheckPort].every((port) => userData.includes(`listen ${port} `));
  // The static page serves "/", and a proxied app serves every path.
  const isPage = path === "/" || path === "/index.html";
  const answers = (userData: string) =>
    userData.includes(`location = ${path} {`) ||
    (userData.includes("location / {") && (isPage || userData.includes("proxy_pass ")));
  const silent = instances.filter(({ userData }) =>
    hasNginx ? !listens(userData) || !answers(userData) : userData === "",
  );
  const exposed = instances.filter(({ PublicIpAddress }) => (PublicIpAddress !== undefined) !== isPublic);
  return {
    problems: [
      ...unless(
        running.length === instanceCount && instanceCount > 0,
        `${running.length} of ${instanceCount} instances are running`,
      ),
      ...silent.map(
        ({ InstanceId }) => `the user data of ${InstanceId} does not listen on ${appPort} and serve ${healthCheckPath}`,
      ),
      ...(hasNginx ? instances.flatMap((instance) => fetchProblems(site, instance)) : []),
      ...exposed.map(({ InstanceId }) => `${InstanceId} has ${isPublic ? "no" : "a"} public IP address`),
    ],
    observed:
      `${running.length} running, ` +
      (hasNginx ? `user data runs NGINX on ${appPort} and serves ${healthCheckPath}` : "with their own user data"),
  };
}

export function targetGroupMatches(
  { targetGroup }: Site,
  { appPort, healthCheckPath, healthCheckPort }: Expectation,
): CheckResult {
  if (targetGroup === undefined) return { problems: ["no target group"], observed: "" };
  const { TargetType, Protocol, Port, HealthCheckPath, HealthCheckPort, TargetGroupName } = targetGroup;
  const checkPort = HealthCheckPort === "traffic-port" ? Port : Number(HealthCheckPort);
  return {
    problems: [
      ...unless(TargetType === "instance", `its type is ${TargetType}`),
      ...unless(
        Protocol === "HTTP" && Port === appPort,
        `it forwards to ${Protocol}:${Port}, the instances serve HTTP:${appPort}`,
      ),
      ...unless(
        HealthCheckPath === healthCheckPath && checkPort === healthCheckPort,
        `it checks ${checkPort}${HealthCheckPath}, the instances serve ${healthCheckPort}${healthCheckPath}`,
      ),
    ],
    observed: `${TargetGroupName}: instances, ${Protocol}:${Port}, health check ${checkPort}${HealthCheckPath}`,
  };
}

/** A draining target is already deregistered. */
export function targetsAreHealthy(site: Site, { instanceIds, appPort }: Expectation): CheckResult {
  const targets = site.targets.filter(({ TargetHealth }) => TargetHealth?.State !== "draining");
  const healthy = targets.filter(({ TargetHealth }) => TargetHealth?.State === "healthy");
  const missing = instanceIds.filter((id) => !targets.some(({ Target }) => Target?.Id === id));
  const unhealthy = targets.filter((target) => !healthy.includes(target));
  const elsewhere = targets.filter(({ Target }) => Target?.Port !== appPort);
  return {
    problems: [
      ...unless(targets.length > 0, "no target is registered"),
      ...missing.map((id) => `${id} is not registered`),
      ...unhealthy.map(
        ({ Target, TargetHealth }) =>
          `${Target?.Id} is ${TargetHealth?.State} (${TargetHealth?.Reason ?? "no reason given"})`,
      ),
      ...elsewhere.map(
        ({ Target }) => `${Target?.Id} is registered on port ${Target?.Port}, the instances serve port ${appPort}`,
      ),
    ],
    observed: `${healthy.length} healthy`,
  };
}
