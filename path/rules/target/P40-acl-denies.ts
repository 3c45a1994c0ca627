import type { Rule } from "../rule";

export const P40: Rule = {
  id: "P40",
  hop: "target",
  title: "a network ACL denies what a later entry allows, or has no entries",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
