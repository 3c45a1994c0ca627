import type { Rule } from "../rule";

export const P70: Rule = {
  id: "P70",
  hop: "target",
  title: "two security groups of a VPC have one name",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails", hasBlocks: true },
  check: {},
};
