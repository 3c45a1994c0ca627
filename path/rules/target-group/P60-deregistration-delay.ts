import type { Rule } from "../rule";

export const P60: Rule = {
  id: "P60",
  hop: "target-group",
  title: "the deregistration delay does not suit the requests",
  certainty: ["likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
