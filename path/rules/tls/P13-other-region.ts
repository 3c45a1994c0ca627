import type { Rule } from "../rule";

export const P13: Rule = {
  id: "P13",
  hop: "tls",
  title: "the certificate is in another region",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
