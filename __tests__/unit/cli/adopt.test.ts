import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AdoptionResult } from "../../../cli/adoption/adopt-stack";
import { ADOPTABLE } from "../../../cli/adoption/adoptable";
import { adoptionReport, needsPerson } from "../../../cli/adoption/adoption-report";
import { ADOPTED_FILE, readBlocks, restoreBlocks, writeBlocks } from "../../../cli/adoption/import-blocks";
import { restOf } from "../../../cli/adoption/left-over";
import { match, type Offer } from "../../../cli/adoption/match";
import type { Found, Planned, Values } from "../../../cli/adoption/model";
import { type PlanJson, planFacts } from "../../../cli/adoption/plan-facts";
import { COMBINATIONS } from "../../support/combinations";
import { synthOf } from "../../support/synth";

const planned = (address: string, values: Values, ...unknown: string[]): Planned => ({
  address,
  type: address.split(".")[0] ?? "",
  values,
  unknown: new Set(unknown),
});
const found = (id: string, type: string, values: Values, more: Partial<Found> = {}): Found => ({
  type,
  id,
  values,
  look: `aws look ${id}`,
  ...more,
});
/** As tagged things are offered. */
const offered = (addresses: readonly Planned[], there: readonly Found[]): Offer[] =>
  addresses.map((it) => ({ planned: it, candidates: there, inPlace: false }));
const inWords = (offers: readonly Offer[], chosen?: ReadonlyMap<string, string>) => {
  const { adoptions, ambiguities } = match(offers, chosen);
  return [
    ...adoptions.map((it) => `${it.address} is ${it.found.id}`),
    ...ambiguities.map((it) => `${it.address} may be ${it.candidates.map(({ id }) => id).join(" or ")}: ${it.why}`),
  ];
};

const VPC = planned("aws_vpc.network", { tags: { Name: "web vpc" }, cidr_block: "10.0.0.0/16" });
const SUBNET = planned("aws_subnet.a", { tags: { Name: "web a" }, vpc_id: "vpc-1" });
const vpc = (id: string, values: Values = {}, more: Partial<Found> = {}) =>
  found(id, "aws_vpc", { "tags.Name": "web vpc", cidr_block: "10.0.0.0/16", ...values }, more);
const subnet = (id: string, vpcId: string) => found(id, "aws_subnet", { "tags.Name": "web a", vpc_id: vpcId });

describe("an address is given", () => {
  test.each<[what: string, planned: Planned, there: readonly Found[], result: readonly string[]]>([
    ["the one thing that fits", VPC, [vpc("vpc-1")], ["aws_vpc.network is vpc-1"]],
    ["nothing where nothing is", VPC, [], []],
    ["nothing of another kind", VPC, [found("eipalloc-1", "aws_eip", { "tags.Name": "web vpc" })], []],
    [
      "the one of its parent, where two of a name are there",
      SUBNET,
      [subnet("subnet-1", "vpc-1"), subnet("subnet-2", "vpc-2")],
      ["aws_subnet.a is subnet-1"],
    ],
    [
      "what is in the same place but not attached yet",
      planned("aws_internet_gateway.g", { vpc_id: "vpc-1" }),
      [found("igw-1", "aws_internet_gateway", { vpc_id: undefined })],
      ["aws_internet_gateway.g is igw-1"],
    ],
    [
      "what differs only in what the plan does not know yet",
      planned("aws_nat_gateway.n", { subnet_id: "subnet-1" }, "allocation_id"),
      [found("nat-1", "aws_nat_gateway", { subnet_id: "subnet-1", allocation_id: "eipalloc-1" })],
      ["aws_nat_gateway.n is nat-1"],
    ],
    [
      "a load balancer that is in one of its subnets",
      planned("aws_lb.b", { name: "alb", subnets: ["subnet-1", "subnet-2"] }),
      [found("arn", "aws_lb", { name: "alb", subnets: ["subnet-2"] })],
      ["aws_lb.b is arn"],
    ],
    [
      "what has no name where none is planned",
      planned("aws_vpc.own", { cidr_block: "10.0.0.0/16", tags: null }),
      [vpc("vpc-1"), vpc("vpc-2", { "tags.Name": null })],
      ["aws_vpc.own is vpc-2"],
    ],
    [
      "the sound one next to one that failed",
      VPC,
      [vpc("vpc-1", {}, { unusable: "failed" }), vpc("vpc-2")],
      ["aws_vpc.network is vpc-2"],
    ],
  ])("%s", (_, address, there, result) => {
    expect(inWords(offered([address], there))).toEqual(result);
  });

  test("what a person has chosen, and what lies in that follows by its parent", () => {
    expect(inWords(offered([VPC], [vpc("vpc-1"), vpc("vpc-2")]), new Map([["aws_vpc.network", "vpc-2"]]))).toEqual([
      "aws_vpc.network is vpc-2",
    ]);
  });

  test("nothing that a person has chosen and that does not fit", () => {
    expect(
      inWords(
        offered([VPC], [vpc("vpc-1"), vpc("vpc-2", { cidr_block: "10.9.0.0/16" })]),
        new Map([["aws_vpc.network", "vpc-2"]]),
      ),
    ).toEqual(["aws_vpc.network is vpc-1"]);
  });
});

