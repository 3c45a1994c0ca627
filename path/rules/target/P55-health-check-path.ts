import type { Rule } from "../rule";

export const P55: Rule = {
  id: "P55",
  hop: "target",
  title: "the health check's path does not answer as expected",
  certainty: ["likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: {},
};
