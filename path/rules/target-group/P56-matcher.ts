import type { Rule } from "../rule";

export const P56: Rule = {
  id: "P56",
  hop: "target-group",
  title: "the health check expects codes that AWS does not allow",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
