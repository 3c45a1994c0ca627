import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { shares } from "../../../cli/printing/room";
import { reviewsAsMarkdown } from "../../../cli/reviewing/markdown";
import type { NamedReview } from "../../../cli/reviewing/named-review";
import { reviewPicture } from "../../../cli/reviewing/review-picture";
import { HOPS, type Hop } from "../../../path/report";
import {
  type Cause,
  type ChangeLine,
  EFFECTS,
  type HopChange,
  type PictureEdge,
  type PictureNode,
  type Review,
  type ReviewReport,
} from "../../../path/review/review-report";
import type { Doing } from "../../../topology/changes";
import { fixture } from "../../support/rehearsal-room";
import { HOSTILE_TEXTS } from "../../support/trace-reports";

/*
 * What a person reads of a review. After a wanted change: WRITE_GOLDEN=1 npx jest review-output, and look at the
 * difference.
 */

const LIMIT = 60_000;
const MAX_HEAD = 15;
const DOINGS: readonly Doing[] = [
  "create",
  "update",
  "replace",
  "destroy",
  "read",
  "import",
  "move",
  "forget",
  "none",
  "other",
];

const node = (address: string, hop: Hop, doing: Doing = "none", more: Partial<PictureNode> = {}): PictureNode => ({
  address,
  hop,
  doing,
  label: "",
  isBroken: false,
  ...more,
});
const edge = (from: string, to: string, is: PictureEdge["is"] = "kept"): PictureEdge => ({ from, to, is });
const line = (address: string, doing: Doing, more: Partial<ChangeLine> = {}): ChangeLine => ({
  address,
  doing,
  isCreatedFirst: false,
  attributes: [],
  reason: "",
  ...more,
});
const cause = (address: string, more: Partial<Cause> = {}): Cause => ({
  address,
  attribute: "",
  hop: "target",
  effect: "outage",
  why: `\`${address}\` is away.`,
  avoid: "",
  ...more,
});
const counted = (changes: readonly ChangeLine[]): ReviewReport["counts"] => {
  const of = (doing: Doing) => changes.filter((it) => it.doing === doing).length;
  return { create: of("create"), update: of("update"), replace: of("replace"), destroy: of("destroy") };
};
const hopsOf = (changed: Partial<Record<Hop, Partial<HopChange>>> = {}): HopChange[] =>
  HOPS.map((hop) => ({ hop, before: "ok", after: "ok", change: "unchanged", ...changed[hop] }));
const namesOf = (count: number, type: string) => Array.from({ length: count }, (_, index) => `${type}.n${index}`);

/** A site of two instances, in which each resource is left as it is unless specified otherwise. */
function siteOf(doings: Readonly<Record<string, Doing>> = {}, is: PictureEdge["is"] = "kept"): Review["picture"] {
  const of = (address: string, hop: Hop, label = "") => node(address, hop, doings[address], { label });
  return {
    nodes: [
      of("aws_route53_record.www", "dns", "www.example.com"),
      of("aws_lb.web", "listener", "web"),
      of("aws_lb_listener.http", "listener", "HTTP :80"),
      of("aws_lb_listener.https", "listener", "HTTPS :443"),
      of("aws_lb_target_group.web", "target-group", "HTTP :80"),
      of("aws_instance.a", "target"),
      of("aws_instance.b", "target"),
    ],
    edges: [
      edge("client", "aws_route53_record.www", is),
      edge("aws_route53_record.www", "aws_lb.web", is),
      edge("aws_lb.web", "aws_lb_listener.http", is),
      edge("aws_lb.web", "aws_lb_listener.https", is),
      edge("aws_lb_listener.http", "aws_lb_listener.https", is),
      edge("aws_lb_listener.https", "aws_lb_target_group.web", is),
      edge("aws_lb_target_group.web", "aws_instance.a", is),
      edge("aws_lb_target_group.web", "aws_instance.b", is),
    ],
  };
}

function reviewOf({
  watch = [],
  changes = [],
  outputs = [],
  picture = { nodes: [], edges: [] },
  roots,
  ...report
}: Partial<Omit<Review, "report">> & Partial<ReviewReport>): Review {
  return {
    report: {
      format_version: "1.0",
      effect: "none",
      summary: "No downtime expected.",
      hops: [],
      counts: counted(changes),
      causes: [],
      security: { opened: [], closed: [] },
      ...report,
    },
    roots:
      roots ?? (report.causes ?? []).filter(({ effect, why }) => effect !== "none" && !why.includes(" refers to ")),
    watch,
    changes,
    outputs,
    picture,
  };
}

const NOTHING = reviewOf({ summary: "No changes.", hops: hopsOf() });

const TAGS = reviewOf({
  hops: hopsOf(),
  changes: [
    line("aws_lb.web", "update", { attributes: ["tags"] }),
    line("aws_lb_target_group.web", "update", { attributes: ["tags"] }),
  ],
  picture: siteOf({ "aws_lb.web": "update", "aws_lb_target_group.web": "update" }),
});

