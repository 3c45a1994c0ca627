import type { Rule } from "../rule";

export const P29: Rule = {
  id: "P29",
  hop: "listener",
  title: "the target group speaks a protocol that the clients do not",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage", hits: "every request to its group" },
  check: {},
};
