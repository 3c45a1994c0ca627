import { FIRST_EDITS } from "../../../support/edits";
import { synthOf } from "../../../support/synth";

/* A prop that the compiler knows of and no part reads would be accepted and do nothing. */

test.each(FIRST_EDITS)("%s changes what is synthesized", (prop, props) => {
  // What is accepted of the edit is not there without it.
  const edited = { ...props, accept: undefined };
  const without = { ...edited, [prop]: prop === "domainName" ? "www.example.com" : undefined };
  expect(synthOf(edited)).not.toEqual(synthOf(without));
});
