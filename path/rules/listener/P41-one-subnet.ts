import type { Rule } from "../rule";

export const P41: Rule = {
  id: "P41",
  hop: "listener",
  title: "the balancer has fewer than two subnets",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
