import type { Command } from "commander";
import { newCommand, runCommand } from "./command";
import { commandLine as explain } from "./commands/explain";
import { commandLine as postReview } from "./commands/post-review";
import { commandLine as review } from "./commands/review";
import { commandLine as trace } from "./commands/trace";
import { DESCRIPTION, MOMENTS, MORE_HELP } from "./moments";

/* The commands that work on any Terraform; bundle/build.ts bundles them into one file that needs no installation. */

const COMMANDS: Readonly<Record<string, () => Command>> = { trace, explain, review, "post-review": postReview };

void runCommand(async () => {
  const program = newCommand("alb-web", DESCRIPTION, MORE_HELP);
  for (const [moment, commands] of Object.entries(MOMENTS))
    for (const [name, summary] of Object.entries(commands)) {
      const command = COMMANDS[name]?.().summary(summary).helpGroup(moment);
      if (command !== undefined) program.addCommand(command);
    }
  await program.parseAsync();
});
