import { type Found, throwIfOfOthers } from "../../../cli/bootstrap/account";
import { wantedOf } from "../../../cli/bootstrap/bootstrap-run";
import { configuration, firstConfiguration, type Wanted } from "../../../cli/bootstrap/configuration";
import { type CommandLine, checkOptions, namesBucket, optionsFor } from "../../../cli/bootstrap/options";
import { UsageError } from "../../../machine/errors";

const GOOD = { bucket: "acme-states", region: "us-east-1" };
const FOUND: Found = { account: "123456789012", hasBucket: false, hasState: false, roles: [], githubTokens: "none" };
const SITE = { repository: "acme/site", branch: "main" };

describe("the command line", () => {
  test.each<[keyof CommandLine, string]>([
    ["bucket", "abc"],
    ["bucket", `a${"b".repeat(61)}c`],
    ["bucket", "1-2-3"],
    ["region", "eu-central-1"],
    ["region", "ap-southeast-7"],
    ["region", "mx-central-1"],
    ["github", "acme/site"],
    ["github", "a-b/c.d_e-f"],
    ["github", `${"a".repeat(39)}/${"b".repeat(100)}`],
  ])("--%s %s is taken", (option, value) => {
    expect(checkOptions({ ...GOOD, [option]: value })).toMatchObject(
      option === "github" ? { github: { repository: value, branch: "main" } } : { [option]: value },
    );
  });

  test.each<[keyof CommandLine, string]>([
    ["bucket", "ab"],
    ["bucket", `a${"b".repeat(62)}c`],
    ["bucket", "Acme"],
    ["bucket", "a.b.c"],
    ["bucket", "-abc"],
    ["bucket", "abc-"],
    ["bucket", "xn--abc"],
    ["bucket", "abc-s3alias"],
    ["bucket", ""],
    ["bucket", "abc;rm"],
    ["region", "us-east"],
    ["region", "cn-north-1"],
    ["region", "us-gov-west-1"],
    ["region", "US-EAST-1"],
    ["region", ""],
    ["github", "acme"],
    ["github", "acme/site/x"],
    ["github", "-acme/site"],
    ["github", "acme-/site"],
    ["github", "ac--me/site"],
    ["github", "acme/*"],
    ["github", `${"a".repeat(40)}/b`],
    ["github", "acme/"],
  ])("--%s %s is refused with what it must be and what it got", (option, value) => {
    const refused = () => checkOptions({ ...GOOD, [option]: value });
    const got = value.replace(/[.*]/g, "\\$&");
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(new RegExp(`^--${option} must be .* \\(got ${got}\\)$`));
  });

  test.each(["main", "release/1.x", "a"])("--branch %s is taken", (branch) => {
    expect(checkOptions({ ...GOOD, github: "acme/site", branch })).toMatchObject({ github: { branch } });
  });

  test.each(["", "a*", "a?", "/a", "a/", "a//b", "a..b", "a b", "a."])("--branch %p is refused", (branch) => {
    expect(() => checkOptions({ ...GOOD, github: "acme/site", branch })).toThrow(
      /^--branch must be the name of one branch, without wildcards \(got .*\)$/,
    );
  });

  test("--branch without --github is refused", () => {
    expect(() => checkOptions({ ...GOOD, branch: "main" })).toThrow(
      "--branch requires --github OWNER/REPO, the repository of the branch",
    );
  });

  test("all errors are reported at once", () => {
    expect(() => checkOptions({ bucket: "A", region: "B", github: "C" })).toThrow(
      /^--bucket .*\n--region .*\n--github .*$/,
    );
  });

  test("without --github nothing is said about it, and --no-github is none", () => {
    expect(checkOptions(GOOD)).toEqual(GOOD);
    expect(checkOptions({ ...GOOD, github: false })).toEqual({ ...GOOD, github: "none" });
  });
});

describe("without --bucket and --region", () => {
  const SECOND = { bucket: "acme-second", region: "eu-west-1" };

  test("the buckets are those of main.ts, and the rest of the command line holds for each", () => {
    expect(namesBucket({})).toBe(false);
    expect(optionsFor({}, [GOOD, SECOND])).toEqual([GOOD, SECOND]);
    expect(optionsFor({ github: "acme/site" }, [GOOD])).toEqual([{ ...GOOD, github: { ...SITE, ids: "from GitHub" } }]);
    expect(optionsFor({ github: false }, [GOOD])).toEqual([{ ...GOOD, github: "none" }]);
  });

  test("with both, they are those of the command line", () => {
    expect(namesBucket(GOOD)).toBe(true);
  });

  test.each([
    [{ bucket: "acme-states" }, "--bucket"],
    [{ region: "us-east-1" }, "--region"],
  ])("%j alone is refused", (line, got) => {
    expect(() => namesBucket(line)).toThrow(UsageError);
    expect(() => namesBucket(line)).toThrow(
      `--bucket and --region must be given together (got ${got} only); omit both to use the buckets that main.ts names`,
    );
  });

  test.each(["acme/site", false] as const)("roles (--github %p) need one bucket", (github) => {
    expect(() => optionsFor({ github }, [GOOD, SECOND])).toThrow(UsageError);
    expect(() => optionsFor({ github }, [GOOD, SECOND])).toThrow(
      "--github and --no-github require exactly one bucket, because an account has only one set of roles (got acme-states, " +
        "acme-second from main.ts); add --bucket and --region",
    );
  });

  test("a name that bootstrap does not create is refused as main.ts writes it", () => {
    expect(() => optionsFor({}, [{ ...GOOD, bucket: "my.states" }])).toThrow(
      /^backend\.s3\.bucket must be .* \(got my\.states\)$/,
    );
  });
});

