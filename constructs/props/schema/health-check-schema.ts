import { isHealthPath, isMatcher } from "../../../topology/health-check-values";
import { object, text, whole } from "../values";
import type { HealthCheckProps } from "../web-stack-props";
import { port } from "./ports-schema";

export const healthCheck = object<HealthCheckProps>(
  {},
  {
    path: text(
      isHealthPath,
      'must be a path that begins with "/", of letters, digits and / - . _ ~, optionally with a query',
    ),
    port: port(),
    matcher: text(
      (it) => isMatcher(it),
      'must be status codes from 200 to 499, such as "200", "200,204", "200-299" or "200-299,301"',
    ),
    intervalSec: whole(5, 300, " of seconds"),
    timeoutSec: whole(2, 120, " of seconds"),
    healthyThreshold: whole(2, 10, ""),
    unhealthyThreshold: whole(2, 10, ""),
  },
);
