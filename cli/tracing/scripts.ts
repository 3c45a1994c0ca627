import { fix } from "../../path/fixes/fix";
import type { Edit, Finding, TraceReport } from "../../path/report";

/** Replaces user data, which may hold secrets, in reports that many people can read. */
const SHOWN = "… existing script with this change …";
const SCRIPTS = ["user_data", "user_data_base64"];

/** The same report without user data in its fixes. */
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
