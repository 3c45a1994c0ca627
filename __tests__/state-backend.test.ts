import type { WebStackProps } from "../constructs/web-stack";
import { synthOf } from "./support/synth";

const stateOf = (backend?: WebStackProps["backend"], more: Partial<WebStackProps> = {}) => {
  const { backend: kept, cloud } = synthOf({ domainName: "www.example.com", hostedZone: { create: true, delegated: false }, backend, ...more }).terraform;
  return { backend: kept, cloud };
};

// terraform runs in cdktf.out/stacks/web; the state survives when cdktf.out is deleted.
test.each([undefined, "local"] as const)("%p keeps the state beside cdktf.out, by a relative path", (backend) => {
  expect(stateOf(backend)).toEqual({ backend: { local: { path: "../../../terraform.web.tfstate" } } });
});

test("S3 keeps it encrypted, locks it by itself, under the stack's own key, in the stack's region", () => {
  expect(stateOf({ s3: { bucket: "states" } }, { region: "eu-west-3" })).toEqual({
    backend: { s3: { bucket: "states", key: "web/terraform.tfstate", region: "eu-west-3", encrypt: true, use_lockfile: true } },
  });
});

test("S3 takes a key and a region", () => {
  expect(stateOf({ s3: { bucket: "states", key: "a/b.tfstate", region: "eu-west-1" } })).toEqual({
    backend: { s3: { bucket: "states", key: "a/b.tfstate", region: "eu-west-1", encrypt: true, use_lockfile: true } },
  });
});

test("S3 gives what is undefined its default", () => {
  expect(stateOf({ s3: { bucket: "states", key: undefined, region: undefined } })).toEqual(stateOf({ s3: { bucket: "states" } }));
});

test("Terraform Cloud keeps it in a workspace", () => {
  expect(stateOf({ cloud: { organization: "acme", workspace: "web" } })).toEqual({
    cloud: { hostname: "app.terraform.io", organization: "acme", workspaces: { name: "web" } },
  });
});

test("another server that speaks its API is named", () => {
  expect(stateOf({ cloud: { organization: "acme", workspace: "web", hostname: "tfe.example.com" } }).cloud).toMatchObject({ hostname: "tfe.example.com" });
});
