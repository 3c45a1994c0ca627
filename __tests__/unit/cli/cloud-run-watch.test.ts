import { RunWatch } from "../../../cli/terraform-cloud/run-watch";

/*
 * What terraform prints of a run; what its server says of the run that it waits for is in
 * __tests__/slow/cli/cloud-runs.test.ts.
 */

const PAGE = "https://tfe.acme.example/app/acme/web/runs/run-1";

function watchOf(...lines: string[]): { watch: RunWatch; reported: string[] } {
  const reported: string[] = [];
  // No host is asked: there is a token for none.
  const watch = new RunWatch({ HOME: "/nowhere", TF_CLI_CONFIG_FILE: "/dev/null" }, (text) => reported.push(text));
  for (const line of lines) watch.read(line);
  return { watch, reported };
}

test("the run is that of the first page; a plan may show another one", () => {
  const { watch, reported } = watchOf(
    "To view this run in a browser, visit:",
    PAGE,
    "Terraform v1.11.4",
    '  + value = "https://tfe.acme.example/app/others/web/runs/run-2"',
  );
  expect(watch.address).toEqual({
    hostname: "tfe.acme.example",
    organization: "acme",
    workspace: "web",
    id: "run-1",
    link: PAGE,
  });
  expect(reported).toEqual([`run run-1: ${PAGE}`]);
});

test("once it has waited, its own page is shown again", () => {
  const { reported } = watchOf(PAGE, "Waiting for 1 run(s) to finish before being queued...", "Terraform v1.11.4");
  expect(reported).toEqual([`run run-1: ${PAGE}`, `run run-1: ${PAGE}`]);
});

test("with any other backend there is no run", async () => {
  const { watch, reported } = watchOf("Terraform will perform the following actions:");
  expect(watch.address).toBeUndefined();
  expect(await watch.run()).toBeUndefined();
  expect(reported).toEqual([]);
});
