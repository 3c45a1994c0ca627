import type { Rule } from "../rule";

export const P18: Rule = {
  id: "P18",
  hop: "tls",
  title: "a certificate in use is destroyed before its replacement is there",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["plan"],
  review: { effect: "outage", toldBy: "changes" },
  check: {},
};