describe("never guessed, but listed, is", () => {
  test("which of two that fit", () => {
    expect(inWords(offered([VPC], [vpc("vpc-1"), vpc("vpc-2")]))).toEqual([
      "aws_vpc.network may be vpc-1 or vpc-2: 2 resources match",
    ]);
  });

  test("which of two addresses that one thing fits", () => {
    const one = { ...SUBNET, address: "aws_subnet.b" };
    expect(inWords(offered([SUBNET, one], [subnet("subnet-1", "vpc-1")]))).toEqual([
      "aws_subnet.a may be subnet-1: also matches another address",
      "aws_subnet.b may be subnet-1: also matches another address",
    ]);
  });

  test("what a person has given to another address", () => {
    const one = { ...SUBNET, address: "aws_subnet.b" };
    expect(
      inWords(offered([SUBNET, one], [subnet("subnet-1", "vpc-1")]), new Map([["aws_subnet.b", "subnet-1"]])),
    ).toEqual(["aws_subnet.b is subnet-1", "aws_subnet.a may be subnet-1: also matches another address"]);
  });

  test("whether a stranger in the place of a record or a route may be taken over", () => {
    const record = planned("aws_route53_record.www", { alias: [{ name: "ours.elb.amazonaws.com" }] });
    const there = found("Z1_www.example.com_A", "aws_route53_record", { "alias.0.name": "old.elb.amazonaws.com" });
    expect(inWords([{ planned: record, candidates: [there], inPlace: true }])).toEqual([
      "aws_route53_record.www may be Z1_www.example.com_A: exists, but not as planned",
    ]);
    expect(
      inWords(
        [{ planned: record, candidates: [there], inPlace: true }],
        new Map([["aws_route53_record.www", "Z1_www.example.com_A"]]),
      ),
    ).toEqual(["aws_route53_record.www is Z1_www.example.com_A"]);
  });
});

