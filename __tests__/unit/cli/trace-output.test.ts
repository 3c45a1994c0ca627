import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { asMarkdown, asSentence } from "../../../cli/printing/escape";
import { reportAsMarkdown } from "../../../cli/tracing/markdown";
import { COLUMNS, reportAsText } from "../../../cli/tracing/text";
import { pictureOf } from "../../../cli/tracing/trace-picture";
import { printable } from "../../../machine/text/printable";
import type { TraceReport } from "../../../path/report";
import { acceptedIn, unmatched, withAccepted } from "../../../path/trace/accept";
import { trace } from "../../../path/trace/trace";
import { fixture } from "../../support/rehearsal-room";
import {
  ALL_WELL,
  BROKEN,
  GROUP_CLOSED,
  HOSTILE_TEXTS,
  hostileReport,
  ONE_BAD_SUBNET,
  on,
  pathOf,
  reportOf,
  WITHOUT_PATH,
} from "../../support/trace-reports";

/* What a person reads. After a wanted change: WRITE_GOLDEN=1 npx jest trace-output, and look at the difference. */

const SOURCE = { source: "plan.json" };
const GOLDEN: Readonly<Record<string, string>> = {
  "broken.txt": reportAsText(BROKEN, SOURCE),
  "broken.md": reportAsMarkdown(BROKEN, SOURCE),
  "ok.txt": reportAsText(ALL_WELL, SOURCE),
  "ok.md": reportAsMarkdown(ALL_WELL, SOURCE),
  "without-path.txt": reportAsText(WITHOUT_PATH, SOURCE),
  "without-path.md": reportAsMarkdown(WITHOUT_PATH, SOURCE),
};

