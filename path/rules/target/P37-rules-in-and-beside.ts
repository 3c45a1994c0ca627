import type { Rule } from "../rule";

export const P37: Rule = {
  id: "P37",
  hop: "target",
  title: "rules stand in a group and beside it",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["plan"],
  review: { effect: "outage" },
  check: {},
};