const INSTANCE_REPLACED = reviewOf({
  effect: "brief",
  summary: "Some requests will fail while one of two instances is replaced.",
  hops: hopsOf(),
  causes: [
    cause("aws_instance.b", {
      attribute: "ami",
      effect: "brief",
      why:
        "Replaced (destroy, then create) because `ami` (`ami-1` to `ami-2`) changes; requests to it fail until the " +
        "load balancer marks it unhealthy.",
      avoid: "deregister it first, with `aws elbv2 deregister-targets`",
    }),
    cause("aws_lb_target_group_attachment.b", {
      attribute: "target_id",
      hop: "target-group",
      effect: "brief",
      why: "Replaced (destroy, then create) because `target_id` refers to `aws_instance.b`, which is replaced.",
    }),
  ],
  watch: ["`aws_ebs_volume.data` is replaced; its data is lost."],
  changes: [
    line("aws_instance.b", "replace", { attributes: ["ami"] }),
    line("aws_lb_target_group_attachment.b", "replace", { attributes: ["target_id"] }),
    line("aws_ebs_volume.data", "replace", { reason: "tainted", isCreatedFirst: true }),
    line("data.aws_ami.linux", "read"),
  ],
  outputs: ["url"],
  picture: siteOf({ "aws_instance.b": "replace" }),
});

const BALANCER_REPLACED = reviewOf({
  effect: "outage",
  summary: "Outage: the site is unreachable until the new load balancer is created.",
  hops: hopsOf({
    dns: { after: "unknown" },
    listener: { after: "broken", change: "broken" },
    target: { before: "broken", change: "repaired" },
    "target-group": { before: "broken", after: "broken" },
  }),
  causes: [
    cause("aws_lb.web", {
      attribute: "name",
      hop: "listener",
      why: "Replaced (destroy, then create) because `name` (`web` to `site`) changes; all requests fail for minutes.",
      avoid: "keep the name as it is",
    }),
    cause("aws_lb_listener.http", {
      attribute: "load_balancer_arn",
      hop: "listener",
      why: "Replaced (destroy, then create) because `load_balancer_arn` refers to `aws_lb.web`, which is replaced.",
    }),
    cause("aws_lb_listener.https", {
      attribute: "load_balancer_arn",
      hop: "listener",
      why: "Replaced (destroy, then create) because `load_balancer_arn` refers to `aws_lb.web`, which is replaced.",
    }),
    cause("aws_lb_listener_rule.old", {
      attribute: "priority",
      hop: "listener",
      effect: "brief",
      why: "Updated in place: `priority`.",
    }),
    cause("aws_iam_role.x", { attribute: "tags", hop: null, effect: "none", why: "Updated in place: `tags`." }),
  ],
  security: {
    opened: [
      "port 443 from everyone (IPv4) in `aws_security_group.alb`",
      "SSH (port 22) from 10.0.0.0/8 in `aws_security_group.web`",
    ],
    closed: ["port 80 from everyone (IPv4) in `aws_security_group.alb`"],
  },
  changes: [
    line("aws_lb.web", "replace", { attributes: ["name"] }),
    line("aws_lb_listener.http", "replace", { attributes: ["load_balancer_arn"] }),
    line("aws_lb_listener.https", "replace", { attributes: ["load_balancer_arn"] }),
    line("aws_route53_record.www", "update", { attributes: ["alias"] }),
  ],
  picture: {
    nodes: siteOf({
      "aws_lb.web": "replace",
      "aws_lb_listener.http": "replace",
      "aws_lb_listener.https": "replace",
      "aws_route53_record.www": "update",
    }).nodes.map((it) => (it.address === "aws_lb_listener.https" ? { ...it, isBroken: true } : it)),
    edges: siteOf().edges.map((it) =>
      it.to === "aws_instance.b"
        ? { ...it, is: "new" }
        : it.from === "aws_lb_listener.http"
          ? { ...it, is: "gone" }
          : it,
    ),
  },
});

const everything = (doing: Doing) => Object.fromEntries(siteOf().nodes.map(({ address }) => [address, doing]));
const DESTROYED = reviewOf({
  effect: "outage",
  summary: "Outage: the site is taken down because its load balancer is destroyed.",
  hops: hopsOf(Object.fromEntries(HOPS.map((hop) => [hop, { after: null }]))),
  causes: namesOf(9, "aws_lb_listener").map((address, index) =>
    cause(address, {
      hop: "listener",
      why: `Destroyed because it is no longer in the configuration; connections to port ${index} are refused.`,
      avoid: "keep a listener on the port.",
    }),
  ),
  security: {
    opened: ["`aws_instance.a` accepts metadata requests without a token (IMDSv1)"],
    closed: ["port 443 from everyone (IPv4) in `aws_security_group.alb`"],
  },
  watch: [
    "The plan ended with an error, so it is incomplete.",
    "`aws_db_instance.main` is destroyed; its data is lost.",
    "`aws_lb.web` is no longer protected from deletion.",
    "1 resource was changed outside of Terraform since the last apply: `aws_lb.web`.",
  ],
  changes: siteOf().nodes.map(({ address }) => line(address, "destroy", { reason: "no resource config" })),
  picture: siteOf(everything("destroy"), "gone"),
});

const NEW_SITE = reviewOf({
  summary: "New site: no error found on its path, and no existing traffic is affected.",
  hops: hopsOf(Object.fromEntries(HOPS.map((hop) => [hop, { before: null }]))),
  changes: siteOf().nodes.map(({ address }) => line(address, "create")),
  picture: siteOf(everything("create"), "new"),
});

const OFF_PATH = reviewOf({
  summary: "No load balancer in this plan; check what is replaced and destroyed.",
  changes: [
    line("aws_s3_bucket.logs", "destroy"),
    line("aws_sqs_queue.jobs", "forget"),
    line("aws_sns_topic.x", "move", { reason: "moved from aws_sns_topic.y" }),
  ],
});

