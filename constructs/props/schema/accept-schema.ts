import { RULES } from "../../../path/rules/all";
import { list, object, text } from "../values";
import type { AcceptedFinding } from "../web-stack-props";

export const accept = list(
  object<AcceptedFinding>(
    {
      finding: text(
        (it) => RULES.some(({ id }) => id === it),
        `must be the id of a finding, from ${RULES[0]?.id} to ${RULES.at(-1)?.id}, such as "P33"`,
      ),
      reason: text(
        (it) => it.trim() !== "" && it.length <= 500,
        "must be a sentence of at most 500 characters; say why the finding is acceptable here",
      ),
    },
    {
      address: text(
        (it) => it.length <= 500 && /^[a-z]\w*\.\S/.test(it) && !/[\n\r]/.test(it),
        'must be the address at which the finding is, such as "aws_security_group.web"',
      ),
    },
  ),
  0,
  500,
  "must be a list of { finding, reason } and { finding, address, reason }",
);
