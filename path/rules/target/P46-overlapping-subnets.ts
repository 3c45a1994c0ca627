import type { Rule } from "../rule";

export const P46: Rule = {
  id: "P46",
  hop: "target",
  title: "subnets overlap or lie outside their VPC",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