/** A site of this many changes. Each is reported as a cause. */
function largeReview(count: number): Review {
  const of = (type: string, share: number) => namesOf(Math.round(count * share), type);
  const [instances, groups, listeners, records] = [
    of("aws_instance", 0.6),
    of("aws_lb_target_group", 0.2),
    of("aws_lb_listener", 0.15),
    of("aws_route53_record", 0.05),
  ];
  const kinds: readonly Doing[] = ["replace", "destroy", "create", "update", "none"];
  const doingAt = (index: number) => kinds[index % kinds.length] as Doing;
  const at = <T>(items: readonly T[], index: number) => items[index % items.length] as T;
  const nodes = (
    [
      ["dns", records],
      ["listener", listeners],
      ["target-group", groups],
      ["target", instances],
    ] as const
  ).flatMap(([hop, all]) =>
    all.map((address, index) => node(address, hop, doingAt(index), { label: `label ${index}` })),
  );
  const is = (index: number) => at(["kept", "new", "gone"] as const, index);
  const all = [...instances, ...groups, ...listeners, ...records];
  return reviewOf({
    effect: "fails",
    summary: "Apply will fail: the target group is still in use by the listener (and 4 more reasons).",
    hops: hopsOf({ target: { after: "broken", change: "broken" } }),
    causes: all
      .map((address, index) =>
        cause(address, {
          attribute: "ami",
          effect: at([...EFFECTS], index),
          why:
            `Replaced (destroy, then create) because \`ami\` (\`ami-${index}\` to \`ami-${index + 1}\`) changes; ` +
            "the target is down until the new instance has booted.",
          avoid: "replace one instance at a time",
        }),
      )
      .sort((one, other) => EFFECTS.indexOf(other.effect) - EFFECTS.indexOf(one.effect)),
    security: {
      opened: all.map((address) => `port 443 from everyone (IPv4) in \`${address}\``),
      closed: all.map((address) => `port 80 from everyone (IPv4) in \`${address}\``),
    },
    watch: all.map((address) => `\`${address}\` is replaced; its data is lost.`),
    changes: all.map((address, index) =>
      line(address, doingAt(index) === "none" ? "read" : doingAt(index), { attributes: ["ami", "tags"] }),
    ),
    outputs: all.map((it) => `${it}-url`),
    picture: {
      nodes,
      edges: [
        ...records.map((it, index) => edge("client", it, is(index))),
        ...listeners.map((it, index) => edge(at(records, index), it, is(index))),
        ...groups.map((it, index) => edge(at(listeners, index), it, is(index))),
        ...instances.map((it, index) => edge(at(groups, index), it, is(index))),
      ],
    },
  });
}

const PLAN_OF_50 = largeReview(50);
const named = (review: Review, name = "web"): NamedReview => ({ name, review });
const SEVERAL = [
  named(NOTHING, "shared"),
  named(INSTANCE_REPLACED, "staging"),
  named(BALANCER_REPLACED, "production"),
  named(TAGS, "preview"),
];
const GOLDEN: Readonly<Record<string, string>> = {
  "nothing.md": reviewsAsMarkdown([named(NOTHING)]),
  "tags.md": reviewsAsMarkdown([named(TAGS)]),
  "instance-replaced.md": reviewsAsMarkdown([named(INSTANCE_REPLACED)]),
  "balancer-replaced.md": reviewsAsMarkdown([named(BALANCER_REPLACED)]),
  "destroyed.md": reviewsAsMarkdown([named(DESTROYED)]),
  "new-site.md": reviewsAsMarkdown([named(NEW_SITE)]),
  "off-the-path.md": reviewsAsMarkdown([named(OFF_PATH)]),
  "several.md": reviewsAsMarkdown(SEVERAL),
  "several-without-changes.md": reviewsAsMarkdown([named(NOTHING, "one"), named(NOTHING, "two")]),
};

