import type { Expectation } from "../expectation";
import type { Site } from "../site";
import { type CheckResult, unless } from "./check-result";
import { fetchFault } from "./network-check";

export function instancesRun(site: Site, expected: Expectation): CheckResult {
  const { instances } = site;
  const { instanceCount, hasNginx, appPort, healthCheckPort, healthCheckPath, isPublic } = expected;
  const running = instances.filter(({ State }) => State?.Name === "running");
  const path = healthCheckPath.split("?")[0];
  const listens = (userData: string) =>
    [appPort, healthCheckPort].every((port) => userData.includes(`listen ${port} `));
  // The page itself answers for "/", and the proxied app for everything.
  const isPage = path === "/" || path === "/index.html";
  const answers = (userData: string) =>
    userData.includes(`location = ${path} {`) ||
    (userData.includes("location / {") && (isPage || userData.includes("proxy_pass ")));
  const silent = instances.filter(({ userData }) =>
    hasNginx ? !listens(userData) || !answers(userData) : userData === "",
  );
  const exposed = instances.filter(({ PublicIpAddress }) => (PublicIpAddress !== undefined) !== isPublic);
  return {
    faults: [
      ...unless(
        running.length === instanceCount && instanceCount > 0,
        `${running.length} of ${instanceCount} instances are running`,
      ),
      ...silent.map(
        ({ InstanceId }) => `${InstanceId} is not told to listen on ${appPort} and to answer ${healthCheckPath}`,
      ),
      ...(hasNginx ? instances.flatMap((instance) => fetchFault(site, instance)) : []),
      ...exposed.map(({ InstanceId }) => `${InstanceId} has ${isPublic ? "no" : "a"} public address`),
    ],
    observed:
      `${running.length} running, told to ` +
      `${hasNginx ? `boot NGINX on ${appPort} and to answer ${healthCheckPath}` : "run their own user data"}`,
  };
}

export function targetGroupMatches(
  { targetGroup }: Site,
  { appPort, healthCheckPath, healthCheckPort }: Expectation,
): CheckResult {
  if (targetGroup === undefined) return { faults: ["no target group"], observed: "" };
  const { TargetType, Protocol, Port, HealthCheckPath, HealthCheckPort, TargetGroupName } = targetGroup;
  const checkPort = HealthCheckPort === "traffic-port" ? Port : Number(HealthCheckPort);
  return {
    faults: [
      ...unless(TargetType === "instance", `its type is ${TargetType}`),
      ...unless(
        Protocol === "HTTP" && Port === appPort,
        `it sends ${Protocol}:${Port}, the instances serve HTTP:${appPort}`,
      ),
      ...unless(
        HealthCheckPath === healthCheckPath && checkPort === healthCheckPort,
        `it asks ${checkPort}${HealthCheckPath}, the instances answer ${healthCheckPort}${healthCheckPath}`,
      ),
    ],
    observed: `${TargetGroupName}: instances, ${Protocol}:${Port}, health check ${checkPort}${HealthCheckPath}`,
  };
}

/** A target that drains is deregistered already. */
export function targetsAreHealthy(site: Site, { instanceIds, appPort }: Expectation): CheckResult {
  const targets = site.targets.filter(({ TargetHealth }) => TargetHealth?.State !== "draining");
  const healthy = targets.filter(({ TargetHealth }) => TargetHealth?.State === "healthy");
  const missing = instanceIds.filter((id) => !targets.some(({ Target }) => Target?.Id === id));
  const unwell = targets.filter((target) => !healthy.includes(target));
  const elsewhere = targets.filter(({ Target }) => Target?.Port !== appPort);
  return {
    faults: [
      ...unless(targets.length > 0, "nothing is registered"),
      ...missing.map((id) => `${id} is not registered`),
      ...unwell.map(
        ({ Target, TargetHealth }) =>
          `${Target?.Id} is ${TargetHealth?.State} (${TargetHealth?.Reason ?? "no reason given"})`,
      ),
      ...elsewhere.map(
        ({ Target }) => `${Target?.Id} is sent requests on ${Target?.Port}, the instances serve ${appPort}`,
      ),
    ],
    observed: `${healthy.length} healthy`,
  };
}
