import type { Rule } from "../rule";

export const P39: Rule = {
  id: "P39",
  hop: "target",
  title: "a network ACL keeps out answers or health checks",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
