import type { Rule } from "../rule";

export const P75: Rule = {
  id: "P75",
  hop: "target-group",
  title: "a destroy takes away what another resource writes",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage", hasBlocks: true },
  check: {},
};
