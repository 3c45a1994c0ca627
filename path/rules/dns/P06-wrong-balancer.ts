import type { Rule } from "../rule";

export const P06: Rule = {
  id: "P06",
  hop: "dns",
  title: "the record leads to another balancer, to one by a fixed name, or to nothing",
  certainty: ["certain", "likely"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "outage" },
  check: {},
};
