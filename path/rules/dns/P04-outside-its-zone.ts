import type { Rule } from "../rule";

export const P04: Rule = {
  id: "P04",
  hop: "dns",
  title: "the record's name is outside its zone",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
