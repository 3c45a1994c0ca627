import type { Rule } from "../rule";

export const P21: Rule = {
  id: "P21",
  hop: "listener",
  title: "nothing listens on the client's port",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "outage" },
  check: {},
};
