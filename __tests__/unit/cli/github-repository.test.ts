import { githubOf, throwIfForNobody, throwIfOfOthers } from "../../../cli/bootstrap/account";
import { repositoryIn, settled, throwIfOtherSubject } from "../../../cli/bootstrap/ask-github";
import { BRANCH_TAG, REPOSITORY_TAG } from "../../../cli/bootstrap/bootstrap-names";
import { configuration, type Wanted } from "../../../cli/bootstrap/configuration";
import { checkOptions } from "../../../cli/bootstrap/options";
import { subjectOf, trustOf } from "../../../cli/bootstrap/policies";
import { type GitHub, inSubject, isSameRepository, repositoryOf } from "../../../cli/bootstrap/repository";
import { subjectNotes } from "../../../cli/bootstrap/subject-notes";
import { UsageError } from "../../../machine/errors";

/* The repository that the roles are for, in both formats of the subject of GitHub's tokens. */

const PLACE = { bucket: "acme-states", region: "us-east-1" };
/** In the previous format, and with the ids that GitHub has had since 15 July 2026. */
const BY_NAME: GitHub = { repository: "acme/site", branch: "main" };
const BY_ID: GitHub = { ...BY_NAME, ids: { owner: "123456", repository: "456789" } };
const NEVER = { signal: new AbortController().signal, env: {} };

describe("a repository", () => {
  test.each([
    ["acme/site", { repository: "acme/site" }],
    ["acme@123456/site@456789", { repository: "acme/site", ids: { owner: "123456", repository: "456789" } }],
    [
      "a-b@1/c.d_e-f@9007199254740991",
      { repository: "a-b/c.d_e-f", ids: { owner: "1", repository: "9007199254740991" } },
    ],
  ])("is read from %s, and written so", (text, repository) => {
    expect(repositoryOf(text)).toEqual(repository);
    expect(inSubject(repository)).toBe(text);
  });

  test.each([
    "acme@1/site",
    "acme/site@2",
    "acme@/site@",
    "acme@1/site@",
    "acme@01/site@2",
    "acme@0/site@2",
    "acme@1.5/site@2",
    "acme@-1/site@2",
    "acme@1e3/site@2",
    "acme@*/site@*",
    "acme@1/site@2:ref:x",
    "acme@1@1/site@2",
    "acme@1/site@2/x",
    `acme@1/site@${"9".repeat(17)}`,
    "acme/..",
    "acme/.",
    "acme@1/..@2",
    "ac me@1/site@2",
    "${a}@1/site@2",
    "acme@1/site@2\n",
    "",
  ])("is not read from %j", (text) => {
    expect(repositoryOf(text)).toBeUndefined();
    expect(() => checkOptions({ ...PLACE, github: text })).toThrow(
      `--github must be OWNER/REPO, or OWNER@OWNER_ID/REPO@REPO_ID with GitHub's numeric ids (got ${text})`,
    );
  });

  test("is the same by its id whatever it is called, and another one by another id", () => {
    expect(isSameRepository(BY_ID, { repository: "other/name", ids: { owner: "9", repository: "456789" } })).toBe(true);
    expect(isSameRepository(BY_ID, { repository: "acme/site", ids: { owner: "123456", repository: "456790" } })).toBe(
      false,
    );
  });

  test("is the same by its name, however it is spelled, where one has no ids", () => {
    expect(isSameRepository(BY_NAME, { ...BY_ID, repository: "Acme/Site" })).toBe(true);
    expect(isSameRepository({ repository: "acme/other" }, BY_ID)).toBe(false);
  });
});

describe("the command line", () => {
  test("leaves the ids to GitHub, or gives them", () => {
    expect(checkOptions({ ...PLACE, github: "acme/site" })).toEqual({
      ...PLACE,
      github: { ...BY_NAME, ids: "from GitHub" },
    });
    expect(checkOptions({ ...PLACE, github: "acme@123456/site@456789" })).toEqual({ ...PLACE, github: BY_ID });
  });

  test("has no ids with --no-immutable-subject", () => {
    expect(checkOptions({ ...PLACE, github: "acme/site", immutableSubject: false })).toEqual({
      ...PLACE,
      github: BY_NAME,
    });
    expect(() => checkOptions({ ...PLACE, github: "acme@1/site@2", immutableSubject: false })).toThrow(
      "--github must be OWNER/REPO with --no-immutable-subject, as the previous subject has no ids (got acme@1/site@2)",
    );
    expect(() => checkOptions({ ...PLACE, immutableSubject: false })).toThrow(
      "--no-immutable-subject requires --github OWNER/REPO",
    );
    expect(() => checkOptions({ ...PLACE, github: false, immutableSubject: false })).toThrow(
      "--no-immutable-subject requires --github OWNER/REPO",
    );
  });

  test("is not brought before GitHub where it leaves nothing open", async () => {
    const asked = [
      checkOptions({ ...PLACE, github: "acme@123456/site@456789" }),
      checkOptions({ ...PLACE, github: "acme/site", immutableSubject: false }),
      checkOptions({ ...PLACE, github: false }),
      checkOptions(PLACE),
    ];
    expect(await Promise.all(asked.map((each) => settled(each, { ...NEVER, api: "http://127.0.0.1:9" })))).toEqual([
      { ...PLACE, github: BY_ID },
      { ...PLACE, github: BY_NAME },
      { ...PLACE, github: "none" },
      PLACE,
    ]);
  });
});

