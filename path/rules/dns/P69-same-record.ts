import type { Rule } from "../rule";

export const P69: Rule = {
  id: "P69",
  hop: "dns",
  title: "two records have one name and type",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails", hasBlocks: true },
  check: {},
};
