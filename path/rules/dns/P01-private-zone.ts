import type { Rule } from "../rule";

export const P01: Rule = {
  id: "P01",
  hop: "dns",
  title: "the record is in a private zone",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