describe("of a plan is read", () => {
  const change = (address: string, actions: string[], more: object = {}) => ({
    address,
    mode: "managed",
    type: address.split(".")[0] ?? "",
    change: { actions, after: {}, ...more },
  });
  const facts = (resource_changes: PlanJson["resource_changes"], resources: object[] = []) =>
    planFacts({ resource_changes, prior_state: { values: { root_module: { resources } } } } as PlanJson);

  test("what it would create, and what stands or is about to be adopted; never data", () => {
    const { wanted, standing } = facts([
      change("aws_vpc.new", ["create"]),
      change("aws_vpc.old", ["no-op"]),
      change("aws_vpc.edited", ["update"]),
      change("aws_vpc.gone", ["delete"], { after: null }),
      change("aws_vpc.replaced", ["create", "delete"]),
      change("aws_vpc.again", ["create", "forget"], { before: { id: "vpc-2" } }),
      change("aws_vpc.imported", ["no-op"], { importing: { id: "vpc-1" } }),
      { ...change("data.aws_vpc.x", ["create"]), mode: "data" },
      { ...change("aws_vpc.waiting", ["create"]), deposed: "0123abcd" },
    ]);
    expect(wanted.map(({ address }) => address)).toEqual(["aws_vpc.new"]);
    expect(standing.map(({ address }) => address)).toEqual([
      "aws_vpc.old",
      "aws_vpc.edited",
      "aws_vpc.replaced",
      "aws_vpc.again",
      "aws_vpc.imported",
    ]);
  });

  test("what is known after apply only, within blocks too", () => {
    const { wanted } = facts([
      change("aws_lb.b", ["create"], {
        after: { name: "b", alias: [{}] },
        after_unknown: { arn: true, name: false, alias: [{ name: true }], subnets: [false, true], tags: {} },
      }),
    ]);
    expect([...(wanted[0]?.unknown ?? [])].sort()).toEqual(["alias", "arn", "subnets"]);
  });

  test("which ids the state knows, those of modules and of what waits to be deleted included", () => {
    const { knownIds } = planFacts({
      prior_state: {
        values: {
          root_module: {
            resources: [
              { address: "aws_vpc.a", mode: "managed", values: { id: "vpc-1" } },
              { address: "aws_vpc.a", mode: "managed", deposed_key: "x", values: { id: "vpc-0" } },
              { address: "data.aws_vpc.d", mode: "data", values: { id: "vpc-9" } },
            ],
            child_modules: [
              { resources: [{ address: "module.m.aws_vpc.a", mode: "managed", values: { id: "vpc-2" } }] },
            ],
          },
        },
      },
    } as PlanJson);
    expect([...knownIds]).toEqual(["vpc-1", "vpc-0", "vpc-2"]);
  });

  test("what it would import only to replace it", () => {
    const { replaced } = facts([
      change("aws_vpc.a", ["delete", "create"], { importing: { id: "vpc-1" } }),
      change("aws_vpc.b", ["delete", "create"]),
      change("aws_vpc.c", ["no-op"], { importing: { id: "vpc-3" } }),
    ]);
    expect(replaced).toEqual(["aws_vpc.a"]);
  });

  test(
    "what an interrupt left half done, if its successor would have its name and be made first, or it is " +
      "protected already",
    () => {
      const tainted = (address: string, ...actions: string[]) => ({
        ...change(address, actions, { before: { id: "x", name: "one" }, after: { name: "one" } }),
        action_reason: "replace_because_tainted",
      });
      const anotherName = {
        ...tainted("aws_lb.e", "create", "delete"),
        ...change("aws_lb.e", ["create", "delete"], { before: { id: "x", name: "one" }, after: {} }),
      };
      const isProtected = {
        ...tainted("aws_lb.f", "create", "delete"),
        ...change("aws_lb.f", ["create", "delete"], {
          before: { id: "y", name: "one", enable_deletion_protection: true },
          after: {},
        }),
      };
      const { interrupted } = facts([
        tainted("aws_lb.b", "create", "delete"),
        tainted("aws_lb.c", "delete", "create"),
        tainted("aws_instance.one", "create", "delete"),
        { ...tainted("aws_lb.d", "create", "delete"), action_reason: "replace_because_cannot_update" },
        anotherName,
        isProtected,
      ]);
      expect(interrupted).toEqual([
        { address: "aws_lb.b", id: "x" },
        { address: "aws_lb.f", id: "y" },
      ]);
    },
  );

  test.each([
    [{ domain_name: "www.example.com" }, "www.example.com"],
    [
      { domain_name: "www.example.com", subject_alternative_names: ["example.com", "www.example.com"] },
      "example.com www.example.com",
    ],
  ])("every name of a certificate: %j", (after, names) => {
    expect(facts([change("aws_acm_certificate.c", ["create"], { after })]).wanted[0]?.values.names).toBe(names);
  });
});

