import type { Rule } from "../rule";

export const P34: Rule = {
  id: "P34",
  hop: "target",
  title: "the targets' group does not open the health check's port",
  certainty: ["certain", "likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "outage", blames: "security groups" },
  check: {},
};
