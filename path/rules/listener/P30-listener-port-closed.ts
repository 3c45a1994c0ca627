import type { Rule } from "../rule";

export const P30: Rule = {
  id: "P30",
  hop: "listener",
  title: "the balancer's group does not open the listener's port",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "outage", blames: "security groups" },
  check: {},
};
