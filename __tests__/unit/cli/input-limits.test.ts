import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import type { StackFolder } from "../../../cli/project/project";
import { throwIfPlanOfOther } from "../../../cli/project/saved-plan";
import { review } from "../../../path/review/review";
import { trace } from "../../../path/trace/trace";
import { UnreadableFile } from "../../../topology/unreadable-file";
import { planOf, SITE } from "../../support/standing-site";

/*
 * Files of a size that no person makes: each is refused, or read as far as anything can be in it, in one clear
 * sentence.
 */

const DEEP = "module.a.".repeat(5_000);
const LONG = `aws_lb.${"x".repeat(1_000_000)}`;

describe("an address that nobody can have", () => {
  const planned = (address: string, module_address?: string) => ({
    ...planOf({}, SITE),
    resource_changes: [
      {
        address,
        ...(module_address !== undefined && { module_address }),
        mode: "managed",
        type: "aws_lb",
        name: "web",
        change: { actions: ["create"], before: null, after: { name: "web" }, after_unknown: {} },
      },
    ],
  });
  const resources = (address: string) => [
    { address, mode: "managed", type: "aws_lb", name: "web", values: { name: "web" } },
  ];

  test.each<[what: string, document: unknown, got: string]>([
    ["5,000 modules deep in a plan", planned(`${DEEP}aws_lb.web`, DEEP.slice(0, -1)), '45,010: "module.a.module'],
    ["below a module that says its depth alone", planned("aws_lb.web", DEEP.slice(0, -1)), '44,999: "module.a.module'],
    ["with a name of 1 MB in a plan", planned(LONG), '1,000,007: "aws_lb.xxx'],
    [
      "with a name of 1 MB in a state",
      { format_version: "1.0", values: { root_module: { resources: resources(LONG) } } },
      '1,000,007: "aws_lb.xxx',
    ],
    [
      "5,000 modules deep in what a plan has read",
      {
        ...planned("aws_lb.web"),
        prior_state: {
          values: { root_module: { resources: [{ ...resources(`${DEEP}data.aws_lb.web`)[0], mode: "data" }] } },
        },
      },
      '45,015: "module.a.module',
    ],
    [
      "with a name of 1 MB in a synthesized file",
      { resource: { aws_lb: { [LONG.slice(7)]: { name: "web" } } } },
      '1,000,007: "aws_lb.xxx',
    ],
    [
      "with a key of 1 MB in a synthesized file",
      { resource: { aws_lb: { web: { for_each: { [LONG]: "" } } } } },
      '1,000,007: "aws_lb.xxx',
    ],
  ])("%s is refused in a sentence", (_, document, got) => {
    const sentence = new RegExp(
      `^The address of a resource must be at most 10,000 characters long \\(got ${got}[a-z._]{10,40}…"\\)\\.$`,
    );
    expect(() => trace(document)).toThrow(UnreadableFile);
    expect(() => trace(document)).toThrow(sentence);
    if (typeof document === "object" && document !== null && "resource_changes" in document)
      expect(() => review(document)).toThrow(sentence);
  });

  test("of what a plan only destroys, too", () => {
    const document = planned(LONG);
    const [first] = document.resource_changes;
    expect(() =>
      review({
        ...document,
        resource_changes: [{ ...first, change: { actions: ["delete"], before: {}, after: null } }],
      }),
    ).toThrow(UnreadableFile);
  });

  test("1,000 modules deep is one that is read", () => {
    expect(
      trace(planned(`${"module.a.".repeat(1_000)}aws_lb.web`, "module.a.".repeat(1_000).slice(0, -1))).verdict,
    ).not.toBe("ok");
  });
});

test("values that are nested without end are called so", () => {
  let nested: unknown = "x";
  for (let depth = 0; depth < 100_000; depth++) nested = [nested];
  const { "aws_lb.web": balancer, ...site } = SITE;
  expect(() => trace(planOf({}, { ...site, "aws_lb.web": { ...balancer, subnets: nested } }))).toThrow(
    "this file is nested more deeply than any that Terraform writes.",
  );
});

describe("a value that is longer than any that AWS takes", () => {
  const long = "a".repeat(70_000);
  const attributes = Object.entries(SITE).flatMap(([address, values]) =>
    Object.entries(values)
      .filter(([, value]) => typeof value === "string")
      .map(([name]) => [address, name] as const),
  );
  const withLong = (address: string, name: string) =>
    planOf({}, { ...SITE, [address]: { ...SITE[address], [name]: long } });

  test("is nowhere repeated in a trace or a review", () => {
    expect(attributes.length).toBeGreaterThan(50);
    const echoed = attributes.filter(([address, name]) => {
      const plan = withLong(address, name);
      return [trace(plan), review(plan)].some((it) => JSON.stringify(it).includes("a".repeat(2_000)));
    });
    expect(echoed.map((it) => it.join("."))).toEqual([]);
  });

  test("is left open, and called too long", () => {
    const { verdict, paths } = trace(withLong("aws_instance.a", "subnet_id"));
    expect(verdict).not.toBe("ok");
    expect(paths.flatMap(({ hops }) => hops.flatMap(({ open }) => open.map(({ why }) => why)))).toContain(
      "longer than any value that AWS accepts (70,000 characters, at most 65,536)",
    );
  });
});

describe("a saved plan", () => {
  const folder = mkdtempSync(join(tmpdir(), "alb-web-limits-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const PROGRAM = "tfconfig/m-/cdk.tf.json";
  const opened = { stack: { id: "web", text: "{}" }, folder } as unknown as StackFolder;
  const file = join(folder, "web.tfplan");

  /** As one of zeros would be, which says of itself how much it unpacks to. */
  function saysItUnpacksTo(plan: Uint8Array, size: number): Buffer {
    const bytes = Buffer.from(plan);
    const entry = bytes.lastIndexOf(Buffer.from("PK\x01\x02", "latin1"));
    bytes.writeUInt32LE(size, entry + 24);
    return bytes;
  }

  test("that unpacks to gigabytes is refused before it is unpacked", async () => {
    const bytes = zipSync({ [PROGRAM]: Buffer.from("{}"), tfplan: new Uint8Array(10_000) });
    writeFileSync(file, bytes);
    await throwIfPlanOfOther(opened, file);
    writeFileSync(file, saysItUnpacksTo(bytes, 700 * 1024 * 1024));
    await expect(throwIfPlanOfOther(opened, file)).rejects.toThrow(
      /^The plan of web unpacks to more than 512 MiB\. It was not applied and nothing was changed;/,
    );
  });
});
