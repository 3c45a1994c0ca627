import type { Rule } from "../rule";

export const P26: Rule = {
  id: "P26",
  hop: "listener",
  title: "no rule matches, and the default only answers a fixed text",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "outage" },
  check: {},
};
