import type { Rule } from "../rule";

export const P08: Rule = {
  id: "P08",
  hop: "dns",
  title: "IPv6 is answered or listened to on one side only",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
