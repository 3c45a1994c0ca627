import type { Rule } from "../rule";

export const P68: Rule = {
  id: "P68",
  hop: "listener",
  title: "the log bucket refuses the balancer",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
