import type { Rule } from "../rule";

export const P09: Rule = {
  id: "P09",
  hop: "dns",
  title: "a public record leads to an internal balancer",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
