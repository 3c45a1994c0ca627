import type { Rule } from "../rule";

export const P20: Rule = {
  id: "P20",
  hop: "listener",
  title: "a listener's or group's protocol, certificate or TLS policy does not fit the balancer",
  certainty: ["apply"],
  why: "",
  symptom: "",
  shows: [],
  source: "",
  needs: [],
  review: { effect: "fails" },
  check: {},
};
