import { stateBucketsOf, throwIfPlaceholder } from "../../../cli/project/state-buckets";
import { UsageError } from "../../../machine/errors";
import type { SynthesizedStack } from "../../../rehearsal/stack-files";

/* The buckets that main.ts names, and the placeholder that it begins with. */

const stack = (id: string, bucket?: string, region = "us-east-1"): SynthesizedStack => ({
  id,
  folder: id,
  text: "",
  json:
    bucket === undefined
      ? { terraform: {} }
      : { terraform: { backend: { s3: { bucket, region, key: `${id}/terraform.tfstate` } } } },
});
const REFUSED =
  "backend.s3.bucket of web must be a bucket name of your own (got CHANGE-ME); set it in main.ts, then run " +
  "npx alb-web bootstrap";

describe("the buckets of all stacks", () => {
  test("are each named once, with the stacks that share it, in the order of the stacks", () => {
    expect(
      stateBucketsOf([
        stack("web", "acme-b"),
        stack("local"),
        stack("shop", "acme-a", "eu-west-1"),
        stack("docs", "acme-b"),
      ]),
    ).toEqual([
      { bucket: "acme-b", region: "us-east-1", stackIds: ["web", "docs"] },
      { bucket: "acme-a", region: "eu-west-1", stackIds: ["shop"] },
    ]);
  });

  test("are refused where there is none", () => {
    expect(() => stateBucketsOf([stack("web")])).toThrow(UsageError);
    expect(() => stateBucketsOf([stack("web")])).toThrow(
      /^main\.ts has no stack with backend: .*, so there is no bucket to create; .*or use --bucket and --region$/,
    );
  });

  test("are refused where one is said to be in two regions", () => {
    const refused = () =>
      stateBucketsOf([stack("web", "acme"), stack("docs", "acme"), stack("shop", "acme", "eu-west-1")]);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(
      "backend.s3.region must be the same for all stacks with the bucket acme (got us-east-1 for web, docs, " +
        "eu-west-1 for shop)",
    );
  });

  test("are refused where any is the placeholder", () => {
    expect(() => stateBucketsOf([stack("shop", "acme"), stack("web", "CHANGE-ME")])).toThrow(REFUSED);
  });
});

test("the placeholder is refused for all stacks that have it, and no other bucket is", () => {
  expect(() =>
    throwIfPlaceholder([stack("web", "CHANGE-ME"), stack("shop", "acme"), stack("docs", "CHANGE-ME")]),
  ).toThrow(REFUSED.replace("web", "web, docs"));
  expect(() => throwIfPlaceholder([stack("shop", "acme.states-1"), stack("local")])).not.toThrow();
});
