import type { Rule } from "../rule";

export const P73: Rule = {
  id: "P73",
  hop: "target",
  title: "an entry of that number exists already in its network ACL",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails", hasBlocks: true },
  check: {},
};
