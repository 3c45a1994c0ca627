import type { Rule } from "../rule";

export const P05: Rule = {
  id: "P05",
  hop: "dns",
  title: "the alias names a zone that is not the balancer's own",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
