import { expects } from "../../../topology/health-check-values";
import { userDataFor } from "../../user-data";
import { MAX_USER_DATA_BYTES } from "../schema/server-schema";
import type { Settings } from "../settings";
import { rule, when } from "./prop-rule";

/**
 * dnf is killed with 512 MiB of memory (https://github.com/amazonlinux/amazon-linux-2023/issues/404), which every .nano
 * type has: t2, t3, t3a and t4g.
 */
export const nginxHasMemory = rule(["instances", "server"], ({ instances: { type }, server }) => {
  return when(
    type.endsWith(".nano") && server.userData === undefined,
    "instances.type",
    type,
    "must be a type with more than 512 MiB of memory, which installing NGINX requires; choose " +
      `"${type.replace(/nano$/, "micro")}", or set server.userData to a boot script that needs less memory`,
  );
});

export const timeoutIsBelowInterval = rule(["healthCheck"], ({ healthCheck }) => {
  return when(
    healthCheck.timeoutSec >= healthCheck.intervalSec,
    "healthCheck.timeoutSec",
    healthCheck.timeoutSec,
    `must be less than healthCheck.intervalSec, which is ${healthCheck.intervalSec}`,
  );
});

export const serverIsOneKind = rule(["server"], (_, { server }) => {
  if (server === undefined) return [];
  const { proxyPort, setup, userData } = server as Settings["server"];
  return [
    ...when(
      proxyPort === undefined && userData === undefined,
      "server",
      server,
      "must have proxyPort or userData; omit server to run NGINX with one static page",
    ),
    ...when(
      userData !== undefined && (proxyPort !== undefined || setup !== undefined),
      "server.userData",
      userData,
      "must be the only prop of server; it replaces NGINX",
    ),
  ];
});

export const portsDiffer = rule(["server", "appPort", "healthCheck"], ({ server, appPort, healthCheck }) => {
  const { proxyPort } = server;
  return when(
    proxyPort !== undefined && (proxyPort === appPort || proxyPort === healthCheck.port),
    "server.proxyPort",
    proxyPort,
    "must be a port other than appPort and healthCheck.port, where NGINX listens",
  );
});

/** NGINX alone returns 200; as a proxy it returns the app's status code. */
export const nginxAnswersAreMatched = rule(["server", "healthCheck"], ({ server, healthCheck }) => {
  const isAlone = server.proxyPort === undefined && server.userData === undefined;
  return when(
    isAlone && !expects(healthCheck.matcher, 200),
    "healthCheck.matcher",
    healthCheck.matcher,
    "must include 200, the status code that NGINX returns",
  );
});

export const bootScriptFits = rule(["domainName", "appPort", "healthCheck", "server", "idleTimeoutSec"], (settings) => {
  const bytes = Buffer.byteLength(userDataFor(settings));
  if (settings.server.setup === undefined || bytes <= MAX_USER_DATA_BYTES) return [];
  return [
    {
      prop: "server.setup",
      got: `a boot script of ${bytes} bytes`,
      advice:
        `must result in a boot script of at most ${MAX_USER_DATA_BYTES} bytes, including the part for NGINX; ` +
        "download large files from within setup",
    },
  ];
});
