import type { Rule } from "../rule";

export const P44: Rule = {
  id: "P44",
  hop: "listener",
  title: "a subnet of the public balancer has no route to the internet",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "outage" },
  check: {},
};