describe("a role trusts exactly", () => {
  test.each([
    ["plan", BY_ID, "repo:acme@123456/site@456789:pull_request"],
    ["deploy", BY_ID, "repo:acme@123456/site@456789:ref:refs/heads/main"],
    ["plan", BY_NAME, "repo:acme/site:pull_request"],
    ["deploy", { ...BY_NAME, branch: "release/1.x" }, "repo:acme/site:ref:refs/heads/release/1.x"],
  ] as const)("to %s, with %j: %s", (kind, github, subject) => {
    expect(subjectOf(kind, github)).toBe(subject);
    expect(trustOf(kind, "arn", "token.actions.githubusercontent.com", github)).toHaveProperty("Statement", [
      {
        Effect: "Allow",
        Principal: { Federated: "arn" },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": subject,
          },
        },
      },
    ]);
  });

  test.each([
    [BY_ID, "acme@123456/site@456789"],
    [BY_NAME, "acme/site"],
  ])("what its tags say, so that a later run leaves it as it is: %j", (github, written) => {
    const wanted: Wanted = { ...PLACE, account: "123456789012", ownsGitHubTokens: true, imports: [], github };
    const { plan, deploy } = (
      configuration(wanted) as {
        resource: { aws_iam_role: Record<string, { tags: Record<string, string>; assume_role_policy: string }> };
      }
    ).resource.aws_iam_role;
    expect([plan?.tags, deploy?.tags]).toEqual(Array(2).fill({ [REPOSITORY_TAG]: written, [BRANCH_TAG]: "main" }));
    expect(plan?.assume_role_policy).toContain(`"repo:${written}:pull_request"`);
    expect(githubOf(Object.entries(plan?.tags ?? {}).map(([Key, Value]) => ({ Key, Value })))).toEqual(github);
  });
});

describe("tags of a role", () => {
  const tags = (repository: string, branch: string) => [
    { Key: REPOSITORY_TAG, Value: repository },
    { Key: BRANCH_TAG, Value: branch },
  ];

  test.each([
    ["acme", "main"],
    ["acme@1/site", "main"],
    ["acme/*", "main"],
    ["acme/site", "*"],
    ["acme/site", ""],
  ])("that name no repository or no branch say nothing: %s %s", (repository, branch) => {
    expect(githubOf(tags(repository, branch))).toBeUndefined();
  });

  test("that say nothing have nothing removed unasked", () => {
    expect(() => throwIfForNobody(["plan", "deploy"], undefined)).toThrow(UsageError);
    expect(() => throwIfForNobody(["plan", "deploy"], undefined)).toThrow(
      /^The tags alb-web:repository and alb-web:branch of alb-web-plan and alb-web-deploy must name .*, so nothing was changed; run this with --github OWNER\/REPO, or with --no-github to remove the roles\.$/,
    );
    expect(() => throwIfForNobody(["plan"], BY_NAME)).not.toThrow();
    expect(() => throwIfForNobody([], undefined)).not.toThrow();
  });
});

