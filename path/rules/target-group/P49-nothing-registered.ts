import type { Rule } from "../rule";

export const P49: Rule = {
  id: "P49",
  hop: "target-group",
  title: "nothing is registered in the target group",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "outage", hasBlocks: true, hits: "every request to its group" },
  check: {},
};
