import type { Rule } from "../rule";

export const P22: Rule = {
  id: "P22",
  hop: "listener",
  title: "a redirect leads to a port on which nothing listens",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "outage", hits: "every request of its step" },
  check: {},
};
