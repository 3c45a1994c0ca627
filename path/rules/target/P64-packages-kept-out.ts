import type { Rule } from "../rule";

export const P64: Rule = {
  id: "P64",
  hop: "target",
  title: "the instances' group lets no packages in",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration", "boot scripts"],
  review: { effect: "outage", blames: "security groups" },
  check: {},
};
