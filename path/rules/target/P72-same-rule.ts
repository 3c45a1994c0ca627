import type { Rule } from "../rule";

export const P72: Rule = {
  id: "P72",
  hop: "target",
  title: "a rule exists already in its security group",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails", hasBlocks: true },
  check: {},
};
