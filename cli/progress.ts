import {
  Listr,
  type ListrGetRendererClassFromValue,
  ListrLogger,
  type ListrTask,
  PRESET_TIMER,
  ProcessOutput,
} from "listr2";
import { printable } from "../machine/text/printable";

type Renderer<Name extends "default" | "simple"> = ListrGetRendererClassFromValue<Name>;

/** A task, and what it hands on to the next ones. */
export type Task<Ctx extends object> = ListrTask<Ctx, Renderer<"default"> | Renderer<"simple">, Renderer<"simple">>;

/** A task failed; the list shows just that, as what failed is told once, at the end. */
class Failed extends Error {
  constructor(readonly reason: unknown) {
    super("failed");
  }
}

/** A task of a list within a list; those of `taskList` itself are so already. */
export function quiet<Ctx extends object>(task: Task<Ctx>): Task<Ctx> {
  const run: Task<Ctx>["task"] = async (context, wrapper) => {
    try {
      return await task.task(context, plain(wrapper));
    } catch (error) {
      throw error instanceof Failed ? error : new Failed(error);
    }
  };
  return { ...task, ...(typeof task.title === "string" && { title: printable(task.title) }), task: run };
}

/**
 * Whatever is told of a task, its title and its progress, is one line of plain text: names and answers of others are in
 * it.
 */
function plain<T extends object>(wrapper: T): T {
  return new Proxy(wrapper, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
    set: (target, name, value: unknown) =>
      Reflect.set(target, name, typeof value === "string" ? printable(value) : value),
  });
}

/**
 * Whether the list is drawn in place, with each task's progress below its title; else everything is a line of its own.
 */
const isDrawn = (): boolean => process.stderr.isTTY === true && process.stdout.isTTY === true;

/**
 * Shows how far a task is.
 * @param title what the task is called: a line that stands by itself begins with it
 */
export function showProgress(task: { output: string }, title: string, text: string): void {
  task.output = isDrawn() ? text : `${title}: ${text}`;
}

/**
 * Shows tasks, what they are at and how long they took, on standard error; standard output is the result's.
 * @param signal when it has aborted, its reason is thrown, whatever the tasks made of it
 * @throws what the first task throws that fails
 */
export async function taskList<Ctx extends object>(
  tasks: Task<Ctx>[],
  context: Ctx,
  signal: AbortSignal,
): Promise<Ctx> {
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const list = new Listr<Ctx, "default" | "simple", "simple">(tasks.map(quiet), {
    ctx: context,
    renderer: isDrawn() ? "default" : "simple",
    fallbackRenderer: "simple",
    rendererOptions: { logger, timer: PRESET_TIMER, collapseSubtasks: false, showErrorMessage: false },
    fallbackRendererOptions: { logger, timer: PRESET_TIMER },
    // What ends the process is decided in one place, which also cleans up.
    registerSignalListeners: false,
  });
  const done = await list.run().catch((error: unknown) => {
    signal.throwIfAborted();
    throw error instanceof Failed ? error.reason : error;
  });
  signal.throwIfAborted();
  return done;
}