describe("roles that the account has", () => {
  const check = (wanted: GitHub, before: GitHub) => () =>
    throwIfOfOthers(wanted, before, [], "123456789012", "acme-states");

  test("get the other format of the same repository, and its new name", () => {
    expect(check(BY_ID, BY_NAME)).not.toThrow();
    expect(check(BY_NAME, BY_ID)).not.toThrow();
    expect(check({ ...BY_ID, repository: "acme/renamed" }, BY_ID)).not.toThrow();
  });

  test("are not given to a repository that got the name of a deleted one", () => {
    expect(check({ ...BY_ID, ids: { owner: "123456", repository: "999" } }, BY_ID)).toThrow(
      /are for acme@123456\/site@456789, and an account has only one set of them, so they cannot also be for acme@123456\/site@999/,
    );
  });

  test("come with a word on what they trust", () => {
    expect(subjectNotes(undefined, BY_ID)).toEqual([
      "The roles trust GitHub's tokens with the subject repo:acme@123456/site@456789:pull_request or " +
        "repo:acme@123456/site@456789:ref:refs/heads/main. " +
        "sub_claim_prefix in the output of gh api repos/acme/site/actions/oidc/customization/sub must be " +
        "repo:acme@123456/site@456789.",
    ]);
    expect(subjectNotes(BY_ID, BY_ID)).toEqual(subjectNotes(undefined, BY_ID));
  });

  test("come with a word on what they no longer trust, and on the way back", () => {
    expect(subjectNotes(BY_NAME, BY_ID).slice(1)).toEqual([
      "Before, they trusted repo:acme/site:….",
      expect.stringMatching(
        /^If workflows now fail with "Not authorized to perform sts:AssumeRoleWithWebIdentity", .* run this again with --github acme\/site --no-immutable-subject\.$/,
      ),
    ]);
    expect(subjectNotes(BY_ID, BY_NAME).slice(1)).toEqual([
      "Before, they trusted repo:acme@123456/site@456789:….",
      expect.stringMatching(/^This is the previous subject\. /),
    ]);
  });

  test("in the previous format say so each time", () => {
    expect(subjectNotes(BY_NAME, BY_NAME).slice(1)).toEqual([
      expect.stringMatching(
        /^This is the previous subject\. Repositories that were created, renamed or transferred since 15 July 2026, .*--github OWNER\/REPO/,
      ),
    ]);
  });
});

describe("what GitHub answers of a repository", () => {
  const answer = { id: 456789, full_name: "Acme/site", owner: { id: 123456, login: "Acme" } };

  test("gives its ids, and its name as GitHub spells it", () => {
    expect(repositoryIn({ ...answer, name: "site", private: false })).toEqual({
      repository: "Acme/site",
      ids: BY_ID.ids,
    });
  });

  test.each<[string, unknown]>([
    ["nothing", null],
    ["a text", "acme"],
    ["a list", []],
    ["no owner", { ...answer, owner: null }],
    ["no id", { ...answer, id: undefined }],
    ["an id as text", { ...answer, id: "456789" }],
    ["a broken number", { ...answer, id: 1.5 }],
    ["a number beyond what JSON holds", { ...answer, id: 2 ** 53 }],
    ["a negative number", { ...answer, owner: { id: -1 } }],
    ["zero", { ...answer, id: 0 }],
    ["no name", { ...answer, full_name: undefined }],
    ["a name with a pattern", { ...answer, full_name: "acme/*" }],
    ["a name that is a command", { ...answer, full_name: "acme/$(id)" }],
    ["a name with ids", { ...answer, full_name: "acme@1/site@2" }],
    ["a name with a subject behind", { ...answer, full_name: "acme/site:ref" }],
    ["a name with three parts", { ...answer, full_name: "acme/site/x" }],
    ["a name of terraform's", { ...answer, full_name: "acme/${path.cwd}" }],
  ])("is not taken with %s", (_, wrong) => {
    expect(repositoryIn(wrong)).toBeUndefined();
  });
});

describe("what GitHub answers of the subject", () => {
  const check = (answer: unknown) => () => throwIfOtherSubject(BY_ID, answer);

  test.each<[string, unknown]>([
    [
      "the immutable prefix",
      { use_default: true, use_immutable_subject: true, sub_claim_prefix: "repo:acme@123456/site@456789" },
    ],
    [
      "that prefix with a flag that says otherwise",
      { use_default: true, use_immutable_subject: false, sub_claim_prefix: "repo:acme@123456/site@456789" },
    ],
    ["no prefix", { use_default: true }],
    ["no claims of its own", { use_default: false, include_claim_keys: [] }],
    ["nothing", null],
    ["a text", "x"],
  ])("is in order with %s", (_, answer) => {
    expect(check(answer)).not.toThrow();
  });

  test.each([true, false])(
    "is refused with the previous prefix (use_immutable_subject %s), with both ways on",
    (use_immutable_subject) => {
      expect(check({ use_default: true, use_immutable_subject, sub_claim_prefix: "repo:acme/site" })).toThrow(
        UsageError,
      );
      expect(check({ use_default: true, use_immutable_subject, sub_claim_prefix: "repo:acme/site" })).toThrow(
        /^--github: the tokens of acme\/site have the previous subject, repo:acme\/site:…, .*repo:acme@123456\/site@456789:….*gh api --method PUT repos\/acme\/site\/actions\/oidc\/customization\/sub -F use_default=true -F use_immutable_subject=true; or add --no-immutable-subject\.$/,
      );
    },
  );

  test("is refused with claims of the repository's own", () => {
    expect(
      check({
        use_default: false,
        include_claim_keys: ["repo", "job_workflow_ref"],
        sub_claim_prefix: "repo:acme@123456/site@456789",
      }),
    ).toThrow(/^--github: the tokens of acme\/site must have the default subject, but/);
  });
});
