import type { Rule } from "../rule";

export const P51: Rule = {
  id: "P51",
  hop: "target-group",
  title: "balancer, target group and targets are in different VPCs",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
