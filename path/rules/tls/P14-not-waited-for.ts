import type { Rule } from "../rule";

export const P14: Rule = {
  id: "P14",
  hop: "tls",
  title: "the listener does not wait for the certificate's validation",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["plan"],
  review: { effect: "fails" },
  check: {},
};
