import type { Rule } from "../rule";

export const P53: Rule = {
  id: "P53",
  hop: "target",
  title: "an attachment's port is one that the targets do not serve",
  certainty: ["certain", "likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["boot scripts"],
  review: { effect: "outage" },
  check: {},
};
