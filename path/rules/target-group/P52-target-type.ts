import type { Rule } from "../rule";

export const P52: Rule = {
  id: "P52",
  hop: "target-group",
  title: "the targets are not of the group's type",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
