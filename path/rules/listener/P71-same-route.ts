import type { Rule } from "../rule";

export const P71: Rule = {
  id: "P71",
  hop: "listener",
  title: "two routes of a table have one destination",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails", hasBlocks: true },
  check: {},
};
