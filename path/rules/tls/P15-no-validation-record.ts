import type { Rule } from "../rule";

export const P15: Rule = {
  id: "P15",
  hop: "tls",
  title: "a name of the certificate has no validation record where it is looked for",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "fails where it is made" },
  check: {},
};
