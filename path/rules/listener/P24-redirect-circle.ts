import type { Rule } from "../rule";

export const P24: Rule = {
  id: "P24",
  hop: "listener",
  title: "redirects lead in a circle",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage", hits: "every request of its step" },
  check: {},
};
