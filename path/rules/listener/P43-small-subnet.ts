import type { Rule } from "../rule";

export const P43: Rule = {
  id: "P43",
  hop: "listener",
  title: "a subnet of the balancer is too small",
  certainty: ["apply", "likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
