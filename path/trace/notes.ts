import type { Balancer, Topology } from "../../topology/model";
import type { Deadline } from "../deadline";
import type { Assumption, Finding, Open } from "../report";
import { ruleOf } from "../rules/all";
import type { FileReporter } from "../rules/rule";
import { type Checking, findingOf } from "./checks";

/** What a check told: one of the three. */
export interface Note {
  readonly finding?: Finding;
  readonly open?: Open;
  readonly assumption?: Assumption;
  /** Absent: on every path. */
  readonly on?: readonly Balancer[];
}

/** Runs checks one after the other, and writes down what each of them tells, until the time is up. */
export function noting<T>(
  { isPartial }: Topology,
  deadline: Deadline,
  write: (note: Note) => unknown,
): (checking: Checking<(subject: T, report: FileReporter) => void>, subject: T) => void {
  let rule: Checking<unknown>["rule"];
  const report: FileReporter = {
    fault: (fault, on) => {
      deadline.check();
      const finding = findingOf(fault, rule);
      const isSure = isPartial !== true || !ruleOf(finding.id).needs.includes("whole configuration");
      write(isSure ? { finding, on } : { open: notWhole(finding), on });
    },
    open: (hop, { address, attribute, why }, on) => {
      deadline.check();
      write({ open: { hop, address, attribute, why }, on });
    },
    assume: (assumption) => {
      deadline.check();
      write({ assumption });
    },
  };
  return ({ check, rule: it }, subject) => {
    rule = it;
    check(subject, report);
  };
}

function notWhole({ hop, address, attribute }: Finding): Open {
  return {
    hop,
    address,
    attribute,
    why: "the plan is not of the whole configuration, and what is missing here may be there",
  };
}

/** What all paths of one trace share, each told once. */
export class Notebook {
  readonly findings = new Map<string, Finding>();
  readonly assumed = new Map<string, Assumption>();

  /** Each fault once, the first time it is told; what breaks one path can be no more than a warning on another. */
  finding(finding: Finding): Finding {
    const { id, address, attribute, severity } = finding;
    return first(this.findings, JSON.stringify([id, address, attribute, severity]), finding);
  }

  assume(assumption: Assumption): void {
    const { hop, address, text } = assumption;
    this.assumed.set(JSON.stringify([hop, address, text]), assumption);
  }
}

/** What was told of one path. */
export class PathNotes {
  readonly findings = new Set<Finding>();
  readonly open = new Map<string, Open>();

  constructor(private readonly notebook: Notebook) {}

  add({ finding, open, assumption }: Note): void {
    if (finding !== undefined) this.findings.add(this.notebook.finding(finding));
    if (open !== undefined) this.leaveOpen(open);
    if (assumption !== undefined) this.notebook.assume(assumption);
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
