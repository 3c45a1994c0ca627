import type { Rule } from "../rule";

export const P38: Rule = {
  id: "P38",
  hop: "listener",
  title: "a prefix list takes more rules than a group may have",
  certainty: ["likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
