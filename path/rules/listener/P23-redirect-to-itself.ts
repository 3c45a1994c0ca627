import type { Rule } from "../rule";

export const P23: Rule = {
  id: "P23",
  hop: "listener",
  title: "a redirect leads to itself",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails", hits: "every request of its step" },
  check: {},
};
