import type { Rule } from "../rule";

export const P63: Rule = {
  id: "P63",
  hop: "target",
  title: "the NAT gateway has no way out, or not for all addresses",
  certainty: ["certain"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: ["whole configuration"],
  review: { effect: "outage" },
  check: {},
};
