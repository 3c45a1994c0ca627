import type { Rule } from "../rule";

export const P74: Rule = {
  id: "P74",
  hop: "listener",
  title: "a resource has a new address, and the old one is in the way",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails", hasBlocks: true, breaksHop: false },
  check: {},
};
