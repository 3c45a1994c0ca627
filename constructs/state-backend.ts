import { CloudBackend, LocalBackend, NamedCloudWorkspace, S3Backend, type TerraformStack } from "cdktf";
import type { StateLocation } from "./settings";

/** Where terraform keeps the stack's state; never an absolute path, so that the JSON is the same on every machine. */
export function keepState(stack: TerraformStack, location: StateLocation): void {
  if ("local" in location) {
    new LocalBackend(stack, location.local);
  } else if ("cloud" in location) {
    const { organization, workspace, hostname } = location.cloud;
    new CloudBackend(stack, { organization, hostname, workspaces: new NamedCloudWorkspace(workspace) });
  } else {
    const backend = new S3Backend(stack, { ...location.s3, encrypt: true });
    // cdktf's own props lack S3's native lock (terraform 1.10 or later).
    backend.addOverride("use_lockfile", true);
  }
}