describe("what is given to no address", () => {
  const standing = planned("aws_vpc.network", { id: "vpc-0", tags: { Name: "web vpc" }, cidr_block: "10.0.0.0/16" });
  const ambiguity = { address: "aws_vpc.network", candidates: [vpc("vpc-1"), vpc("vpc-2")], why: "2 fit" };
  const remarks = (...args: Parameters<typeof restOf>) =>
    restOf(...args).leftOver.map(
      ({ found: { id }, remark, successorOf }) =>
        `${id}: ${remark}${successorOf === undefined ? "" : `, successor of ${successorOf}`}`,
    );

  test("is listed with what the state has instead", () => {
    expect(remarks([vpc("vpc-1")], [], [standing], [])).toEqual([
      "vpc-1: duplicate of aws_vpc.network, which is vpc-0",
    ]);
  });

  test("is listed with what the state has in another network", () => {
    expect(
      remarks(
        [subnet("subnet-9", "vpc-9")],
        [],
        [planned("aws_subnet.a", { id: "subnet-1", tags: { Name: "web a" }, vpc_id: "vpc-1" })],
        [],
      ),
    ).toEqual(["subnet-9: duplicate of aws_subnet.a, which is subnet-1"]);
  });

  test("is listed with what is about to be replaced, and the way to keep it instead", () => {
    const replaced = planned("aws_instance.one", { tags: { Name: "web 1" }, subnet_id: "subnet-1" }, "id");
    expect(
      remarks([found("i-2", "aws_instance", { "tags.Name": "web 1", subnet_id: "subnet-1" })], [], [replaced], []),
    ).toEqual(["i-2: duplicate of aws_instance.one, which the plan replaces, successor of aws_instance.one"]);
  });

  test("is listed as failed or as unrelated, if it is", () => {
    expect(
      remarks([vpc("vpc-1", {}, { unusable: "failed" }), found("rtb-1", "aws_route_table", {})], [], [standing], []),
    ).toEqual(["vpc-1: failed", "rtb-1: matches nothing in the plan"]);
  });

  test("waits for the decision on what it belongs to, if that is ambiguous", () => {
    const waiting = planned("aws_subnet.a", { tags: { Name: "web a" } }, "vpc_id");
    const rest = restOf([vpc("vpc-1"), vpc("vpc-2"), subnet("subnet-1", "vpc-1")], [VPC, waiting], [], [ambiguity]);
    expect(rest).toEqual({ leftOver: [], undecided: [subnet("subnet-1", "vpc-1")] });
    expect(restOf([subnet("subnet-1", "vpc-1")], [VPC, waiting], [], []).undecided).toEqual([]);
  });
});

test("of every type that a stack can hold it is said how it is found again, or why it need not be; and of no other", () => {
  const types = Object.values(COMBINATIONS).flatMap((props) => Object.keys(synthOf(props).resource ?? {}));
  expect(Object.keys(ADOPTABLE).sort()).toEqual([...new Set(types)].sort());
});

describe("the import blocks", () => {
  const folder = mkdtempSync(join(tmpdir(), "alb-web-adopt-test-"));
  const file = join(folder, ADOPTED_FILE);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const adoptions = [
    { address: "aws_vpc.a", found: vpc("vpc-1") },
    {
      address: "aws_route_table_association.b",
      found: found("rtbassoc-1", "aws_route_table_association", {}, { importId: "subnet-1/rtb-1" }),
    },
  ];
  const blocks = () => (JSON.parse(readFileSync(file, "utf8")) as { import: unknown }).import;

  test("name each address and the id that the provider imports it by", async () => {
    await writeBlocks(folder, adoptions);
    expect(blocks()).toEqual([
      { to: "aws_vpc.a", id: "vpc-1" },
      { to: "aws_route_table_association.b", id: "subnet-1/rtb-1" },
    ]);
  });

  test("are no file if nothing is adopted, and come back as they were", async () => {
    await writeBlocks(folder, adoptions);
    const before = await readBlocks(folder);
    await writeBlocks(folder, []);
    expect(existsSync(file)).toBe(false);
    expect(await readBlocks(folder)).toBeUndefined();
    await restoreBlocks(folder, before);
    expect(blocks()).toHaveLength(2);
  });
});

