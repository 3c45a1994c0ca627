import type { Rule } from "../rule";

export const P67: Rule = {
  id: "P67",
  hop: "target",
  title: "containers cannot reach the instance's metadata",
  certainty: ["likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: {},
};
