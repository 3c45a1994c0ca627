import { RULES } from "../../../path/rules/all";
import { list, object, text } from "../values";
import type { AcceptedFinding } from "../web-stack-props";

export const accept = list(
  object<AcceptedFinding>(
    {
      finding: text(
        (it) => RULES.some(({ id }) => id === it),
        `must be the id of a rule, from ${RULES[0]?.id} to ${RULES.at(-1)?.id}, such as "P33"`,
      ),
      reason: text(
        (it) => it.trim() !== "" && it.length <= 500,
        "must be a string of 1 to 500 characters; explain why the finding is acceptable here",
      ),
    },
    {
      address: text(
        (it) => it.length <= 500 && /^[a-z]\w*\.\S/.test(it) && !/[\n\r]/.test(it),
        'must be the address that the finding reports, such as "aws_security_group.web"',
      ),
    },
  ),
  0,
  500,
  "must be a list of { finding, reason } or { finding, address, reason } entries",
);
