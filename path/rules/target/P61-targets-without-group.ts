import type { Rule } from "../rule";

export const P61: Rule = {
  id: "P61",
  hop: "target",
  title: "the targets have no security group of their own",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage", blames: "security groups" },
  check: {},
};
