import { printable } from "../machine/text/printable";
import { colored, draw, drawForGood, isDrawn } from "./terminal";

/* The progress of a command, on standard error: drawn in place on a terminal, and elsewhere a line for each event. */

/** Runs work under a title and shows its progress. @returns the result of the work */
export type Steps = <T>(title: string, run: (step: Step) => T | Promise<T>) => Promise<T>;

/** A step while it runs. */
export interface Step {
  /** Shows the progress within the step. */
  report(text: string): void;
  /** Replaces the title with the result, such as "synthesized: web". */
  rename(title: string): void;
  /** Runs a part of the step. */
  readonly step: Steps;
}

/** A step as it is shown. */
interface Shown {
  title: string;
  report: string;
  state: "running" | "done" | "failed";
  readonly began: number;
  ended: number;
  readonly parts: Shown[];
}

const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const FRAME_MS = 80;

/** Running steps that are not part of another step. */
const running: Shown[] = [];
let timer: NodeJS.Timeout | undefined;

/**
 * The steps of a command, in sequence or in parallel.
 * @param signal when it is aborted, its reason is thrown, whatever the step itself threw
 */
export function stepsUntil(signal: AbortSignal): Steps {
  return stepsIn(undefined, signal);
}

function stepsIn(whole: Shown | undefined, signal: AbortSignal): Steps {
  return async (title, run) => {
    const shown = begin(printable(title), whole);
    const step: Step = {
      report: (text) => report(shown, printable(text)),
      rename: (name) => {
        shown.title = printable(name);
      },
      step: stepsIn(shown, signal),
    };
    try {
      const result = await run(step);
      signal.throwIfAborted();
      end(shown, "done");
      return result;
    } catch (error) {
      end(shown, "failed");
      signal.throwIfAborted();
      throw error;
    }
  };
}

function begin(title: string, whole: Shown | undefined): Shown {
  const shown: Shown = { title, report: "", state: "running", began: Date.now(), ended: 0, parts: [] };
  (whole?.parts ?? running).push(shown);
  if (isDrawn()) timer ??= setInterval(drawAll, FRAME_MS);
  else drawForGood([`❯ ${title}`]);
  return shown;
}

function report(shown: Shown, text: string): void {
  shown.report = text;
  // Steps can run in parallel, so each line names its step.
  if (!isDrawn()) drawForGood([`› ${shown.title}: ${text}`]);
}

function end(shown: Shown, state: "done" | "failed"): void {
  Object.assign(shown, { state, ended: Date.now(), report: "" });
  const isWhole = running.includes(shown);
  if (isWhole) running.splice(running.indexOf(shown), 1);
  if (!isDrawn()) return drawForGood([lineOf(shown)]);
  if (isWhole) drawForGood(linesOf(shown, ""));
  if (running.length > 0) return drawAll();
  clearInterval(timer);
  timer = undefined;
}

function drawAll(): void {
  draw(running.flatMap((it) => linesOf(it, "")));
}

function linesOf(shown: Shown, indent: string): string[] {
  return [
    `${indent}${lineOf(shown)}`,
    ...(shown.report === "" ? [] : [`${indent}  ${colored("dim", `› ${shown.report}`)}`]),
    ...shown.parts.flatMap((it) => linesOf(it, `${indent}  `)),
  ];
}

function lineOf({ title, state, began, ended }: Shown): string {
  if (state === "running") {
    const frame = Math.floor((Date.now() - began) / FRAME_MS) % FRAMES.length;
    return `${colored("yellow", FRAMES[frame] ?? "")} ${title}`;
  }
  const time = colored("dim", `[${timeOf(ended - began)}]`);
  return state === "done" ? `${colored("green", "✔")} ${title} ${time}` : `${colored("red", "✖")} ${title} [failed]`;
}

/** `0.3s`, `12s`, `2m 5s` */
function timeOf(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 1) return `${seconds.toFixed(1)}s`;
  return seconds < 60 ? `${Math.floor(seconds)}s` : `${Math.floor(seconds / 60)}m ${Math.floor(seconds % 60)}s`;
}
