import type { Rule } from "../rule";

export const P62: Rule = {
  id: "P62",
  hop: "target",
  title: "the instances cannot fetch what they install",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration", "boot scripts"],
  review: { effect: "outage" },
  check: {},
};