test.each(Object.entries(GOLDEN))("%s is as it was looked at", (name, text) => {
  const file = fixture(`trace-output/${name}`);
  if (process.env.WRITE_GOLDEN === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
});

describe("text", () => {
  const withoutIndent = (text: string) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .join(" ");

  test.each([60, 72, 100, 200])("fits a terminal of %i columns, at most 100, and loses no word", (columns) => {
    const text = reportAsText(BROKEN, { ...SOURCE, columns });
    const wide = text.split("\n").filter((line) => line.length > Math.min(columns, COLUMNS));
    // A word that is longer than its column, such as a URL, and HCL are not broken.
    expect(wide.filter((line) => !/^ *([✖?✔] \w+ +|\S+ +)?\S+$/.test(line) && !/" \{$| = /.test(line))).toEqual([]);
    for (const { observed, required, symptom } of BROKEN.findings)
      for (const reported of [observed, required, symptom]) expect(withoutIndent(text)).toContain(reported);
  });

  test("has the same words with colours and without; no colour says what no word says", () => {
    const coloured = reportAsText(BROKEN, { ...SOURCE, hasColour: true });
    expect(coloured).toContain("\u001b[31m✖ broken\u001b[39m");
    expect(coloured).toContain("\u001b[32m✔ ok\u001b[39m");
    expect(coloured).toContain("\u001b[33m? unknown\u001b[39m");
    expect(stripVTControlCharacters(coloured)).toBe(reportAsText(BROKEN, SOURCE));
  });

  test("lists errors in the order of the hops, then warnings, what is open and assumed, and the coverage last", () => {
    const places = [
      "✖ P44",
      "✖ P33",
      "Warnings",
      "! P60",
      "Cannot be determined from the file",
      "Assumptions",
      "Determined from the file",
    ].map((text) => GOLDEN["broken.txt"]?.indexOf(`\n${text}`));
    expect(places).not.toContain(-1);
    expect([...places].sort((one = 0, other = 0) => one - other)).toEqual(places);
    expect(GOLDEN["broken.txt"]?.trimEnd().split("\n").at(-2)).toMatch(/^Determined/);
  });

  test("names the paths that a finding is on, unless it is on all", () => {
    const both = reportOf(
      [
        pathOf("http://a.example/", { target: { verdict: "broken", findings: [on(GROUP_CLOSED)] } }),
        pathOf("https://a.example/", { target: { verdict: "broken", findings: [on(GROUP_CLOSED)] } }),
      ],
      { findings: [GROUP_CLOSED] },
    );
    expect(reportAsText(both, SOURCE)).not.toMatch(/^ {2}on /m);
    const one = { ...both, paths: [...both.paths, pathOf("https://b.example/")] };
    expect(reportAsText(one, SOURCE)).toMatch(/^ {2}on +http:\/\/a\.example\/, https:\/\/a\.example\/$/m);
  });

  test("of many paths shows those in full in which something is wrong, and does not list without end", () => {
    const assumed = Array.from({ length: 50 }, (_, index) => ({ hop: "target" as const, text: `image ${index}` }));
    const fine = Array.from({ length: 30 }, (_, index) => pathOf(`https://${index}.example.com/`));
    const bad = pathOf("https://bad.example.com/", { target: { verdict: "broken", findings: [on(GROUP_CLOSED)] } });
    const text = reportAsText(reportOf([...fine, bad], { findings: [GROUP_CLOSED], assumed }), SOURCE);
    expect(text.match(/^✔ ok .*example\.com/gm)).toHaveLength(30);
    expect(text.match(/^ {2}dns /gm)).toHaveLength(1);
    expect(text.match(/image \d+$/gm)).toHaveLength(20);
    expect(text).toContain("\n  and 30 more, listed by --format json\n");
  });

  test("of hostile names moves no cursor and colours nothing", () => {
    const text = reportAsText(hostileReport(), SOURCE);
    expect(text.replace(/\n/g, "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    expect(text).toContain("\\u{1b}[31mred");
    expect(text).toContain("\\u{202e}reversed");
  });

  test("of hostile names begins no line that reads as one of ours", () => {
    const text = reportAsText(hostileReport(["a\n✖ P01 dns: not so\n\nErrors"]), SOURCE);
    expect(text).not.toMatch(/^(✖ P01|Errors$[^]*^Errors$)/m);
  });
});

describe("Markdown", () => {
  test("says the verdict first", () => {
    expect(GOLDEN["broken.md"]).toMatch(
      /^### Path: ✖ broken\n\n`plan\.json`: 2 errors, 1 warning, 1 unknown attribute\n/,
    );
    expect(GOLDEN["ok.md"]).toMatch(/^### Path: ✔ ok\n\n`plan\.json`: no errors\n/);
    expect(GOLDEN["without-path.md"]).toMatch(/^### Path: \? unknown\n[^]*No path: /);
  });

  test("has as many blocks of each kind for hostile names as for harmless ones", () => {
    const harmless = shapeOf(reportAsMarkdown(hostileReport(["harmless"]), SOURCE));
    expect(harmless).toMatchObject({
      details: 5,
      "/details": 5,
      blocks: 3,
      headings: 1,
      tags: 20,
      marks: 0,
      entities: 0,
    });
    for (const text of HOSTILE_TEXTS)
      expect([text, shapeOf(reportAsMarkdown(hostileReport([text]), SOURCE))]).toEqual([text, harmless]);
  });

  test.each([
    ["<b>&amp;", "\\<b\\>&amp;amp;"],
    ["a_b *c*", "a\\_b \\*c\\*"],
    ["[x](y)", "\\[x\\]\\(y\\)"],
    ["$x$", "\\$x\\$"],
    ["`", "\\`"],
    ["~~x~~", "\\~\\~x\\~\\~"],
    ["\\", "\\\\"],
    ["@acme", "@&#8203;acme"],
    ["#12", "\\#&#8203;12"],
    ["www.example.com", "www&#8203;.example.com"],
    ["https://x", "https:&#8203;//x"],
    ["a\nb", "a\\\\u\\{a\\}b"],
    ["GH-12", "GH-&#8203;12"],
    ["gh-1", "gh-&#8203;1"],
    ["0123abc", "0123ab&#8203;c"],
    ["0123456789ABCDEF", "012345&#8203;6789AB&#8203;CDEF"],
    ["abcdef", "abcdef"],
    [":tada:", ":&#8203;tada:"],
    [":+1:", ":&#8203;\\+1:"],
    ["::add-mask::x", "\\\\u\\{3a\\}:&#8203;add-mask:&#8203;:x"],
    ["a: b: c", "a: b: c"],
  ])("of %j is %j", (text, expected) => {
    expect(asMarkdown(text)).toBe(expected);
  });

  test.each([
    ["set `a_b` to <1>", "set `a_b` to \\<1\\>"],
    ["`x``y`", "\\`x\\`\\`y\\`"],
    ["a ` b", "a \\` b"],
    ["``x``", "\\`\\`x\\`\\`"],
    ["`<b>`", "`<b>`"],
    ["x\\`a`", "x\\\\`a`"],
  ])("of the sentence %j keeps values apart: %j", (text, expected) => {
    expect(asSentence(text)).toBe(expected);
  });

  test("stays within what GitHub takes, and says what it left out", () => {
    const many = Array.from({ length: 3000 }, (_, index) => ({
      ...GROUP_CLOSED,
      address: `aws_security_group.group_${index}`,
      observed: `port ${index}`,
    }));
    const paths = Array.from({ length: 400 }, (_, index) =>
      pathOf(`https://${index}.example.com/`, {
        target: { verdict: "broken", findings: many.slice(index * 7, index * 7 + 7).map(on) },
      }),
    );
    const text = reportAsMarkdown(reportOf(paths, { findings: many }), SOURCE);
    expect(text.length).toBeLessThan(60_500);
    expect(shapeOf(text)).toMatchObject({ details: shapeOf(text)["/details"] });
    const reported = text.match(/^- ✖ \*\*P33\*\*/gm)?.length ?? 0;
    expect(reported).toBeGreaterThan(20);
    expect(text).toContain(`- and ${3000 - reported} more, omitted for length`);
    expect(text).toContain("The picture shows 6 of 400 paths, the worst first.");
    expect(text).toContain("| and 350 more |");
  });

  /**
   * What the text is made of, once everything is gone that only shows itself: blocks, fixed fonts, and what is escaped.
   */
  function shapeOf(text: string): Record<string, number> {
    const withoutBlocks = text.replace(/^( *)(`{3,})\w*\n[^]*?\n\1\2$/gm, "BLOCK");
    const active = withoutBlocks.replace(/\\[!-/:-@[-`{-~]|(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, (it) =>
      it.startsWith("`") ? "CODE" : "",
    );
    const count = (pattern: RegExp) => active.match(pattern)?.length ?? 0;
    return {
      details: count(/<details>/g),
      "/details": count(/<\/details>/g),
      blocks: count(/BLOCK/g),
      headings: count(/^#/gm),
      lists: count(/^ *- /gm),
      bars: count(/\|/g),
      tags: count(/</g),
      marks: count(/[`_~$[\]]/g),
      entities: count(/&(?!amp;|#8203;)/g),
      lines: withoutBlocks.split("\n").length,
    };
  }
});

describe("findings that say the same of several resources", () => {
  const closed = ["a", "b", "c", "d", "e", "f", "g"].map((name) => ({
    ...GROUP_CLOSED,
    address: `aws_security_group.${name}`,
  }));
  const report = reportOf([pathOf("https://a.example/", { target: { verdict: "broken", findings: closed.map(on) } })], {
    findings: [...closed, { ...GROUP_CLOSED, address: "aws_security_group.x", observed: "nothing" }],
  });

  test("stand together in text", () => {
    const text = reportAsText(report, SOURCE);
    expect(text).toMatch(/^✖ broken {3}plan\.json: 8 errors\n/);
    expect(text.match(/^✖ P33/gm)).toHaveLength(2);
    expect(text).toMatch(
      /^ {2}at +aws_security_group\.a, .*aws_security_group\.d,\n +aws_security_group\.e and 2 more: from_port$/m,
    );
    expect(text).toContain("the same for the other 6");
  });

  test("stand together in Markdown", () => {
    const text = reportAsMarkdown(report, SOURCE);
    expect(text.match(/^- ✖ \*\*P33/gm)).toHaveLength(2);
    expect(text).toContain(
      "`from_port` of `aws_security_group.a`, `aws_security_group.b`, `aws_security_group.c`, " +
        "`aws_security_group.d`, `aws_security_group.e` and 2 more: port 8080",
    );
    expect(text).toContain("\n  The same for the other 6.\n");
  });

  test("and so do assumptions", () => {
    const assumed = ["a", "b"].map((name) => ({
      hop: "target" as const,
      address: `aws_instance.${name}`,
      text: "its image starts",
    }));
    expect(reportAsText(reportOf([], { verdict: "unknown", assumed }), SOURCE)).toContain(
      "\n  target        aws_instance.a, aws_instance.b: its image starts\n",
    );
    expect(reportAsMarkdown(reportOf([], { verdict: "unknown", assumed }), SOURCE)).toContain(
      "\n- target: `aws_instance.a`, `aws_instance.b`: its image starts\n",
    );
  });
});

describe("the picture", () => {
  const picture = (report: TraceReport) => pictureOf(report).join("\n");

  test("leads from the client to the targets, in the order of the request", () => {
    expect(
      pictureOf(ALL_WELL)
        .filter((line) => /-->/.test(line))
        .slice(0, 5)
        .map((line) => line.trim()),
    ).toEqual([
      'internet -->|"http#58;//www.example.com/"| p0h0',
      "p0h0 --> p0h1",
      "p0h1 --> p0h2",
      "p0h2 --> p0h3",
      "p0h3 --> p0h4",
    ]);
  });

  test("marks a broken hop by its shape, its label and the arrow that leads to it", () => {
    expect(picture(BROKEN)).toMatch(/^ {2}p0h2\{\{"listener<br\/>#10006; broken P44<br\/>[^"]*"\}\}:::broken$/m);
    expect(picture(BROKEN)).toContain("p0h1 --x p0h2");
  });

  test("marks an unknown hop the same three ways", () => {
    expect(picture(BROKEN)).toMatch(/^ {2}p2h3\(\["target group<br\/>#63; unknown<br\/>[^"]*"\]\):::unknown$/m);
    expect(picture(BROKEN)).toContain("p2h2 -.-> p2h3");
  });

  test("lets clients of an internal load balancer stand in its VPC", () => {
    expect(picture(BROKEN)).toContain('vpc(("client<br/>in the VPC"))');
  });

  test("shows type and name of a resource, and its module on a line of its own", () => {
    expect(picture(BROKEN)).toContain("aws_lb_target_group.this#91;0#93;<br/>module.reports#91;#34;blue#34;#93;");
  });

  test("has the broken paths first where there are many", () => {
    const fine = Array.from({ length: 9 }, (_, index) => pathOf(`https://${index}.example.com/`));
    const bad = pathOf("https://bad.example.com/", { listener: { verdict: "broken", findings: [on(ONE_BAD_SUBNET)] } });
    const lines = pictureOf(reportOf([...fine, bad], { findings: [ONE_BAD_SUBNET] }));
    expect(lines.find((line) => line.includes('|"'))).toContain("bad.example.com");
    expect(lines.filter((line) => line.includes('|"'))).toHaveLength(6);
  });

  test.each(HOSTILE_TEXTS)("holds nothing but plain words of %j", (text) => {
    const lines = pictureOf(hostileReport([text]));
    const labels = lines.slice(1).flatMap((line) => [...line.matchAll(/"([^"]*)"/g)].map(([, label = ""]) => label));
    expect(labels).toHaveLength(1 + 5 + 1);
    for (const label of labels) expect(label.replace(/<br\/>/g, "")).toMatch(/^([\p{L}\p{N} .,_/-]|#\d+;)+$/u);
    expect(lines).toHaveLength(2 + 1 + 10 + 3);
  });
});

describe("what is accepted", () => {
  const report = withAccepted(BROKEN, [{ finding: "P44", reason: "the second zone is closed on purpose" }]);

  test("is shown apart, with its reason, and breaks no hop", () => {
    const text = reportAsText(report, SOURCE);
    expect(text).toMatch(/^✖ broken {3}plan\.json: 1 error, 1 warning, 1 accepted finding, 1 unknown attribute\n/);
    expect(text).toMatch(/^ {2}listener +✔ ok .*\n?.*\[P44 \(accepted\)\]$/m);
    expect(text).toMatch(/^Accepted\n\n! P44 {2}listener: .*\n {2}accepted {2}the second zone is closed on purpose$/m);
    const markdown = reportAsMarkdown(report, SOURCE);
    expect(markdown).toMatch(
      /^\*\*Accepted\*\*\n\n- ! \*\*P44\*\* listener: .*\. Accepted: the second zone is closed on purpose$/m,
    );
    expect(markdown).toContain("ok P44 #40;accepted#41;");
  });

  test("leaves the path ok when nothing else is wrong, and unknown when something is open", () => {
    const all = [
      { finding: "P44", reason: "a" },
      { finding: "P33", reason: "b" },
    ];
    expect(withAccepted(BROKEN, all)).toMatchObject({
      verdict: "unknown",
      paths: [{ verdict: "ok" }, { verdict: "ok" }, { verdict: "unknown" }],
    });
    expect(withAccepted(BROKEN, [])).toBe(BROKEN);
  });

  test("keeps broken what another finding breaks, on a path or on none", () => {
    const elsewhere = {
      ...GROUP_CLOSED,
      id: "P48",
      hop: "target-group" as const,
      address: "aws_lb_target_group.unused",
    };
    const more = { ...ALL_WELL, verdict: "broken" as const, findings: [elsewhere] };
    expect(withAccepted(more, [{ finding: "P33", reason: "x" }]).verdict).toBe("broken");
    expect(withAccepted(more, [{ finding: "P48", reason: "it is for later" }]).verdict).toBe("ok");
    expect(withAccepted(BROKEN, [{ finding: "P33", reason: "x" }]).verdict).toBe("broken");
  });

  test("proves nothing of a hop that no request comes to", () => {
    const lost = pathOf(
      "https://www.example.com/",
      { listener: { verdict: "broken", findings: [on(GROUP_CLOSED)] } },
      { balancer: undefined },
    );
    expect(
      withAccepted(reportOf([lost], { findings: [GROUP_CLOSED] }), [{ finding: "P33", reason: "x" }]),
    ).toMatchObject({ verdict: "unknown", paths: [{ verdict: "unknown" }] });
    const empty = pathOf("https://www.example.com/", {
      target: { verdict: "broken", resources: [], findings: [on(GROUP_CLOSED)] },
    });
    expect(
      withAccepted(reportOf([empty], { findings: [GROUP_CLOSED] }), [{ finding: "P33", reason: "x" }]).verdict,
    ).toBe("unknown");
  });

  test("changes no verdict if it matches nothing, and all findings accepted leave none broken, in real plans", () => {
    const plans = readdirSync(fixture("topologies"))
      .map((name) => join(fixture("topologies"), name, "plan.json"))
      .filter((file) => existsSync(file));
    const reports = plans.map((file) => trace(JSON.parse(readFileSync(file, "utf8"))));
    expect(reports.filter(({ verdict }) => verdict === "broken").length).toBeGreaterThan(5);
    for (const report of reports) {
      const same = withAccepted(report, [{ finding: "P00", reason: "x" }]);
      expect([same.verdict, same.paths]).toEqual([report.verdict, report.paths]);
      const none = withAccepted(
        report,
        report.findings.map(({ id, address }) => ({ finding: id, address, reason: "x" })),
      );
      expect([none.verdict, ...none.paths.map(({ verdict }) => verdict)]).not.toContain("broken");
    }
  });

  test("accepts none of several findings with an entry without an address, and reports the addresses", () => {
    const other = { ...GROUP_CLOSED, address: "aws_security_group.other" };
    const several = { ...ALL_WELL, verdict: "broken" as const, findings: [GROUP_CLOSED, other] };
    const report = withAccepted(several, [{ finding: "P33", reason: "x" }]);
    const sentence =
      `accept must name one finding (got "P33", which is found at ${GROUP_CLOSED.address}, ` +
      "aws_security_group.other); add the address of each that you accept";
    expect([report.verdict, report.findings, report.notAccepted]).toEqual(["broken", several.findings, [sentence]]);
    expect(reportAsText(report, SOURCE).replace(/\s+/g, " ")).toContain(`Not accepted ✖ ${sentence}`);
    expect(reportAsMarkdown(report, SOURCE)).toContain("**Not accepted**\n\n- ✖ accept must name one finding");
    const one = withAccepted(several, [{ finding: "P33", address: other.address, reason: "x" }]);
    expect([one.verdict, one.findings.map(({ accepted }) => accepted), one.notAccepted]).toEqual([
      "broken",
      [undefined, "x"],
      undefined,
    ]);
    expect(
      withAccepted(
        several,
        several.findings.map(({ address }) => ({ finding: "P33", address, reason: "x" })),
      ).verdict,
    ).toBe("ok");
    const many = {
      ...several,
      findings: Array.from({ length: 12 }, (_, index) => ({ ...other, address: `aws_security_group.g${index}` })),
    };
    expect(withAccepted(many, [{ finding: "P33", reason: "x" }]).notAccepted?.[0]).toMatch(
      /aws_security_group\.g9 and 2 more\);/,
    );
  });

  test("is one finding where it is found twice at one address", () => {
    const twice = {
      ...ALL_WELL,
      verdict: "broken" as const,
      findings: [GROUP_CLOSED, { ...GROUP_CLOSED, attribute: "egress" }],
    };
    expect(withAccepted(twice, [{ finding: "P33", reason: "x" }])).toMatchObject({
      verdict: "ok",
      findings: [{ accepted: "x" }, { accepted: "x" }],
    });
  });

  test("is known to match, or not", () => {
    const stale = { finding: "P11", reason: "c" };
    expect(
      unmatched(BROKEN, [{ finding: "P33", reason: "b" }, { finding: "P60", reason: "a warning" }, stale]),
    ).toEqual([stale]);
    const elsewhere = { finding: "P33", address: "aws_security_group.gone", reason: "d" };
    expect(unmatched(BROKEN, [{ ...elsewhere, address: GROUP_CLOSED.address }, elsewhere])).toEqual([elsewhere]);
  });

  test.each([
    [undefined],
    [null],
    [[]],
    ["x"],
    [{ "//": null }],
    [{ "//": { metadata: { accepted: "P33" } } }],
    [
      {
        "//": {
          metadata: {
            accepted: [{ finding: 33 }, null, "P33", { finding: "P33" }, { finding: "P33", address: 1, reason: "x" }],
          },
        },
      },
    ],
  ])("is nothing in %j", (document) => {
    expect(acceptedIn(document)).toEqual([]);
  });
});

test("what has no shape of its own is written out, and nothing else is changed", () => {
  expect(printable("a\tb\u0000\u009b\u200b\ufeff\u2028\ud800 é 漢 😀")).toBe(
    "a\\u{9}b\\u{0}\\u{9b}\\u{200b}\\u{feff}\\u{2028}\\u{d800} é 漢 😀",
  );
});
