import { join } from "node:path";
import { Command } from "commander";
import { EXIT, newCommand, runCommand } from "./command";
import { DESCRIPTION, MOMENTS, MORE_HELP } from "./moments";

/*
 * The program of a checkout. Only the file of the command that runs is loaded, so that trace and review start without
 * cdktf, the AWS SDK and the other dependencies. The published package runs bundled.ts instead.
 */

/** The exports of a file in commands/; the file is named after the command. */
interface CommandFile {
  commandLine(): Command;
  /** The exit code of invalid usage, if 2 has another meaning. */
  readonly usageExit?: number;
}

let usageExit: number = EXIT.usage;
void runCommand(
  async () => {
    const [first, second] = process.argv.slice(2);
    await programFor(first === "help" ? second : first).parseAsync();
  },
  () => usageExit,
);

/** @param asked the command whose file is loaded; the others need only their name and summary */
function programFor(asked: string | undefined): Command {
  const program = newCommand("alb-web", DESCRIPTION, MORE_HELP);
  for (const [moment, commands] of Object.entries(MOMENTS))
    for (const [name, summary] of Object.entries(commands))
      program.addCommand((name === asked ? loaded(name) : new Command(name)).summary(summary).helpGroup(moment));
  return program;
}

function loaded(name: string): Command {
  const file = require(fileOf(name)) as CommandFile;
  usageExit = file.usageExit ?? EXIT.usage;
  return file.commandLine();
}

function fileOf(name: string): string {
  return join(__dirname, "commands", `${name}.ts`);
}
