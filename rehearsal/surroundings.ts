import { devNull } from "node:os";

/**
 * What keeps AWS's SDKs and tools from the person's files and from the metadata service of the machine that they run
 * on.
 */
export const NO_OTHER_AWS = {
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: "true",
} as const;

/** An environment without proxies, of which none leads to this machine. */
export function withoutProxies(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(https?|all|no)_proxy$/i.test(name)));
}

/** The emulator has AWS clients of its own. */
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
