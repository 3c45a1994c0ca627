import type { Rule } from "../rule";

export const P12: Rule = {
  id: "P12",
  hop: "tls",
  title: "a wildcard is taken for a name that it does not cover",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
