import type { Rule } from "../rule";

export const P59: Rule = {
  id: "P59",
  hop: "listener",
  title: "a name is one that AWS does not allow",
  certainty: ["plan"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
