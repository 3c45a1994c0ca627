import type { Rule } from "../rule";

export const P48: Rule = {
  id: "P48",
  hop: "target-group",
  title: "no listener uses the target group",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "none" },
  check: {},
};