describe("what the account is to hold", () => {
  test("is what was asked for, where nothing is yet", () => {
    expect(wantedOf({ ...GOOD, github: SITE }, FOUND)).toEqual({
      ...GOOD,
      account: "123456789012",
      github: SITE,
      ownsGitHubTokens: true,
      imports: [],
    });
  });

  test("is what was there before, where nothing is said about GitHub", () => {
    expect(wantedOf(GOOD, { ...FOUND, github: SITE, roles: ["plan", "deploy"] })).toMatchObject({ github: SITE });
    expect(wantedOf({ ...GOOD, github: "none" }, { ...FOUND, github: SITE, roles: ["plan", "deploy"] })).toMatchObject({
      github: undefined,
      imports: [],
    });
  });

  test.each([
    ["none", SITE, true],
    ["none", undefined, false],
    ["ours", SITE, true],
    ["ours", undefined, true],
    ["others", SITE, false],
    ["others", undefined, false],
  ] as const)(
    "with %s of GitHub's tokens, and roles for %p: a provider of its own is %p",
    (githubTokens, github, owns) => {
      expect(wantedOf({ ...GOOD, github: github ?? "none" }, { ...FOUND, githubTokens }).ownsGitHubTokens).toBe(owns);
    },
  );

  test("takes up what exists and a lost state would not know", () => {
    const all: Found = { ...FOUND, hasBucket: true, roles: ["deploy"], githubTokens: "ours", github: SITE };
    expect(wantedOf(GOOD, all).imports).toEqual([
      { to: "aws_s3_bucket.state", id: "acme-states" },
      {
        to: "aws_iam_openid_connect_provider.github",
        id: "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
      },
      { to: "aws_iam_role.deploy", id: "alb-web-deploy" },
    ]);
  });
});

describe("roles that the account has", () => {
  const check = (repository: string, before?: typeof SITE) => () =>
    throwIfOfOthers({ repository, branch: "main" }, before, [], "123456789012", "acme-states");

  test("are not taken from one repository for another without a word", () => {
    expect(check("acme/other", SITE)).toThrow(UsageError);
    expect(check("acme/other", SITE)).toThrow(
      /^The roles alb-web-plan, alb-web-keep and alb-web-deploy of account 123456789012 are for acme\/site, and an account has only one set of them, so they cannot also be for acme\/other\. .*--no-github/,
    );
  });

  test("are settled again for the same repository, however it is spelled, and where there are none", () => {
    expect(check("Acme/site", SITE)).not.toThrow();
    expect(check("acme/site", { ...SITE, branch: "release" })).not.toThrow();
    expect(check("acme/other")).not.toThrow();
  });
});

describe("the configuration", () => {
  const wanted: Wanted = { ...GOOD, account: "123456789012", ownsGitHubTokens: true, imports: [] };

  test("works in this account alone, with the provider that the lock file locks", () => {
    for (const each of [firstConfiguration(wanted), configuration(wanted)]) {
      expect(each).toMatchObject({
        terraform: { required_providers: { aws: { source: "hashicorp/aws", version: "5.100.0" } } },
        provider: { aws: { region: "us-east-1", allowed_account_ids: ["123456789012"] } },
      });
    }
  });

  test("keeps its state in the bucket, locked and encrypted, once there is one", () => {
    expect(firstConfiguration(wanted)).not.toHaveProperty("terraform.backend");
    expect(configuration(wanted)).toHaveProperty("terraform.backend", {
      s3: {
        bucket: "acme-states",
        key: "bootstrap/terraform.tfstate",
        region: "us-east-1",
        encrypt: true,
        use_lockfile: true,
      },
    });
  });

  test("never destroys the bucket", () => {
    expect(configuration(wanted)).toHaveProperty("resource.aws_s3_bucket.state.lifecycle.prevent_destroy", true);
  });

  test("has roles only for a repository", () => {
    expect(configuration(wanted)).not.toHaveProperty("resource.aws_iam_role");
    expect(
      Object.keys(
        (configuration({ ...wanted, github: SITE }) as { resource: { aws_iam_role: object } }).resource.aws_iam_role,
      ),
    ).toEqual(["plan", "keep", "deploy"]);
  });
});
