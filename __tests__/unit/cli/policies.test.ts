import { ROLE_KINDS } from "../../../cli/bootstrap/bootstrap-names";
import { NOT_RECORDED } from "../../../cli/bootstrap/not-recorded";
import { committedPolicy, type PolicyStatement, policyOf } from "../../../cli/bootstrap/policies";
import { DRIFTS } from "../../support/drifts";
import { actionsOf, isRead, refusedBy } from "../../support/iam-policy";

/* The roles' policies as they are committed. That they suffice is shown where stacks are rehearsed. */

/**
 * What IAM takes for all policies within a role, without white space; a policy of its own may have 6,144, which the one
 * to deploy exceeds.
 */
const MAX_INLINE = 10_240;
/** All that IAM allows in the longest names of an account and a bucket. */
const LONGEST = { account: "123456789012", bucket: "b".repeat(63) };
const KINDS = ROLE_KINDS;

describe.each(KINDS)("the policy to %s", (kind) => {
  const { Statement } = committedPolicy(kind);
  const allowing = Statement.filter(({ Effect }) => Effect === "Allow");

  test("fits, with the longest names filled in", () => {
    expect(JSON.stringify(policyOf(kind, LONGEST)).length).toBeLessThanOrEqual(MAX_INLINE);
  });

  test("is sorted, and allows each action once by name", () => {
    for (const { Action } of Statement) expect(Action).toEqual([...new Set(Action)].sort());
    const actions = allowing.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    expect(actions.filter((action) => !action.startsWith("s3:")).length).toBe(
      new Set(actions.filter((action) => !action.startsWith("s3:"))).size,
    );
    expect(new Set(Statement.map(({ Sid }) => Sid)).size).toBe(Statement.length);
  });

  test("has no placeholder left once it is filled in", () => {
    expect(JSON.stringify(policyOf(kind, LONGEST))).not.toMatch(/[<>]/);
  });

  test("touches buckets, roles and parameters by name only", () => {
    const named = allowing.filter(({ Action }) => Action.some((action) => /^(s3|iam|ssm):/.test(action)));
    for (const { Resource } of named)
      for (const each of [Resource].flat())
        expect(each).toMatch(
          /^arn:aws:(s3:::<bucket>|iam::<account>:(role|instance-profile)\/(alb-web-|aws-service-role\/)|ssm:\*::parameter\/aws\/service\/)/,
        );
  });
});

test("the policy to plan only reads", () => {
  expect(actionsOf(committedPolicy("plan")).filter((action) => !isRead(action))).toEqual([]);
});

test("the policy to keep reads and writes records, and nothing else", () => {
  expect(committedPolicy("keep").Statement).toEqual([
    {
      Sid: "KeepRecords",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:PutObject"],
      Resource: "arn:aws:s3:::<bucket>/plans/*",
    },
  ]);
});

test("whoever may deploy may plan", () => {
  const deploy = actionsOf(committedPolicy("deploy"));
  expect(actionsOf(committedPolicy("plan")).filter((action) => !deploy.includes(action))).toEqual([]);
});

test("roles are given to instances only, and may use Session Manager only", () => {
  const statement = (action: string): PolicyStatement | undefined =>
    committedPolicy("deploy").Statement.find(({ Action }) => Action.includes(action));
  expect(statement("iam:PassRole")).toMatchObject({
    Resource: "arn:aws:iam::<account>:role/alb-web-*",
    Condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
  });
  expect(statement("iam:AttachRolePolicy")).toMatchObject({
    Condition: { ArnEquals: { "iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore" } },
  });
  expect(actionsOf(committedPolicy("deploy"))).not.toContain("iam:PutRolePolicy");
});

test("the table of what was not recorded says for each action why, and names none that no policy has", () => {
  const allowed = KINDS.flatMap((kind) => actionsOf(committedPolicy(kind)));
  expect(Object.keys(NOT_RECORDED).filter((action) => !allowed.includes(action))).toEqual([]);
  expect(Object.keys(NOT_RECORDED)).toEqual(Object.keys(NOT_RECORDED).sort());
  for (const { why } of Object.values(NOT_RECORDED)) expect(why).not.toBe("");
});

