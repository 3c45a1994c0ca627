import type { WebStackProps } from "../../../constructs/web-stack";
import { stackOf, synthOf } from "../../support/synth";

const stateOf = (backend?: WebStackProps["backend"], more: Partial<WebStackProps> = {}) => {
  const { backend: kept, cloud } = synthOf({
    domainName: "www.example.com",
    hostedZone: { create: true, delegated: false },
    backend,
    ...more,
  }).terraform;
  return { backend: kept, cloud };
};

// terraform runs in cdktf.out/stacks/web; the state survives when cdktf.out is deleted.
test.each([undefined, "local"] as const)("%p keeps the state next to cdktf.out, by a relative path", (backend) => {
  expect(stateOf(backend)).toEqual({ backend: { local: { path: "../../../terraform.web.tfstate" } } });
});

test("S3 keeps it encrypted, locks it by itself, under the stack's own key, in the stack's region", () => {
  expect(stateOf({ s3: { bucket: "states" } }, { region: "eu-west-3" })).toEqual({
    backend: {
      s3: { bucket: "states", key: "web/terraform.tfstate", region: "eu-west-3", encrypt: true, use_lockfile: true },
    },
  });
});

test("S3 takes a key and a region", () => {
  expect(stateOf({ s3: { bucket: "states", key: "a/b.tfstate", region: "eu-west-1" } })).toEqual({
    backend: { s3: { bucket: "states", key: "a/b.tfstate", region: "eu-west-1", encrypt: true, use_lockfile: true } },
  });
});

test("S3 gives what is undefined its default", () => {
  expect(stateOf({ s3: { bucket: "states", key: undefined, region: undefined } })).toEqual(
    stateOf({ s3: { bucket: "states" } }),
  );
});

test("Terraform Cloud keeps it in a workspace", () => {
  expect(stateOf({ cloud: { organization: "acme", workspace: "web" } })).toEqual({
    cloud: { hostname: "app.terraform.io", organization: "acme", workspaces: { name: "web" } },
  });
});

test("another server that speaks its API is named", () => {
  expect(
    stateOf({ cloud: { organization: "acme", workspace: "web", hostname: "tfe.example.com" } }).cloud,
  ).toMatchObject({ hostname: "tfe.example.com" });
});

test("the placeholder that main.ts begins with synthesizes", () => {
  expect(stateOf({ s3: { bucket: "CHANGE-ME", region: "us-east-1" } })).toMatchObject({
    backend: { s3: { bucket: "CHANGE-ME" } },
  });
});

describe("cdktf warns", () => {
  const warningsOf = (backend?: WebStackProps["backend"]) =>
    stackOf({ domainName: "www.example.com", hostedZone: { create: true, delegated: false }, backend })
      .node.metadata.filter(({ type }) => type === "@cdktf/warn")
      .map(({ data }) => data as string);

  test("of a state that is on this machine only because nobody chose, and says what to write", () => {
    expect(warningsOf()).toEqual([
      "backend is not set: the state is stored on this machine only, in terraform.web.tfstate. Set backend: { " +
        's3: { bucket: "…", region: "…" } } and run npx alb-web bootstrap, or set backend: "local" to store it here.',
    ]);
  });

  test("of the placeholder", () => {
    expect(warningsOf({ s3: { bucket: "CHANGE-ME" } })).toEqual([
      "backend.s3.bucket is the placeholder CHANGE-ME. Before the first deploy, set your own bucket name " +
        "and run npx alb-web bootstrap.",
    ]);
  });

  test.each<NonNullable<WebStackProps["backend"]>>([
    "local",
    { s3: { bucket: "states" } },
    { cloud: { organization: "acme", workspace: "web" } },
  ])("of nothing where somebody chose %j", (backend) => {
    expect(warningsOf(backend)).toEqual([]);
  });
});
