import type { Rule } from "../rule";

export const P66: Rule = {
  id: "P66",
  hop: "target",
  title: "new user data is not run on instances that stay",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["plan"],
  review: { effect: "outage", toldBy: "changes" },
  check: {},
};
