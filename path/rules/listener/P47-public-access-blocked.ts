import type { Rule } from "../rule";

export const P47: Rule = {
  id: "P47",
  hop: "listener",
  title: "the VPC blocks public access",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
