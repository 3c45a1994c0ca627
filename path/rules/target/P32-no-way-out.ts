import type { Rule } from "../rule";

export const P32: Rule = {
  id: "P32",
  hop: "target",
  title: "the balancer's group does not let requests out to the targets",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "outage", blames: "security groups" },
  check: {},
};
