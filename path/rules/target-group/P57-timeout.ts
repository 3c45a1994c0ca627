import type { Rule } from "../rule";

export const P57: Rule = {
  id: "P57",
  hop: "target-group",
  title: "the health check's timeout is not shorter than its interval",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
