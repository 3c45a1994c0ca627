import type { Rule } from "../rule";

export const P16: Rule = {
  id: "P16",
  hop: "tls",
  title: "validation by mail is wired as validation by DNS",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
