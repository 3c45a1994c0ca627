import type { Command } from "commander";
import { newCommand, runCommand } from "./command";
import { commandLine as explain } from "./commands/explain";
import { commandLine as postReview } from "./commands/post-review";
import { commandLine as review } from "./commands/review";
import { commandLine as trace } from "./commands/trace";
import { DESCRIPTION, MOMENTS } from "./moments";

/* The commands that serve everyone's Terraform; bundle/build.ts makes one file of them, which needs no installation. */

const COMMANDS: Readonly<Record<string, () => Command>> = { trace, explain, review, "post-review": postReview };

void runCommand(async () => {
  const program = newCommand("alb-web", DESCRIPTION, "each command's --help names its own");
  for (const [moment, commands] of Object.entries(MOMENTS))
    for (const [name, purpose] of Object.entries(commands)) {
      const command = COMMANDS[name]?.().summary(purpose).helpGroup(moment);
      if (command !== undefined) program.addCommand(command);
    }
  await program.parseAsync();
});
