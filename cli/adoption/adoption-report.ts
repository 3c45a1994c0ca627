import { command, word } from "../../machine/text/pasteable";
import { printable } from "../../machine/text/printable";
import type { AdoptionResult } from "./adopt-stack";
import type { LeftOver } from "./left-over";
import { type Ambiguity, type Found, shortened, valueAt } from "./model";

/** The last line of terraform's plan. */
const PLAN_SUMMARY = /^(Plan: .*|No changes\..*)$/m;

/** Whether a person must decide or check something. */
export function needsPerson({ ambiguities, leftOver, unsearched, interrupted }: AdoptionResult): boolean {
  return ambiguities.length + leftOver.length + unsearched.length + interrupted.length > 0;
}

/** The result as text; the plan comes first if anything is adopted. */
export function adoptionReport(result: AdoptionResult): string {
  const { adoptions, ambiguities, leftOver, undecided, unsearched, interrupted, replaced, planText, folder } = result;
  const width = Math.max(...adoptions.map(({ address }) => address.length));
  const sections = [
    adoptions.map(
      ({ address, found }) =>
        `adopted     ${address.padEnd(width)}  ${shortened(found.id)}` +
        `${replaced.includes(address) ? "  (differs from main.ts: the plan replaces it)" : ""}`,
    ),
    ambiguities.flatMap((it) => [`ambiguous   ${it.address}: ${it.why}`, ...candidatesOf(it, result)]),
    undecided.length === 0
      ? []
      : [
          `undecided   ${undecided.length} more, which belong to one of the ambiguous resources: ` +
            `${undecided.map(({ id }) => shortened(id)).join(", ")}`,
        ],
    leftOver.flatMap((it) => leftOverLines(it, folder)),
    interrupted.flatMap(({ address, id }) => [
      `interrupted ${address}, ${shortened(id)}: tainted in the state, and a deploy cannot replace it, because AWS ` +
        "protects it or allows only one with its name",
      `              ${command`terraform -chdir=${word.file(folder)} untaint ${word.address(address)}`}`,
    ]),
    unsearched.map(
      (address) =>
        `unknown     ${address}: adopt cannot find resources of this type; if it exists on AWS, use terraform import`,
    ),
  ].flat();
  const lines = [...sections, ...(sections.length > 0 ? [""] : []), ...closing(result), ...nextSteps(result)];
  // A name with a line break could start a line that looks like part of the report.
  return [...(adoptions.length === 0 ? [] : [planText, ""]), ...lines.map(printable)].join("\n");
}

function candidatesOf({ address, candidates }: Ambiguity, result: AdoptionResult): string[] {
  return candidates.flatMap((found) => [
    `              ${[found.id, madeAt(found), held(found, result)].filter(Boolean).join(", ")}`,
    `                ${found.look}`,
    "                " +
      `${command`npx alb-web adopt ${word.stack(result.stackId)} --use ${word.address(address)}=${word.awsId(found.id)}`}`,
  ]);
}

function leftOverLines({ found, remark, successorOf }: LeftOver, folder: string): string[] {
  const name = valueAt({ name: found.values["tags.Name"] ?? found.values.name }, "name");
  const keep =
    successorOf === undefined
      ? []
      : [
          "              to keep this one instead, run this, then adopt again: " +
            `${command`terraform -chdir=${word.file(folder)} state rm ${word.address(successorOf)}`}`,
        ];
  const what = [shortened(found.id), found.type, typeof name === "string" ? `"${name}"` : "", madeAt(found)];
  return [`left over   ${what.filter(Boolean).join(", ")}: ${remark}`, `              ${found.look}`, ...keep];
}

function madeAt({ createdAt }: Found): string {
  return createdAt === undefined ? "" : `created ${createdAt.toISOString().replace(/\.\d+Z$/, "Z")}`;
}

/** How many of the found resources are in it: the VPC of a killed first apply has fewer than that of a later one. */
function held({ id, type }: Found, { undecided }: AdoptionResult): string {
  if (type !== "aws_vpc") return "";
  return `contains ${undecided.filter(({ values }) => values.vpc_id === id).length} of the undecided`;
}

function closing({ stackId, adoptions, ambiguities, leftOver, planText }: AdoptionResult): string[] {
  const isNothing = adoptions.length + ambiguities.length + leftOver.length === 0;
  const counts = `${adoptions.length} adopted, ${ambiguities.length} ambiguous, ${leftOver.length} left over.`;
  const plan = PLAN_SUMMARY.exec(planText)?.[0];
  return [
    `${stackId}: ` + `${isNothing ? "nothing to adopt; all resources of this stack on AWS are in its state." : counts}`,
    ...(plan === undefined ? [] : [plan]),
  ];
}

function nextSteps(result: AdoptionResult): string[] {
  const { adoptions, ambiguities, leftOver, interrupted, stackId } = result;
  const steps = [
    ambiguities.length > 0
      ? "choose the ambiguous resources to adopt, delete the others, and run " +
        `${command`npx alb-web adopt ${word.stack(stackId)}`} again`
      : "",
    leftOver.length > 0
      ? "check what is left over and delete it if nobody needs it; neither terraform nor adopt deletes it"
      : "",
    interrupted.length > 0 ? "untaint the interrupted resources, so that the deploy completes them in place" : "",
    ambiguities.length === 0 && adoptions.length > 0
      ? `${command`npx cdktf deploy ${word.stack(stackId)}`}, then ` +
        `${command`npx alb-web adopt ${word.stack(stackId)}`} again, which checks that nothing is left and ` +
        "removes the import blocks"
      : "",
  ].filter(Boolean);
  return steps.map((step, index) => `${index === 0 ? "Next: " : "      "}${step}`);
}
