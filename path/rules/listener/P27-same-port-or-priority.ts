import type { Rule } from "../rule";

export const P27: Rule = {
  id: "P27",
  hop: "listener",
  title: "two listeners on one port, or two rules of one priority",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails", toldBy: "changes" },
  check: {},
};
