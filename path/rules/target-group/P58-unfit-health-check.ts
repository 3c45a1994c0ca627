import type { Rule } from "../rule";

export const P58: Rule = {
  id: "P58",
  hop: "target-group",
  title: "the health check or the group is not one of an application load balancer",
  certainty: ["plan"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
