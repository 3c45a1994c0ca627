import { fix } from "../../path/fixes/fix";
import type { Edit, Finding, TraceReport } from "../../path/report";

/** What stands for a boot script: it may hold secrets, and reports go where many can read them. */
const SHOWN = "… as it is, with this change …";
const SCRIPTS = ["user_data", "user_data_base64"];

/** The same report, in which a fix shows no boot script. */
export function withoutScripts(report: TraceReport): TraceReport {
  return { ...report, findings: report.findings.map(withoutScript) };
}

function withoutScript(finding: Finding): Finding {
  const { text, props, edits } = finding.fix;
  const shown = edits.map(shownEdit);
  return shown.every((edit, index) => edit === edits[index]) ? finding : { ...finding, fix: fix(text, props, shown) };
}

function shownEdit(edit: Edit): Edit {
  if ("set" in edit)
    return edit.path.some((part) => SCRIPTS.includes(String(part))) && edit.value !== undefined
      ? { ...edit, value: SHOWN }
      : edit;
  if ("add" in edit && SCRIPTS.some((name) => Object.hasOwn(edit.body, name))) {
    return {
      ...edit,
      body: Object.fromEntries(
        Object.entries(edit.body).map(([name, value]) => [name, SCRIPTS.includes(name) ? SHOWN : value]),
      ),
    };
  }
  return edit;
}
