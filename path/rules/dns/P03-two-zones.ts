import type { Rule } from "../rule";

export const P03: Rule = {
  id: "P03",
  hop: "dns",
  title: "two public zones have one name",
  certainty: ["likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
