import type { Rule } from "../rule";

export const P35: Rule = {
  id: "P35",
  hop: "target",
  title: "a rule's ports, protocol or addresses miss what it is for",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage", blames: "security groups" },
  check: {},
};
