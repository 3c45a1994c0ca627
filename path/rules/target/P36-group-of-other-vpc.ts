import type { Rule } from "../rule";

export const P36: Rule = {
  id: "P36",
  hop: "target",
  title: "a rule refers to a group of another VPC",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
