import type { Rule } from "../rule";

export const P02: Rule = {
  id: "P02",
  hop: "dns",
  title: "the zone is made here and nothing delegates to it",
  certainty: ["likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
