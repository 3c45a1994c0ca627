import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sentencesOf } from "../../support/parsed-source";
import { PROJECT } from "../../support/project";

/* What people read is plain technical English: none of these, in pages, messages, comments and names of tests. */

const FAMILIES: Readonly<Record<string, RegExp>> = {
  "report, list, show; distinguish": /\b(?:told|tells?|telling)\b/i,
  "next to, besides": /\bbeside\b/i,
  omit: /\b(?:left|leave|leaves|leaving) away\b/i,
  remove: /\b(?:take|takes|taken|took|taking) back\b/i,
  "must, will": /\bshall\b/i,
  "recreated, replaced": /\banew\b/i,
  "error, finding, mistake": /\bfaults?\b/i,
  "fix, correct": /\bmend(?:s|ed|ing)?\b/i,
  "wrong, failed": /\bamiss\b/i,
  "also, in the same way": /\blikewise\b/i,
  "a sentence of its own": /\bof which\b|\bat which nothing\b/i,
  "so that": /\bso as\b/i,
  "cannot be determined": /\bnot to be (?:told|known|said|seen|determined)\b/i,
};

/** Words of others, which are quoted as they are. */
const QUOTED: readonly RegExp[] = [
  // Names in AWS's APIs and in its SDKs.
  /\w*Fault\b/g,
  /\balias_fault\b/g,
];

const OURS = ["__tests__", ".github", "bench", "cli", "constructs", "docs", "machine", "path", "rehearsal", "topology"];
const FILES = [
  ...readdirSync(PROJECT, { withFileTypes: true })
    .filter((it) => it.isFile())
    .map(({ name }) => name),
  ...OURS.flatMap((room) =>
    readdirSync(join(PROJECT, room), { recursive: true, encoding: "utf8" }).map((file) => `${room}/${file}`),
  ),
].filter(
  (file) =>
    /\.(?:ts|js|py|md|yml|jsonc)$|^help$/.test(file) &&
    !/\/cdktf\.out\/|^__tests__\/fixtures\/(?:cases|two-writers)\//.test(file) &&
    file !== "__tests__/unit/house/wording.test.ts",
);

function readable(path: string): string[] {
  const text = readFileSync(join(PROJECT, path), "utf8");
  return path.endsWith(".ts") ? sentencesOf({ path, text }) : text.split("\n");
}

test("a search for the words of a dialect finds none", () => {
  expect(FILES.length).toBeGreaterThan(900);
  const found = FILES.flatMap((file) =>
    readable(file).flatMap((line) => {
      const own = QUOTED.reduce((left, quoted) => left.replace(quoted, ""), line);
      return Object.entries(FAMILIES)
        .filter(([, family]) => family.test(own))
        .map(([better]) => `${file}: "${line.trim().slice(0, 100)}": ${better}`);
    }),
  );
  expect(found).toEqual([]);
});
