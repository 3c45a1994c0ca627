import type { Rule } from "../rule";

export const P31: Rule = {
  id: "P31",
  hop: "listener",
  title: "the balancer has no security group of its own",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage", blames: "security groups" },
  check: {},
};
