import { known } from "../../../topology/value";
import { targetsByServer } from "../../analysis/targets/targets-by-server";
import { fix, setting } from "../../fixes/fix";
import type { Rule, TargetCheck } from "../rule";

const checkChangedUserData: TargetCheck = ({ targets }, report) => {
  for (const server of targetsByServer(targets).keys()) {
    if (!server.changesUserDataInPlace || known(server.userDataReplaceOnChange) === true) continue;
    report.finding({
      address: server.address,
      attribute: "user_data_replace_on_change",
      observed:
        "the plan changes the user data of an existing instance, which is stopped and started and does not run it",
      required: "`user_data_replace_on_change = true`, so that a new instance runs it",
      symptom: "an outage while the instance stops and starts, then the same content as before",
      fix: fix(
        "Replace the instance when its user data changes. Review the plan before you apply it.",
        "every instance has it, so no prop causes this; remove the override",
        [setting(server.address, "user_data_replace_on_change", true)],
      ),
    });
  }
};

export const P66: Rule = {
  id: "P66",
  hop: "target",
  title: "changed user data does not run on existing instances",
  certainty: ["certain"],
  onlyIn: "plans of changes",
  why:
    "EC2 changes the user data only of a stopped instance, so Terraform stops the instance and starts it again. " +
    "cloud-init runs a script once, at the first boot of an instance, so the new script is stored and never runs. " +
    "The change causes an outage and has no effect.",
  symptom: "an outage while the instance stops and starts, then the same content as before",
  symptoms: ["503", "unhealthy"],
  source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html",
  needs: ["plan"],
  review: { effect: "outage", reportedBy: "changes" },
  check: { targets: checkChangedUserData },
};
