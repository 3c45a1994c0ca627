import type { Rule } from "../rule";

export const P54: Rule = {
  id: "P54",
  hop: "target",
  title: "the target group speaks HTTPS to a plain HTTP application, or the reverse",
  certainty: ["likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: {},
};
