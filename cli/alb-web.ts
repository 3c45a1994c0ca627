import { join } from "node:path";
import { Command } from "commander";
import { EXIT, newCommand, runCommand } from "./command";
import { DESCRIPTION, MOMENTS } from "./moments";

/*
 * The program of a checkout. A command's file is loaded only when that command is asked for, so that trace and review
 * start without cdktf, the AWS SDK and what else the others need. The published package runs bundled.ts in its place.
 */

/** What a file in commands/ has; its name is the command's. */
interface CommandFile {
  commandLine(): Command;
  /** The exit code of wrong usage, where 2 has another meaning. */
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

/** @param asked the command whose file is loaded; of the others, only name and purpose are needed */
function programFor(asked: string | undefined): Command {
  const program = newCommand("alb-web", DESCRIPTION, "each command's --help names its own");
  for (const [moment, commands] of Object.entries(MOMENTS))
    for (const [name, purpose] of Object.entries(commands))
      program.addCommand((name === asked ? loaded(name) : new Command(name)).summary(purpose).helpGroup(moment));
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
