import type { Rule } from "../rule";

export const P11: Rule = {
  id: "P11",
  hop: "tls",
  title: "the certificate does not cover the name",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
