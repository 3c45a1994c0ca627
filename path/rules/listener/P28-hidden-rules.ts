import type { Rule } from "../rule";

export const P28: Rule = {
  id: "P28",
  hop: "listener",
  title: "a rule that matches everything hides later ones",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
