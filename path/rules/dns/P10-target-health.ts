import type { Rule } from "../rule";

export const P10: Rule = {
  id: "P10",
  hop: "dns",
  title: "target health decides on a record, with nothing to decide on",
  certainty: ["likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
