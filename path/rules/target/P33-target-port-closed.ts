import type { Rule } from "../rule";

export const P33: Rule = {
  id: "P33",
  hop: "target",
  title: "the targets' group does not open their port to the balancer",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "outage", blames: "security groups" },
  check: {},
};
