import type { Rule } from "../rule";

export const P17: Rule = {
  id: "P17",
  hop: "tls",
  title: "a CAA record keeps Amazon from issuing",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails where it is made" },
  check: {},
};
