import type { Rule } from "../rule";

export const P25: Rule = {
  id: "P25",
  hop: "listener",
  title: "the application redirects to HTTPS behind a plain HTTP target group",
  certainty: ["likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: {},
};
