import { newCommand, runCommand } from "./command";
import { reviewCommand } from "./review";
import { traceCommand } from "./trace";

/* The command of the package: what serves everyone's Terraform. */

void runCommand(() =>
  newCommand(
    "alb-web",
    "Traces the path of a request through Terraform, and reviews what a plan does to it.",
    "each command's --help names its own",
  )
    .addCommand(traceCommand())
    .addCommand(reviewCommand())
    .parseAsync(),
);
