import { Listr, ListrLogger, PRESET_TIMER, ProcessOutput, type ListrGetRendererClassFromValue, type ListrTask } from "listr2";

type Renderer<Name extends "default" | "simple"> = ListrGetRendererClassFromValue<Name>;

/** A task, and what it hands on to the next ones. */
export type Task<Ctx extends object> = ListrTask<Ctx, Renderer<"default"> | Renderer<"simple">, Renderer<"simple">>;

/**
 * Shows tasks, what they are at and how long they took, on standard error; standard output is the result's.
 * @throws what the first task throws that fails; it is not shown, so that it can be told once, at the end
 */
export async function taskList<Ctx extends object>(tasks: Task<Ctx>[], context: Ctx): Promise<Ctx> {
  let failure: unknown;
  const told = tasks.map((task): Task<Ctx> => ({
    ...task,
    task: async (ctx, wrapper) => {
      try {
        return await task.task(ctx, wrapper);
      } catch (error) {
        failure = error;
        throw new Error("failed");
      }
    },
  }));
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const list = new Listr<Ctx, "default" | "simple", "simple">(told, {
    ctx: context,
    renderer: process.stderr.isTTY ? "default" : "simple",
    fallbackRenderer: "simple",
    rendererOptions: { logger, timer: PRESET_TIMER, collapseSubtasks: false, showErrorMessage: false },
    fallbackRendererOptions: { logger, timer: PRESET_TIMER },
    // What ends the process is decided in one place, which also cleans up.
    registerSignalListeners: false,
  });
  return list.run().catch((error: unknown) => {
    throw failure ?? error;
  });
}
