import type { Rule } from "../rule";

export const P50: Rule = {
  id: "P50",
  hop: "target",
  title: "a target is in a zone that the balancer is not in",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
