import type { Rule } from "../rule";

export const P45: Rule = {
  id: "P45",
  hop: "listener",
  title: "the public route table is not associated, or leads to another VPC's gateway",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "outage" },
  check: {},
};
