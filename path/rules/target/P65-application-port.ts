import type { Rule } from "../rule";

export const P65: Rule = {
  id: "P65",
  hop: "target",
  title: "the application listens on another port",
  certainty: ["likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: {},
};