/** What stands before the picture, what is folded, and what has no room, without blank lines at its end. */
function headOf(page: string): string[] {
  return page
    .slice(0, /^(```mermaid|<details|Omitted for length)/m.exec(page)?.index ?? page.length)
    .trimEnd()
    .split("\n");
}

test.each(Object.entries(GOLDEN))("%s is as it was looked at", (name, text) => {
  const file = fixture(`review-output/${name}`);
  if (process.env.WRITE_GOLDEN === "1") {
    mkdirSync(fixture("review-output"), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
});

test("no golden file is left over", () => {
  expect(
    readdirSync(fixture("review-output")).filter(
      (it) => !existsSync(fixture(`review-output/${it}`)) || GOLDEN[it] === undefined,
    ),
  ).toEqual([]);
});

describe("the head", () => {
  test.each(Object.entries(GOLDEN))("of %s has at most fifteen lines", (_, text) => {
    expect(headOf(text).length).toBeLessThanOrEqual(MAX_HEAD);
  });

  test.each([500, 5000])("of %i changes has at most fifteen lines", (count) => {
    expect(headOf(reviewsAsMarkdown([named(largeReview(count))])).length).toBeLessThanOrEqual(MAX_HEAD);
  });

  test.each([2, 20, 3000])("of %i plans has at most fifteen lines", (count) => {
    expect(
      headOf(reviewsAsMarkdown(Array.from({ length: count }, (_, index) => named(INSTANCE_REPLACED, `stack-${index}`))))
        .length,
    ).toBeLessThanOrEqual(MAX_HEAD);
  });
});

describe("the length", () => {
  test.each([500, 5000])("of %i changes is at most 60,000 characters", (count) => {
    expect(reviewsAsMarkdown([named(largeReview(count))]).length).toBeLessThanOrEqual(LIMIT);
  });

  test.each([2, 30, 5000])("of %i plans is at most 60,000 characters", (count) => {
    expect(
      reviewsAsMarkdown(Array.from({ length: count }, (_, index) => named(PLAN_OF_50, `stack-${index}`))).length,
    ).toBeLessThanOrEqual(LIMIT);
  });

  test.each([1600, 3000, 10_000, 30_000])("is at most the %i characters that are asked for", (limit) => {
    for (const reviews of [[named(largeReview(500))], SEVERAL, [named(BALANCER_REPLACED)]])
      expect(reviewsAsMarkdown(reviews, { limit }).length).toBeLessThanOrEqual(limit);
  });
});

describe("the page", () => {
  test("has one quiet line where nothing changes", () => {
    expect(GOLDEN["nothing.md"]).toBe("### ✔ No changes. (`web`)\n");
  });

  test("does not keep quiet that a plan is not whole, though nothing changes", () => {
    const review = { ...NOTHING, watch: ["The plan ended with an error, so it is incomplete."] };
    expect(reviewsAsMarkdown([named(review)])).toMatch(
      /^### .*\n\n- Watch: The plan ended with an error, so it is incomplete\.\n$/,
    );
    expect(reviewsAsMarkdown([named(review), named(TAGS)])).toContain("- Watch: The plan ended with an error");
  });

  test("says the verdict in words next to its mark", () => {
    for (const [name, start] of [
      ["tags.md", "### ✔ No downtime"],
      ["instance-replaced.md", "### ! Some requests"],
      ["destroyed.md", "### ✖ Outage: the site"],
    ] as const)
      expect(GOLDEN[name]?.startsWith(start)).toBe(true);
    expect(reviewsAsMarkdown([named(largeReview(5))])).toMatch(
      /^### ✖ Apply will fail: the target group is still in use/,
    );
  });

  test("counts what is replaced and destroyed apart, and in bold", () => {
    expect(GOLDEN["balancer-replaced.md"]).toContain("\n`web`: 1 to update, **3 to replace**\n");
    expect(GOLDEN["destroyed.md"]).toContain("\n`web`: **7 to destroy**\n");
    expect(GOLDEN["new-site.md"]).toContain("\n`web`: 7 to create\n");
  });

  test("shows a hop's earlier verdict only if it matters", () => {
    expect(GOLDEN["balancer-replaced.md"]).toContain(
      "\nPath after the apply: dns ✔ → ? unknown · tls ✔ · listener ✔ → **✖ broken by this change** · target group ✖ broken, " +
        "as before · target ✖ → **✔ repaired by this change**\n",
    );
    expect(GOLDEN["destroyed.md"]).toContain("\nPath after the apply: none\n");
    expect(GOLDEN["new-site.md"]).toContain("\nPath after the apply: dns ✔ (new) · tls ✔ (new) ·");
    expect(
      reviewsAsMarkdown([
        named({ ...TAGS, report: { ...TAGS.report, hops: hopsOf({ target: { after: "broken" } }) } }),
      ]),
    ).toContain("target ✖ broken in the plan (✔ in the state)\n");
  });

  test("reports a cause with its attribute, why and what to do instead; one that only follows is folded", () => {
    expect(headOf(GOLDEN["instance-replaced.md"] ?? "").filter((it) => it.startsWith("- !"))).toEqual([
      "- ! brief: `aws_instance.b`: Replaced \\(destroy, then create\\) because `ami` \\(`ami-1` to `ami-2`\\) changes; " +
        "requests to it fail until the load balancer marks it unhealthy. **Fix:** Deregister it first, with " +
        "`aws elbv2 deregister-targets`.",
    ]);
    expect(GOLDEN["instance-replaced.md"]).toContain(
      "- ! brief, target group: `aws_lb_target_group_attachment.b`: Replaced",
    );
  });

  test("folds no cause for what its sentence says: which one follows is known without reading it", () => {
    const why = "Replaced because `name` (`a` to `x` refers to `aws_lb.web`) changes.";
    const causes = [cause("aws_lb.web", {}), cause("aws_lb_target_group.web", { attribute: "name", why })];
    const text = reviewsAsMarkdown([named({ ...reviewOf({ effect: "outage", causes }), roots: causes })]);
    expect(headOf(text).filter((it) => it.startsWith("- ✖"))).toEqual([
      expect.stringContaining("`aws_lb.web`"),
      expect.stringContaining("`aws_lb_target_group.web`"),
    ]);
  });

  test("lists what is opened and what is closed separately, however many causes there are", () => {
    for (const text of [
      GOLDEN["balancer-replaced.md"] ?? "",
      GOLDEN["destroyed.md"] ?? "",
      reviewsAsMarkdown([named(largeReview(500))]),
    ]) {
      expect(headOf(text).filter((it) => /^- (\*\*Opened:\*\*|Closed:) /.test(it))).toHaveLength(2);
    }
  });

  test.each([500, 5000])("of %i changes has a fold of each kind, and says how many are not in it", (count) => {
    const text = reviewsAsMarkdown([named(largeReview(count))]);
    const folds = [...text.matchAll(/<summary>([^(]+) \((\d+)\)<\/summary>\n\n([^]*?)\n\n<\/details>/g)].map(
      ([, title, all, lines = ""]) => ({ title, all: Number(all), lines: lines.split("\n") }),
    );
    expect(folds.map(({ title }) => title)).toEqual([
      "More causes and fixes",
      "Security changes",
      "More to watch",
      "Replaced",
      "Destroyed",
      "Created",
      "Updated in place",
      "Imported, moved, no longer managed, or read",
      "Outputs that change",
    ]);
    for (const { all, lines } of folds) {
      const left = Number(/^- and (\d+) more, omitted for length$/.exec(lines.at(-1) ?? "")?.[1] ?? 0);
      expect(lines.length - (left > 0 ? 1 : 0) + left).toBe(all);
      expect(lines.length).toBeGreaterThan(8);
    }
    expect(text.length).toBeGreaterThan(LIMIT * 0.9);
  });

  test("lists the worst causes first", () => {
    const ranks = [
      ...reviewsAsMarkdown([named(largeReview(50))]).matchAll(
        /^- [✖!?✔] (apply fails|outage|unknown|brief|no effect), /gm,
      ),
    ].map(([, word = ""]) => ["apply fails", "outage", "unknown", "brief", "no effect"].indexOf(word));
    expect(ranks.length).toBeGreaterThan(40);
    expect([...ranks].sort((one, other) => one - other)).toEqual(ranks);
  });

  test("says so where there is no room for the picture, or for a fold", () => {
    const text = reviewsAsMarkdown([named(BALANCER_REPLACED)], { limit: 2000 });
    expect(text).not.toContain("mermaid");
    expect(text).toContain("\nOmitted for length: the diagram");
    expect(reviewsAsMarkdown([named(BALANCER_REPLACED)], { limit: 1300 })).toMatch(
      /Omitted for length: the diagram; .*causes and fixes \(2\)/,
    );
    expect(reviewsAsMarkdown([named(OFF_PATH)])).not.toContain("Omitted");
  });
});

describe("several plans", () => {
  test("have a line each, the worst first, and only the worse are open", () => {
    const text = GOLDEN["several.md"] ?? "";
    expect(headOf(text)).toEqual([
      "### ✖ Outage: 4 plans, 3 with changes",
      "",
      "- ✖ `production`: Outage: the site is unreachable until the new load balancer is created. 1 to update, " +
        "**3 to replace**",
      "- ! `staging`: Some requests will fail while one of two instances is replaced. **3 to replace**",
      "- ✔ `preview`: No downtime expected. 2 to update",
      "- ✔ `shared`: No changes.",
    ]);
    expect(text.match(/^<details.*<code>.*$/gm)).toEqual([
      "<details open><summary><b>✖ outage</b>: <code>production</code></summary>",
      "<details><summary><b>! brief</b>: <code>staging</code></summary>",
      "<details><summary><b>✔ no effect</b>: <code>preview</code></summary>",
    ]);
  });

  test("that are too many are counted, in the head and below", () => {
    const plans = Array.from({ length: 3000 }, (_, index) =>
      named(index === 2999 ? DESTROYED : INSTANCE_REPLACED, `stack-${index}`),
    );
    const text = reviewsAsMarkdown(plans);
    const head = headOf(text);
    expect(head[2]).toMatch(/^- ✖ `stack-2999`: /);
    expect(head.at(-1)).toBe("- and 2988 more plans");
    expect(head).toHaveLength(MAX_HEAD);
    const shown = text.match(/^<details.*<code>/gm)?.length ?? 0;
    expect(shown).toBeGreaterThan(15);
    expect(text).toMatch(new RegExp(`\n\nOmitted for length: ${3000 - shown} of 3000 plans\\.\n$`));
    expect(headOf(reviewsAsMarkdown(plans, { limit: 1600 })).at(-1)).toMatch(/^- and 299\d more plans$/);
  });

  test("share the room: short ones have what they need, wherever they stand", () => {
    expect(shares([100, 1, 100], 31)).toEqual([15, 1, 15]);
    expect(shares([5, 1, 7], 31)).toEqual([5, 1, 7]);
    expect(shares([5, 1], -3)).toEqual([0, 0]);
  });

  test("that are short are whole next to a long one", () => {
    const short = reviewsAsMarkdown([named(TAGS)])
      .split("\n")
      .slice(4);
    expect(reviewsAsMarkdown([named(largeReview(5000), "long"), named(TAGS, "short")])).toContain(
      short.join("\n").trim(),
    );
  });
});

describe("the picture", () => {
  const picture = (review: Review) => reviewPicture(review.picture).map((it) => it.trim());

  test("leads from the client to the targets", () => {
    expect(picture(TAGS).filter((it) => /-->/.test(it))).toEqual([
      "client --> dns0",
      "dns0 --> listener0",
      "listener0 --> listener1",
      "listener0 --> listener2",
      "listener1 --> listener2",
      "listener2 --> targetgroup0",
      "targetgroup0 --> target0",
      "targetgroup0 --> target1",
    ]);
  });

  test.each<[Doing, string]>([
    ["none", 'target0["aws_instance.a"]:::none'],
    ["update", 'target0("aws_instance.a<br/>UPDATED"):::update'],
    ["create", 'target0(["aws_instance.a<br/>NEW"]):::create'],
    ["replace", 'target0{{"aws_instance.a<br/>REPLACED"}}:::replace'],
    ["destroy", 'target0[/"aws_instance.a<br/>DESTROYED"\\]:::destroy'],
    ["import", 'target0["aws_instance.a"]:::none'],
  ])("shows %s by a shape, a word and a class", (doing, expected) => {
    expect(picture({ ...TAGS, picture: siteOf({ "aws_instance.a": doing }) })).toContain(expected);
  });

  test("shows what is broken by a word and an edge, and ways that are new or gone by a line and a word", () => {
    const lines = picture(BALANCER_REPLACED);
    expect(lines).toContain('listener2{{"aws_lb_listener.https<br/>HTTPS #58;443<br/>REPLACED<br/>BROKEN"}}:::replace');
    expect(lines).toContain("class listener2 broken");
    expect(lines).toContain("targetgroup0 ==>|new| target1");
    expect(lines).toContain("listener1 -.->|removed| listener2");
  });

  test("shows what belongs to a box at a line without a head", () => {
    const { nodes, edges } = siteOf();
    const certificate = node("aws_acm_certificate.main", "tls", "replace", { isAttached: true });
    const lines = picture({
      ...TAGS,
      picture: {
        nodes: [certificate, ...nodes],
        edges: [
          ...edges,
          edge(certificate.address, "aws_lb_listener.https"),
          edge(certificate.address, "aws_lb_listener.http", "gone"),
        ],
      },
    });
    expect(lines).toContain("tls0 --- listener2");
    expect(lines).toContain("tls0 -.-|removed| listener1");
  });

  test("says that a target is registered again", () => {
    const { nodes, edges } = siteOf();
    const again = edges.map((it) => (it.to === "aws_instance.a" ? { ...it, is: "again" as const } : it));
    expect(picture({ ...TAGS, picture: { nodes, edges: again } })).toContain(
      "targetgroup0 -->|registered again| target0",
    );
  });

  test("omits the end that CDKTF and Terraform append to names", () => {
    const box = node("aws_lb.site_load-balancer_29B9159D", "listener", "none", {
      label: "web-20261129150143870600000009",
    });
    expect(picture(reviewOf({ picture: { nodes: [box], edges: [] } }))).toContain(
      'listener0["aws_lb.site_load-balancer<br/>web-#8230;"]:::none',
    );
  });

  test("says a name once", () => {
    expect(picture(TAGS)).toContain('listener0("aws_lb.web<br/>UPDATED"):::update');
  });

  test.each([500, 5000])(
    "of %i changes has 40 boxes, one arrow between two, what changes before what stays, and counts the others",
    (count) => {
      const lines = picture(largeReview(count));
      expect(lines.filter((it) => / more<br/.test(it))).toHaveLength(4);
      const boxes = lines.filter((it) => /:::/.test(it));
      expect(boxes.length).toBeLessThanOrEqual(41);
      expect(boxes.filter((it) => it.endsWith(":::none") && !/ more<br|^client/.test(it))).toEqual([]);
      const pairs = lines.filter((it) => /[-=.]>/.test(it)).map((it) => it.replace(/ \S*[-=.]>(\|.*\|)? /, " "));
      expect(new Set(pairs).size).toBe(pairs.length);
      const [, more = ""] = /and (\d+) more/.exec(lines.find((it) => it.startsWith("targetMore")) ?? "") ?? [];
      expect(Number(more)).toBe(count * 0.6 - 7);
      expect(lines).toContain("targetgroupMore -->|some new, some removed| targetMore");
    },
  );

  test("of many has what is broken among them", () => {
    const nodes = [
      ...namesOf(100, "aws_instance").map((it) => node(it, "target", "replace")),
      node("aws_instance.bad", "target", "none", { isBroken: true }),
    ];
    expect(picture(reviewOf({ picture: { nodes, edges: [] } })).join("\n")).toContain("aws_instance.bad<br/>BROKEN");
  });

  test("is none where there is no path", () => {
    expect(reviewPicture(OFF_PATH.picture)).toEqual([]);
    expect(GOLDEN["off-the-path.md"]).not.toContain("mermaid");
  });

  test("has no arrow from a box to itself", () => {
    const nodes = namesOf(20, "aws_lb_listener").map((it) => node(it, "listener"));
    const lines = picture(
      reviewOf({
        picture: {
          nodes,
          edges: [
            edge("aws_lb_listener.n18", "aws_lb_listener.n19", "new"),
            edge("aws_lb_listener.n0", "aws_lb_listener.n19", "new"),
          ],
        },
      }),
    );
    expect(lines.filter((it) => it.includes("new"))).toEqual(["listener0 ==>|new| listenerMore"]);
  });

  test("cuts what is long", () => {
    const long = node(`aws_instance.${"a".repeat(200)}`, "target", "none", { label: "b".repeat(300) });
    expect(picture(reviewOf({ picture: { nodes: [long], edges: [] } })).join("\n")).toContain(
      `"aws_instance<br/>#8230;${"a".repeat(31)}<br/>${"b".repeat(39)}#8230;"`,
    );
  });

  test("that is longer than GitHub draws is left out, and that is said", () => {
    const odd = "\ufffd".repeat(40);
    const nodes = HOPS.flatMap((hop) =>
      namesOf(8, hop).map((name) =>
        node(`${odd}.${odd}.${odd}${name.replace(".", "-")}`, hop, "replace", { label: odd, isBroken: true }),
      ),
    );
    const edges = nodes.flatMap(({ address: from, hop }) =>
      nodes
        .filter((it) => HOPS.indexOf(it.hop) === HOPS.indexOf(hop) + 1)
        .map(({ address: to }) => edge(from, to, "gone")),
    );
    expect(reviewPicture({ nodes, edges }).join("\n").length).toBeGreaterThan(45_000);
    const page = reviewsAsMarkdown([named({ ...TAGS, picture: { nodes, edges } })], { limit: 100_000 });
    expect(page).not.toContain("mermaid");
    expect(page).toContain("\nOmitted for length: the diagram.\n");
  });
});

describe("hostile text", () => {
  const text = fc.oneof(
    fc.constantFrom(...HOSTILE_TEXTS),
    fc.array(fc.constantFrom(...HOSTILE_TEXTS), { minLength: 1, maxLength: 4 }).map((all) => all.join("")),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(..."`<>\"'#;&|[](){}\\*_~$!@-=+.: \n%aGH1"), maxLength: 60 }),
    fc.string({
      unit: fc.constantFrom("`", "``", "\\", "<b>", " ", "a", "@"),
      minLength: 600,
      maxLength: 900,
      size: "max",
    }),
    fc.constantFrom("- x", "1. x", "# x", "> x", "---", "===", "    x", "+ x", "* x", "~~~", "```", "- [ ] x", "", " "),
  );
  /** As a number of ours, it may not look like a commit. */
  const count = () => fc.nat({ max: 999_999 });
  const few = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 7 });
  const hop = fc.constantFrom(...HOPS);
  const verdict = fc.constantFrom(null, "ok", "broken", "unknown");
  const reported = fc.record({
    address: text,
    attribute: text,
    hop: fc.option(hop),
    effect: fc.constantFrom(...EFFECTS),
    why: text,
    avoid: text,
    hcl: text,
  });
  const hostile: fc.Arbitrary<NamedReview> = fc.record({
    name: text,
    review: fc.record({
      report: fc.record({
        format_version: fc.constant("1.0" as const),
        effect: fc.constantFrom(...EFFECTS),
        summary: text,
        hops: few(
          fc.record({
            hop,
            before: verdict,
            after: verdict,
            change: fc.constantFrom("broken", "repaired", "unchanged"),
          }) as fc.Arbitrary<HopChange>,
        ),
        counts: fc.record({ create: count(), update: count(), replace: count(), destroy: count() }),
        causes: few(reported),
        security: fc.record({ opened: few(text), closed: few(text) }),
      }),
      roots: few(reported),
      watch: few(text),
      changes: few(
        fc.record({
          address: text,
          doing: fc.constantFrom(...DOINGS),
          isCreatedFirst: fc.boolean(),
          attributes: few(text),
          reason: text,
        }),
      ),
      outputs: few(text),
      picture: fc.array(text, { maxLength: 24 }).chain((addresses) =>
        fc.record({
          nodes: fc.tuple(
            ...addresses.map((address) =>
              fc.record({
                address: fc.constant(address),
                hop,
                doing: fc.constantFrom(...DOINGS),
                label: text,
                isBroken: fc.boolean(),
              }),
            ),
          ),
          edges: few(
            fc.record({
              from: fc.constantFrom("client", ...addresses),
              to: fc.constantFrom("client", ...addresses),
              is: fc.constantFrom("kept", "new", "gone", "again"),
            }),
          ),
        }),
      ) as fc.Arbitrary<Review["picture"]>,
    }),
  });

  test("opens nothing on the page that is not ours", () => {
    fc.assert(
      fc.property(
        fc.array(hostile, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1600, 3000, 8000, LIMIT),
        (reviews, limit) => {
          const page = reviewsAsMarkdown(reviews, { limit });
          expect(page.length).toBeLessThanOrEqual(limit);
          expect(headOf(page).length).toBeLessThanOrEqual(MAX_HEAD);
          expect(problemsOf(page)).toEqual([]);
        },
      ),
      { numRuns: 200, interruptAfterTimeLimit: 20_000 },
    );
  });

  test.each([
    "### a <b>",
    "- a `b",
    "- a ``b`",
    "- - a",
    "- 1. a",
    "- # a",
    "# a",
    "a",
    "<script>",
    "<details><summary>a</summary>",
    "- [a](b)",
    "- a_b_",
    "- @a",
    "- \\#1",
    "- GH-1",
    "- gh-22 a",
    "- 0123abc",
    "- a0123456789abcdef0123456789abcdef01234567",
    "- :tada:",
    "- :\\+1:",
    "- a://b",
    "- www.a",
    "- &lt;",
    "- \u0007",
    "</details>",
    "<details><summary><b>✖ outage</b>: <code><i></code></summary>",
    "```mermaid",
    "```mermaid\nflowchart TB\n  click a b\n```",
    '```mermaid\nflowchart TB\n    dns0["a"b"]:::none\n```',
    '```mermaid\nflowchart TB\n    dns0["<img>"]:::none\n```',
    '```mermaid\nflowchart TB\n  subgraph dns["dns"]\n```',
    "```js\n```",
  ])("would be found, such as %j", (page) => {
    expect(problemsOf(`${page}\n`)).not.toEqual([]);
  });

  const LABEL = String.raw`"([\p{L}\p{N} .,_/-]|#\d+;|<br/>)*"`;
  const ID = "(client|(dns|tls|listener|targetgroup|target)(\\d|More))";
  const FRAME = "(dns|tls|listener|targetgroup|target)";
  const PICTURE = [
    /^%%\{init: \{[\w":{}, ]+\}\}%%$/,
    /^flowchart TB$/,
    /^ {2}client\(\("client"\)\):::none$/,
    /^ {2}end$/,
    /^ {2}classDef [a-z]+ [a-z:#0-9, -]+$/,
    new RegExp(`^ {2}class ${FRAME}(,${FRAME})* hop$`),
    new RegExp(`^ {4}class ${ID} broken$`),
    new RegExp(`^ {2}subgraph ${FRAME}\\[${LABEL}\\]$`, "u"),
    new RegExp(
      `^ {4}${ID}(\\[${LABEL}\\]|\\(\\[${LABEL}\\]\\)|\\(${LABEL}\\)|\\{\\{${LABEL}\\}\\}|\\[/${LABEL}` +
        `\\\\\\]):::(none|create|update|replace|destroy)$`,
      "u",
    ),
    new RegExp(`^ {2}${ID} (-->|==>|-\\.->|---|===|-\\.-)(\\|[a-z, ]+\\|)? ${ID}$`),
  ];
  const TITLES =
    "(More c|C)auses and fixes|Changes without an effect on requests|Blocks to paste|Change to make|What was checked|" +
    "Explanations of the rules|Security changes|(What|More) to watch|Replaced|Destroyed|Created|Updated in place|Imported, moved, no longer managed, or read|Outputs that change";
  const TAGS_OF_OURS = [
    new RegExp(`^<details><summary>(${TITLES}) \\(\\d+\\)</summary>$`),
    /^<details( open)?><summary><b>[✔!?✖] (no effect|brief|unknown|outage|apply fails|not verified|data lost)<\/b>: <code>([^<>&"']|&#\d+;)*<\/code><\/summary>$/,
  ];

  /** Lines that are not written as ours are. */
  function problemsOf(page: string): string[] {
    const problems: string[] = [];
    const expectThat = (isSo: boolean, what: string) => void (isSo || problems.push(what));
    const [inPicture, inFrame, open, block] = [{ is: false }, { is: false }, { count: 0 }, { end: "" }];
    for (const [index, it] of page.split("\n").entries()) {
      expectThat(!/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(it), `no shape: ${it}`);
      const [, fence = ""] = /^(`{3,})hcl$/.exec(it) ?? [];
      if (block.end !== "") {
        // Whatever stands in it, as no other line ends it.
        if (it === block.end) block.end = "";
      } else if (fence !== "") block.end = fence;
      else if (inPicture.is) {
        if (it === "```") inPicture.is = false;
        else {
          expectThat(
            PICTURE.some((line) => line.test(it)),
            `picture: ${it}`,
          );
          if (/^ {2}(subgraph|end)/.test(it))
            expectThat(inFrame.is !== (inFrame.is = it.startsWith("  subgraph")), `frame: ${it}`);
        }
      } else if (it === "```mermaid") inPicture.is = true;
      else if (it.startsWith("<details")) {
        open.count++;
        expectThat(
          TAGS_OF_OURS.some((tag) => tag.test(it)),
          `tag: ${it}`,
        );
      } else if (it === "</details>") expectThat(--open.count >= 0, "one end too many");
      else if (it !== "") {
        const [, start, rest = ""] =
          /^(#{3,4} |- |Path after the apply: |Omitted for length: |(?=`))([^]*)$/.exec(it) ?? [];
        expectThat(
          start !== undefined &&
            (!start.startsWith("#") || index === 0 || page.split("\n")[index - 2]?.startsWith("<details") === true),
          `start: ${it}`,
        );
        // Within a line of a list these would begin a block of their own.
        expectThat(start !== "- " || !/^(#|>|[-+*]( |$)|\d+[.)]( |$)|-{3,}|={3,}|~{3,}| )/.test(rest), `block: ${it}`);
        expectThat(isInert(rest), `text: ${it}`);
      }
    }
    expectThat(!inPicture.is && !inFrame.is && open.count === 0 && block.end === "", "something has no end");
    return problems;
  }

  /** What GitHub looks for in the text that a reader sees: users, issues, commits, addresses and emoji. */
  const LIVE = /@[a-z0-9]|#\d|GH-\d|[0-9a-f]{7}|:\/\/|www\.|:[\w+-]+:/i;

  /**
   * Whether nothing in a line is more than text, read as Markdown reads it: what is escaped, then code up to a run of
   * as many backticks.
   */
  function isInert(line: string): boolean {
    let rest = line;
    let seen = "";
    while (rest !== "") {
      const [run = ""] = /^`+/.exec(rest) ?? [];
      if (run !== "") {
        const end = [...rest.slice(run.length).matchAll(/`+/g)].find(([it]) => it === run);
        if (end === undefined) return false;
        rest = rest.slice(2 * run.length + end.index);
        // In code GitHub looks for nothing.
        seen += "\0";
        continue;
      }
      const [plain] =
        /^(\\[!-/:-@[-`{-~]|&amp;|&#8203;|\*\*(?:\d+ to (?:replace|destroy)|Opened:|Fix:|[✖✔] (?:broken|repaired) by this change)\*\*|[^\\`*_{}[\]<>#|~$&])/u.exec(
          rest,
        ) ?? [];
      if (plain === undefined) return false;
      seen += plain
        .replace(/^&amp;$/, "&")
        .replace(/^&#8203;$/, "\u200b")
        .replace(/^\\(?=.)/, "");
      rest = rest.slice(plain.length);
    }
    return !LIVE.test(seen);
  }
});
