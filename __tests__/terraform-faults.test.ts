import { knownFault } from "../cli/terraform-faults";

/* What terraform says of faults at Terraform Cloud, which cloud-plan.all.test.ts makes for real, and of some that are rare. */

const FOLDER = "cdktf.out/stacks/web";
const NOT_READ = 'Error: Failed to read organization "acme" at host app.terraform.io\n\nEncountered an unexpected error while reading the organization settings:\n';

const SAID: readonly [string, string, RegExp][] = [
  ["no token", "Error: Required token could not be found\n\nRun the following command to generate a token for app.terraform.io:\n    terraform login\n", /^There is no token for app\.terraform\.io; run terraform login app\.terraform\.io, or set TF_TOKEN_app_terraform_io\.$/],
  ["a wrong token", `${NOT_READ}unauthorized`, /^app\.terraform\.io does not accept the token; run terraform login/],
  ["an organization of others", `${NOT_READ}organization "acme" at host app.terraform.io not found.`, /^app\.terraform\.io has no organization acme, or this token may not see it; correct backend\.cloud\.organization of web/],
  ["a workspace that is gone", "Error: error starting operation: workspace web not found\n", /^There is no workspace web that this token may use/],
  [
    "a workspace that is locked, where the lock info is our own",
    'Error message: workspace already locked (lock ID: "acme/web")\nLock Info:\n  ID:        ea32051e\n  Path:      \n  Operation: OperationTypePlan\n  Who:       me@here\n  Version:   1.11.4\n  Created:   2026-11-22 21:28:02.876421083 +0000 UTC\n',
    /^The workspace acme\/web of web is locked by another run or a person; (?!.*me@here).*terraform -chdir=cdktf\.out\/stacks\/web force-unlock acme\/web$/,
  ],
  ["import blocks that have outlived what they name", "Error: Cannot import non-existent remote object\n\nWhile attempting to import an existing object to", /^cdktf\.out\/stacks\/web\/adopted\.tf\.json names things that are gone from AWS; run npm run adopt -- web,/],
  ["a plan of another state", "Error: Saved plan does not match the given state\n\nThe given plan file can not be applied because", /^The state of web has moved since this plan was made/],
  ["a plan that another run has overtaken", "Error: Saved plan is discarded\n\nThe given plan file can no longer be applied;", /^The state of web has moved since this plan was made/],
];

test.each(SAID)("%s", (_, said, sentence) => {
  expect(knownFault(said, FOLDER)).toMatch(sentence);
  // However wide the terminal was that terraform wrapped its words for.
  expect(knownFault(said.replace(/ (?=\w+ \w+ \w+ )/g, "\n"), FOLDER)).toMatch(sentence);
});

test.each([
  "Error: Reference to undeclared input variable",
  'Error: reading S3 Bucket (my-logs): operation error S3: HeadBucket, https response error StatusCode: 403, api error Forbidden: Forbidden\n\n  with aws_s3_bucket.logs,',
  "Error: putting S3 Bucket Policy: operation error S3: PutBucketPolicy, https response error StatusCode: 404, NoSuchBucket: \n\n  with aws_s3_bucket_policy.logs,",
])("any other words are left as they are: %s", (said) => {
  expect(knownFault(said, FOLDER)).toBeUndefined();
});

test("a state that could not be stored is told of before what was in the way", () => {
  expect(knownFault("Error: Failed to save state\n\nError saving state: ExpiredToken\n\nError: Failed to persist state to backend\n\n    terraform state push errored.tfstate\n", FOLDER)).toMatch(/^terraform could not store the state of web, .*Do not deploy again/);
});
