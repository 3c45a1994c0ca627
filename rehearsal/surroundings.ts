import { devNull } from "node:os";

/**
 * Environment variables that keep AWS's SDKs and tools away from the user's AWS files and from the machine's metadata
 * service.
 */
export const NO_OTHER_AWS = {
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: "true",
} as const;

/** An environment without proxies, because no proxy leads to this machine. */
export function withoutProxies(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(https?|all|no)_proxy$/i.test(name)));
}

/** The environment of the emulator, which contains AWS clients itself. */
export function emulatorEnvironment(identity: string): NodeJS.ProcessEnv {
  return {
    ...Object.fromEntries(Object.entries(withoutProxies(process.env)).filter(([name]) => !name.startsWith("AWS_"))),
    ...NO_OTHER_AWS,
    AWS_ACCESS_KEY_ID: "emulator",
    AWS_SECRET_ACCESS_KEY: "emulator",
    AWS_DEFAULT_REGION: "us-east-1",
    ALB_WEB_LOCAL_AWS: identity,
  };
}
