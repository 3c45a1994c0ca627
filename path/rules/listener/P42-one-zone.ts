import type { Rule } from "../rule";

export const P42: Rule = {
  id: "P42",
  hop: "listener",
  title: "two of the balancer's subnets are in one zone",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
