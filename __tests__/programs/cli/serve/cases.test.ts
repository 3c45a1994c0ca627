import { SERVE_CASES } from "../../../serve-cases/all";
import { differencesOf } from "../../../serve-cases/run-case";
import { serveCase } from "../../../support/served-site";

/* What a client of a served site gets, as AWS's documentation says; every expected answer is written by hand. */

describe.each(Object.entries(SERVE_CASES))("%s", (_, cases) => {
  test.each(cases.map((it) => [it.name, it] as const))("%s", async (_name, it) => {
    expect(await differencesOf(it, serveCase)).toEqual([]);
  });
});