describe("the report", () => {
  const nothing: AdoptionResult = {
    stackId: "web",
    folder: "cdktf.out/stacks/web",
    interrupted: [],
    adoptions: [],
    ambiguities: [],
    leftOver: [],
    undecided: [],
    unsearched: [],
    replaced: [],
    planText: "…\nPlan: 38 to add, 0 to change, 0 to destroy.\n…",
  };
  const made = new Date("2026-01-02T03:04:05.678Z");

  test("of nothing is two lines and wants nobody", () => {
    expect(adoptionReport(nothing)).toBe(
      "web: nothing to adopt; all resources of this stack on AWS are in its state.\nPlan: 38 to add, " +
        "0 to change, 0 to destroy.",
    );
    expect(needsPerson(nothing)).toBe(false);
  });

  test("of adoptions shows the plan, each of them, and what comes next", () => {
    const result = {
      ...nothing,
      adoptions: [
        { address: "aws_vpc.a", found: vpc("vpc-1") },
        {
          address: "aws_lb.balancer",
          found: found("arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/a/1", "aws_lb", {}),
        },
      ],
      replaced: ["aws_lb.balancer"],
    };
    expect(adoptionReport(result).split("\n")).toEqual([
      "…",
      "Plan: 38 to add, 0 to change, 0 to destroy.",
      "…",
      "",
      "adopted     aws_vpc.a        vpc-1",
      "adopted     aws_lb.balancer  loadbalancer/app/a/1  (differs from main.ts: the plan replaces it)",
      "",
      "web: 2 adopted, 0 ambiguous, 0 left over.",
      "Plan: 38 to add, 0 to change, 0 to destroy.",
      "Next: npx cdktf deploy web, then npx alb-web adopt web again, which checks that nothing is left and " +
        "removes the import blocks",
    ]);
    expect(needsPerson(result)).toBe(false);
  });

  test("of what is ambiguous distinguishes the candidates, and says how to choose; no deploy is next", () => {
    const result = {
      ...nothing,
      ambiguities: [
        {
          address: "aws_vpc.a",
          candidates: [vpc("vpc-1", {}, { createdAt: made }), vpc("vpc-2")],
          why: "2 resources match",
        },
      ],
      undecided: [subnet("subnet-1", "vpc-1")],
    };
    expect(adoptionReport(result).split("\n")).toEqual([
      "ambiguous   aws_vpc.a: 2 resources match",
      "              vpc-1, created 2026-01-02T03:04:05Z, contains 1 of the undecided",
      "                aws look vpc-1",
      "                npx alb-web adopt web --use aws_vpc.a=vpc-1",
      "              vpc-2, contains 0 of the undecided",
      "                aws look vpc-2",
      "                npx alb-web adopt web --use aws_vpc.a=vpc-2",
      "undecided   1 more, which belong to one of the ambiguous resources: subnet-1",
      "",
      "web: 0 adopted, 1 ambiguous, 0 left over.",
      "Plan: 38 to add, 0 to change, 0 to destroy.",
      "Next: choose the ambiguous resources to adopt, delete the others, and run npx alb-web adopt web again",
    ]);
    expect(needsPerson(result)).toBe(true);
  });

  test("of what is left over says what it is and how to look at it", () => {
    const result = {
      ...nothing,
      leftOver: [{ found: vpc("vpc-1", {}, { createdAt: made }), remark: "matches nothing in the plan" }],
    };
    expect(adoptionReport(result)).toContain(
      'left over   vpc-1, aws_vpc, "web vpc", created 2026-01-02T03:04:05Z: matches nothing in the ' +
        "plan\n              aws look vpc-1\n",
    );
    expect(adoptionReport(result)).toContain("Next: check what is left over and delete it");
    expect(needsPerson(result)).toBe(true);
  });

  test("of what could take an address over names the command with which the state lets go of what it has there", () => {
    const result = {
      ...nothing,
      leftOver: [
        { found: vpc("vpc-1"), remark: "duplicate of aws_vpc.a, which the plan replaces", successorOf: "aws_vpc.a" },
      ],
    };
    expect(adoptionReport(result)).toContain(
      "              to keep this one instead, run this, then adopt again: terraform -chdir=cdktf.out/stacks/web state " +
        "rm aws_vpc.a\n",
    );
  });

  test("of what was interrupted names the command that keeps it", () => {
    const result = {
      ...nothing,
      interrupted: [{ address: "aws_lb.b", id: "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/a/1" }],
    };
    expect(adoptionReport(result)).toContain("interrupted aws_lb.b, loadbalancer/app/a/1: ");
    expect(adoptionReport(result)).toContain(
      "\n              terraform -chdir=cdktf.out/stacks/web untaint aws_lb.b\n",
    );
    expect(needsPerson(result)).toBe(true);
  });

  test("names what nobody knows how to find", () => {
    const result = { ...nothing, unsearched: ["aws_wafv2_web_acl.own"] };
    expect(adoptionReport(result)).toContain("unknown     aws_wafv2_web_acl.own: ");
    expect(needsPerson(result)).toBe(true);
  });
});
