/**
 * The commands and what each is for, by the moment at which it is used, as in the file `help`. A new one is a file in
 * commands/ and a line here.
 */
export const MOMENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "Try it, on your own machine, without an AWS account:": {
    rehearse: "build every stack of main.ts on a local AWS, check each step, take it down",
  },
  "Bring it to AWS:": {
    bootstrap: "create the buckets for the states that main.ts names, and the roles of GitHub's workflows",
    adopt: "after a deploy was killed: find what it left on AWS, for the next deploy to take over",
    prove: "deploy a site of its own, check it, measure it, take it down",
  },
  "Ask whether it would work, before anything is created:": {
    trace: "trace the path of a request through a plan, a state or a cdk.tf.json, hop by hop",
    explain: "what a finding such as P33 means, why, and how to mend it",
  },
  "Have a plan reviewed:": {
    plan: "plan the stacks of main.ts, and keep each plan in plans/",
    review: "what a plan does to the path of a request, while it is applied and after",
    apply: "apply exactly the plan that was kept, or nothing",
  },
  "In workflows on GitHub:": {
    "post-review": "review plans in a job: in its summary, and in a comment on its pull request",
    comment: "show the plans in plans/ in a comment on a pull request",
    record: "write what the plans in plans/ do as records",
    "keep-plan": "keep a pull request's records in the state buckets until it is merged",
    "deploy-merged": "apply what was merged, if it does what was reviewed",
  },
  "Work on alb-web:": {
    docs: "write the generated pages in docs/",
  },
};

export const DESCRIPTION = "Traces the path of a request through Terraform, and reviews what a plan does to it.";
