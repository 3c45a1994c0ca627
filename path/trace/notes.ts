import type { Balancer, Topology } from "../../topology/model";
import type { Deadline } from "../deadline";
import type { Assumption, Finding, Open } from "../report";
import type { FileReporter, Rule } from "../rules/rule";
import { findingOf, type NamedCheck } from "./checks";

/** What a check reported. */
export type Note = {
  /** Absent: on every path. */
  readonly on?: readonly Balancer[];
} & (
  | { readonly kind: "finding"; readonly finding: Finding }
  | { readonly kind: "open"; readonly open: Open }
  | { readonly kind: "assumption"; readonly assumption: Assumption }
);

/**
 * Returns a function that runs one check and records what it reports, unless the time is up. Checks of paths and
 * targets get the same reporter as checks of files, and pass no load balancers to it.
 * @throws {TimeIsUp} from that function, if a check reports something after the deadline
 */
export function noteTaker<T>(
  { isPartial }: Topology,
  deadline: Deadline,
  write: (note: Note) => unknown,
): (check: NamedCheck<T>, subject: T) => void {
  const report: Omit<FileReporter, "finding"> = {
    open: (hop, { address, attribute, why }, on) => {
      deadline.check();
      write({ kind: "open", open: { hop, address, attribute, why }, on });
    },
    assume: (assumption) => {
      deadline.check();
      write({ kind: "assumption", assumption });
    },
  };
  const findingsOf =
    (rule: Rule): FileReporter["finding"] =>
    (details, on) => {
      deadline.check();
      const finding = findingOf(details, rule);
      const isSure = isPartial !== true || !rule.needs.includes("whole configuration");
      write(isSure ? { kind: "finding", finding, on } : { kind: "open", open: notWhole(finding), on });
    };
  return (it, subject) => {
    if (it.rule === undefined) it.check(subject, report);
    else it.check(subject, { ...report, finding: findingsOf(it.rule) });
  };
}

function notWhole({ hop, address, attribute }: Finding): Open {
  return {
    hop,
    address,
    attribute,
    why: "the plan does not cover the whole configuration, which may contain what is missing here",
  };
}

/** Findings and assumptions of all paths of one trace, each once. */
export class Notebook {
  readonly findings = new Map<string, Finding>();
  readonly assumed = new Map<string, Assumption>();

  /** Each finding once, as first reported; an error on one path can be only a warning on another. */
  finding(finding: Finding): Finding {
    const { id, address, attribute, severity } = finding;
    return first(this.findings, JSON.stringify([id, address, attribute, severity]), finding);
  }

  assume(assumption: Assumption): void {
    const { hop, address, text } = assumption;
    this.assumed.set(JSON.stringify([hop, address, text]), assumption);
  }
}

/** What was reported for one path. */
export class PathNotes {
  readonly findings = new Set<Finding>();
  readonly open = new Map<string, Open>();

  constructor(private readonly notebook: Notebook) {}

  add(note: Note): void {
    if (note.kind === "finding") this.findings.add(this.notebook.finding(note.finding));
    else if (note.kind === "open") this.leaveOpen(note.open);
    else this.notebook.assume(note.assumption);
  }

  leaveOpen(open: Open): void {
    this.open.set(`${open.hop} ${open.address} ${open.attribute}`, open);
  }
}

function first<T>(all: Map<string, T>, key: string, one: T): T {
  const known = all.get(key);
  if (known !== undefined) return known;
  all.set(key, one);
  return one;
}
