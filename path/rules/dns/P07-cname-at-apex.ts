import type { Rule } from "../rule";

export const P07: Rule = {
  id: "P07",
  hop: "dns",
  title: "a CNAME stands at the top of its zone",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
