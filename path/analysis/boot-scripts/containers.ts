import { bootScript } from "./boot-script";
import { toolOf } from "./shown-command";

/* What a boot script shows about containers. */

const PACKAGES_OF_CONTAINERS = /\binstall\b[^;&|]*\b(docker|docker-ce|docker\.io|podman|containerd)\b|get\.docker\.com/;

/** Whether images can only come from elsewhere (`fresh`), may be on the machine already, or surely are (`loaded`). */
export type Containers = "fresh" | "maybe" | "loaded";

export function containersOf(commands: readonly string[]): Containers {
  if (commands.some((it) => /\b(docker|podman|ctr|nerdctl)\s+(image\s+)?load\b/.test(it))) return "loaded";
  return commands.some((it) => PACKAGES_OF_CONTAINERS.test(it)) ? "fresh" : "maybe";
}

const STARTS_CONTAINERS =
  /\b((?:docker|podman|nerdctl)\s+(?:run|compose\s.*\bup)|docker-compose\s.*\bup|(?:docker|podman)\s+start)\b/;

/** What starts containers with their own network, which reach the metadata one hop further away. */
export function usesContainers(userData: string): string | undefined {
  const script = bootScript(userData);
  if (script.kind !== "runs") return undefined;
  const started = script.commands
    .map((it) => (/--net(work)?[= ]host\b/.test(it) ? undefined : STARTS_CONTAINERS.exec(it)?.[0]))
    .find((it) => it !== undefined);
  return started !== undefined
    ? toolOf(started)
    : script.commands.some((it) => /\becs\.config\b/.test(it))
      ? "the ECS agent"
      : undefined;
}
