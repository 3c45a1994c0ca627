/**
 * The commands with one line for each, grouped by the task that they are for, as in the file `help`. A new command is a
 * file in commands/ and a line here.
 */
export const MOMENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "Try it on your machine, without an AWS account:": {
    serve: "Serve a stack, plan or state on this machine, as AWS would: DNS, TLS, load balancer, targets",
    rehearse: "Build the stacks of main.ts on a local AWS, check each step, and destroy them",
  },
  "Deploy to AWS:": {
    bootstrap: "Create the state buckets that main.ts names, and the IAM roles for GitHub workflows",
    adopt: "Find resources that an interrupted deploy left on AWS, so that the next deploy imports them",
    prove: "Deploy a test site to AWS, check it, measure it, and destroy it",
  },
  "Check the path of a request before anything is created:": {
    trace: "Trace the path of a request through a plan, a state or a cdk.tf.json, hop by hop",
    explain: "Explain a rule such as P33: what it checks, why, and how to fix a finding",
  },
  "Review and apply plans:": {
    plan: "Plan the stacks of main.ts and save each plan in plans/",
    review: "Show the effect of a plan on the path of a request, during the apply and after it",
    apply: "Apply exactly the saved plan, or nothing",
  },
  "Run in GitHub workflows:": {
    "post-review": "Review plans in a job: in the job summary and in a comment on the pull request",
    comment: "Post one comment with the plans in plans/ on a pull request",
    record: "Write a record of what each plan in plans/ does",
    "keep-plan": "Store a pull request's records in the state buckets until it is merged",
    "deploy-merged": "Apply a merged pull request if the new plan does what was reviewed",
  },
  "Work on alb-web:": {
    docs: "Write the generated pages in docs/",
  },
};

export const DESCRIPTION =
  "Traces the path of a request through Terraform plans and states, and reviews the effect of a plan on that path.";

/** The end of the program's own help. */
export const MORE_HELP = "Run 'npx alb-web <command> --help' for the options and exit codes of a command.";
