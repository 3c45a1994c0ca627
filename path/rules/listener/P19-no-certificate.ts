import type { Rule } from "../rule";

export const P19: Rule = {
  id: "P19",
  hop: "listener",
  title: "an HTTPS listener has no certificate",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