test("each repair of the table is one that is tried, and the other way round", () => {
  const repairs = Object.entries(NOT_RECORDED).filter(([, { called }]) => called === "by a repair");
  const triedFor = (action: string) =>
    Object.entries(DRIFTS)
      .filter(([, { repair = [] }]) => repair.includes(action))
      .map(([name]) => name);
  for (const [action, { why }] of repairs)
    expect([action, triedFor(action)]).toEqual([action, expect.arrayContaining([why])]);
  expect(
    Object.values(DRIFTS)
      .flatMap(({ repair = [] }) => repair)
      .filter((action) => NOT_RECORDED[action] === undefined),
  ).toEqual([]);
});

describe("a call is found to be refused", () => {
  const call = (action: string, resource = "*", client: "terraform" | "other" = "terraform") => [
    { action, resource, client },
  ];

  test.each([
    ["an action that no policy has", "deploy", "ec2:CreateVpnGateway", "*"],
    ["a change, by the role to plan", "plan", "ec2:CreateVpc", "*"],
    ["a state's object, by the role to plan", "plan", "s3:PutObject", "arn:aws:s3:::any-bucket/web/terraform.tfstate"],
    ["a role of another name", "deploy", "iam:CreateRole", "arn:aws:iam::123456789012:role/admin"],
    ["what a statement denies", "deploy", "iam:TagRole", "arn:aws:iam::123456789012:role/alb-web-deploy"],
    [
      "a role of the bootstrap's for an instance",
      "deploy",
      "iam:PassRole",
      "arn:aws:iam::123456789012:role/alb-web-plan",
    ],
    ["the bootstrap's own state", "deploy", "s3:PutObject", "arn:aws:s3:::any-bucket/bootstrap/terraform.tfstate"],
    [
      "a record of a plan, by the role to deploy",
      "deploy",
      "s3:PutObject",
      "arn:aws:s3:::any-bucket/plans/7/a/b/web.json",
    ],
    [
      "the key of records, by the role to deploy",
      "deploy",
      "s3:PutObject",
      "arn:aws:s3:::any-bucket/alb-web/record.key",
    ],
    ["a record of a plan, by the role to plan", "plan", "s3:PutObject", "arn:aws:s3:::any-bucket/plans/7/a/b/web.json"],
    [
      "a state's lock, by the role to plan",
      "plan",
      "s3:PutObject",
      "arn:aws:s3:::any-bucket/web/terraform.tfstate.tflock",
    ],
    [
      "to read the bootstrap's own state",
      "plan",
      "s3:GetObject",
      "arn:aws:s3:::any-bucket/bootstrap/terraform.tfstate",
    ],
    ["a state, by the role to keep", "keep", "s3:GetObject", "arn:aws:s3:::any-bucket/web/terraform.tfstate"],
  ] as const)("%s", (_what, kind, action, resource) => {
    expect(refusedBy(kind, call(action, resource))).toEqual([`${action} on ${resource}`]);
  });

  test("unless it is allowed, or somebody else's", () => {
    expect(refusedBy("plan", call("s3:GetObject", "arn:aws:s3:::any-bucket/web/terraform.tfstate"))).toEqual([]);
    expect(refusedBy("keep", call("s3:PutObject", "arn:aws:s3:::any-bucket/plans/7/a/b/web.json"))).toEqual([]);
    expect(refusedBy("deploy", call("s3:PutObject", "arn:aws:s3:::any-bucket/deploys/7/a/web.started"))).toEqual([]);
    expect(refusedBy("deploy", call("iam:CreateRole", "arn:aws:iam::123456789012:role/alb-web-site-1"))).toEqual([]);
    expect(refusedBy("deploy", call("ec2:CreateVpnGateway", "*", "other"))).toEqual([]);
  });
});
