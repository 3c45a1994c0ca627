import type { Rule } from "../rule";

export const P76: Rule = {
  id: "P76",
  hop: "listener",
  title: "the web ACL blocks everything",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
