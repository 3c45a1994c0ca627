import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { review } from "../../../../path/review/review";
import type { LocalAws } from "../../../../rehearsal/local-aws";
import { seedsFor } from "../../../../rehearsal/seed-for";
import { CHANGED } from "../../../changes/all";
import { BASES } from "../../../changes/bases";
import type { Changed } from "../../../changes/changed";
import { kindsOf } from "../../../changes/kinds";
import { LESS_COMMON } from "../../../changes/less-common";
import { planChanges } from "../../../support/changed-plans";
import type { Planned } from "../../../support/planned";
import { startLocalAws } from "../../../support/rehearsal-room";
import { sampled } from "../../../support/sample";

/*
 * What each kind of change does (every change: npm run test:exhaustive), asked of the plans that terraform and the real
 * provider make of it, for sites that stand on the local AWS. KEEP_PLANS=folder keeps the plans, to look at.
 */

/**
 * Each list has a terraform and a local AWS of its own: terraform's work for each resource grows with the number of
 * all.
 */
const LISTS: Readonly<Record<string, readonly Changed[]>> = { c: CHANGED, l: LESS_COMMON };
const RUN = new Set(sampled(Object.values(LISTS).flat(), kindsOf));
const ALL = Object.entries(LISTS)
  .flatMap(([letter, list]) =>
    list.map((changed, index) => ({ name: changed.name, changed, key: `${letter}${String(index).padStart(3, "0")}` })),
  )
  .filter(({ changed }) => RUN.has(changed));

const running: LocalAws[] = [];
let planned: Record<string, Planned> = {};

beforeAll(async () => {
  const lists = await Promise.all(
    Object.keys(LISTS).map((letter) => plannedOf(ALL.filter(({ key }) => key.startsWith(letter)))),
  );
  planned = Object.assign({}, ...lists) as Record<string, Planned>;
  keep(process.env.KEEP_PLANS);
}, 1_800_000);

afterAll(() => Promise.all(running.map((it) => it.stop())));

async function plannedOf(list: typeof ALL): Promise<Record<string, Planned>> {
  const localAws = await startLocalAws();
  running.push(localAws);
  const bases = Object.fromEntries(
    [...new Set(list.map(({ changed: { base } }) => base))].map((base) => [base, BASES[base]()]),
  );
  for (const seed of seedsFor(Object.entries(bases).map(([id, json]) => ({ id, json: json as never }))))
    await localAws.seed(seed);
  const changes = Object.fromEntries(
    list.map(({ key, changed: { base, edit } }) => {
      const root = BASES[base]();
      edit(root);
      return [key, { base, root }];
    }),
  );
  return planChanges(bases, changes, localAws);
}

function keep(folder: string | undefined): void {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  for (const { name, key } of ALL)
    writeFileSync(
      join(folder, `${key}-${name.replace(/\W+/g, "-").slice(0, 60)}.json`),
      JSON.stringify(planned[key]?.plan ?? planned[key]),
    );
}

describe.each(ALL)("$name", ({ changed: { effect, cause, broken = [], repaired = [] }, key }) => {
  test(
    `is ${effect}` +
      `${cause === undefined ? "" : `, for ${cause.attribute === "" ? "all" : cause.attribute} of a ${cause.type}`}`,
    () => {
      const { plan, refused } = planned[key] ?? {};
      expect(refused ?? "").toBe("");
      const { report, watch } = review(plan);
      // The site was applied, and nobody has been at it since.
      expect(watch.filter((it) => it.includes("outside of Terraform"))).toEqual([]);
      const same = report.causes.filter(
        (it) =>
          it.effect === effect &&
          (cause === undefined ||
            (typeOf(it.address) === cause.type && it.attribute === cause.attribute && it.hop === cause.hop)),
      );
      const reported = report.causes.map((it) => `${it.effect} ${it.hop} ${it.address} ${it.attribute}`);
      expect({ effect: report.effect, reported: cause === undefined || same.length > 0 ? [] : reported }).toEqual({
        effect,
        reported: [],
      });
      const hopsThatAre = (change: string) => report.hops.filter((it) => it.change === change).map(({ hop }) => hop);
      expect({ broken: hopsThatAre("broken"), repaired: hopsThatAre("repaired") }).toEqual({ broken, repaired });
    },
  );
});

/** A key of for_each may hold points. */
function typeOf(address: string): string {
  return (
    address
      .replace(/\[.*\]$/, "")
      .split(".")
      .at(-2) ?? ""
  );
}
